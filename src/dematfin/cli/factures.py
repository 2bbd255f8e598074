"""`facture liste|voir`: invoices, and the whole story of one; the other verbs are in files of their own."""

from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import consult
from dematfin.cli import decisions, preuve, recherche, revue
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.etats import waiver_line
from dematfin.cli.fil import say_moments, say_standing
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain import labels
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.money import french

STATES: Final = frozenset({"", *labels.INVOICE.values(), *labels.OF_ITS_MANDAT.values(), labels.SET_ASIDE})
app = family("Les factures.")
revue.register(app)
recherche.register(app)
decisions.register(app)
preuve.register(app)


@app.command("liste", cls=FrenchCommand)
def list_invoices(
    configuration: Configuration = DEFAULT,
    json: Json = False,
    etat: Annotated[
        str, typer.Option("--etat", metavar="ÉTAT", help="Seulement cet état, par exemple « en visa ».")
    ] = "",
) -> None:
    """Liste les factures, leur état, leur mandat et leur échéance."""
    if etat not in STATES:
        message = f"aucun état ne s'appelle « {etat} » ; au choix : {', '.join(sorted(STATES - {''}))}."
        raise typer.BadParameter(message, param_hint="--etat")
    desk = sit(configuration)
    rows = [row for row in consult.picture(desk.app, desk.who).invoices if etat in ("", row.label)]
    if json:
        write_json(rows)
        return
    table(
        ("Facture", "Numéro", "Fournisseur", "TTC", "État", "Échéance"),
        [
            (
                row.id,
                row.number,
                row.supplier,
                french(row.ttc),
                row.label,
                day(row.due_on),
            )
            for row in rows
        ],
        right=(3,),
        words=(2, 4),
        empty=f"Aucune facture « {etat} »." if etat else "Aucune facture : importez-les (importer).",
    )


@app.command("voir", cls=FrenchCommand)
def show_invoice(
    facture: Annotated[str, typer.Argument(metavar="FACTURE", help="Identifiant, par exemple F2026-000012.")],
    configuration: Configuration = DEFAULT,
    json: Json = False,
    lettre: Annotated[
        Path | None,
        typer.Option("--lettre", metavar="FICHIER", help="Écrit là la lettre faite à son fournisseur (PDF)."),
    ] = None,
) -> None:
    """Raconte une facture, de sa notification à son paiement."""
    desk = sit(configuration)
    story = consult.story(desk.app, desk.who, facture)
    if lettre is not None and not decisions.write_letter(desk, story.invoice, lettre):
        raise typer.Exit(1)
    if json:
        write_json(story)
        return
    _headline(story)
    say_standing(story.standing)
    say()
    say_moments(desk.app, story.moments, story.invoice.id)


def _headline(story: consult.Story) -> None:
    invoice = story.invoice
    content = invoice.content
    say(f"{invoice.id} · {content.kind.lower()} {invoice.number} de {content.supplier.name}", style="bold")
    where = f"service {invoice.service or '—'} · engagement {invoice.engagement or '—'}"
    say(f"{french(invoice.signed_amount)} TTC · {where}")
    say(_came(invoice))
    if story.gone:
        say(story.gone, style="yellow")
    for finding in invoice.findings:
        say(f"  {finding.sentence} ({finding.code})")
    for mandat in story.mandats:
        whose = " du logiciel financier" * mandat.editor
        say(f"Mandat {mandat.id} n° {mandat.number or '—'}{whose} : {french(mandat.amount)}, {labels.standing(mandat)}")
    for one in story.waivers:
        say(waiver_line(one), style="yellow")


def _came(invoice: Invoice) -> str:
    """Say by which door an invoice came, and when."""
    if invoice.origin is Origin.SCAN:
        return f"papier, arrivée le {day(invoice.notified_on)}"
    shown = said(invoice.remote_status)
    return f"Chorus Pro n° {invoice.remote_id}, « {shown} » · notifiée le {day(invoice.notified_on)}"
