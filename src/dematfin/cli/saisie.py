"""`numerisation saisir`: what a document says is typed, proposals filled in, and it becomes an invoice."""

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from dematfin.acts import entry, paper, paper_views
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.decisions import carry_on
from dematfin.cli.formulaire import Form, read_out, to_day
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import complain, counted, day, say, table, write_json
from dematfin.domain.paper.capture import LABELS, WAITING, Capture, CaptureState
from dematfin.domain.paper.cut import span
from dematfin.errors import DematfinError, RuleError

Key = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Par exemple D2026-000012 ; tous sinon.")]
Listed = Annotated[bool, typer.Option("--liste", help="Montre seulement ce qui est à saisir.")]
Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ressaisir un document déjà saisi.")]
Closed = Annotated[bool, typer.Option("--sans-document", help="N'ouvre pas les documents.")]
Arrival = Annotated[str, typer.Option("--arrivee", metavar="DATE", help="Jour d'arrivée du papier du lot.")]
Kind = Annotated[str, typer.Option("--type", metavar="TYPE", help="facture ou avoir.")]
Supplier = Annotated[str, typer.Option("--fournisseur", metavar="TEXTE", help="SIRET, référence ou nom.")]
Name = Annotated[str, typer.Option("--nom", metavar="NOM", help="Nom d'un fournisseur absent des tiers.")]
Number = Annotated[str, typer.Option("--numero", metavar="NUMÉRO", help="Numéro de la facture.")]
Date = Annotated[str, typer.Option("--date", metavar="DATE", help="Date de la facture.")]
Net = Annotated[str, typer.Option("--ht", metavar="EUROS", help="Montant HT.")]
Vat = Annotated[str, typer.Option("--tva", metavar="EUROS", help="Montant de la TVA.")]
Total = Annotated[str, typer.Option("--ttc", metavar="EUROS", help="Montant TTC.")]
Iban = Annotated[str, typer.Option("--iban", metavar="IBAN", help="IBAN écrit sur la facture.")]
Engagement = Annotated[str, typer.Option("--engagement", metavar="NUMÉRO", help="Numéro d'engagement.")]
Service = Annotated[str, typer.Option("--service", metavar="CODE", help="Service qui vise.")]
Budget = Annotated[str, typer.Option("--budget", metavar="CODE", help="Budget qui paie.")]
Marche = Annotated[str, typer.Option("--marche", metavar="NUMÉRO", help="Numéro de marché.")]
Origin = Annotated[str, typer.Option("--origine", metavar="NUMÉRO", help="Facture qu'un avoir corrige.")]


def register(app: typer.Typer) -> None:
    """Add this command to the family of paper."""
    app.command("saisir", cls=FrenchCommand)(enter)


def enter(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    document: Key = "",
    configuration: Configuration = DEFAULT,
    json: Json = False,
    liste: Listed = False,
    motif: Why = "",
    sans_document: Closed = False,
    arrivee: Arrival = "",
    type_: Kind = "",
    fournisseur: Supplier = "",
    nom: Name = "",
    numero: Number = "",
    date: Date = "",
    ht: Net = "",
    tva: Vat = "",
    ttc: Total = "",
    iban: Iban = "",
    engagement: Engagement = "",
    service: Service = "",
    budget: Budget = "",
    marche: Marche = "",
    origine: Origin = "",
) -> None:
    """Saisit les factures papier : ce qui a été lu est proposé, vous décidez. Avec --numero, rien n'est demandé."""
    given = {"arrivee": arrivee, "type": type_, "fournisseur": fournisseur, "nom": nom, "numero": numero, "date": date}
    given |= {"ht": ht, "tva": tva, "ttc": ttc, "iban": iban, "engagement": engagement, "service": service}
    given |= {"budget": budget, "marche": marche, "origine": origine, "motif": motif}
    desk = sit(configuration)
    if liste or (json and not document):
        _list(_waiting(desk), json=json)
    else:
        said = {name: value for name, value in given.items() if value}
        (_enter_one if document else _enter_all)(desk, document, said, show=not sans_document)


def _enter_one(desk: Desk, document_id: str, given: dict[str, str], *, show: bool) -> None:
    document = paper_views.document(desk.app, desk.who, document_id)
    _check(document, given.get("motif", ""))
    _enter(desk, document, given, alone="numero" in given, show=show)


def _enter_all(desk: Desk, _: str, given: dict[str, str], *, show: bool) -> None:
    """Enter what waits, one document after the other; what one of them lacks stops no other."""
    waiting = _waiting(desk)
    if not waiting:
        say("Aucun document à saisir.")
    for document in waiting:
        try:
            _enter(desk, document, given, alone=False, show=show)
        except DematfinError as error:
            complain(str(error))


def _waiting(desk: Desk) -> tuple[Capture, ...]:
    pending = paper_views.pending(desk.app, desk.who)
    return (*pending.to_confirm, *pending.to_enter)


def _list(waiting: tuple[Capture, ...], *, json: bool) -> None:
    if json:
        write_json(waiting)
        return
    table(
        ("Document", "Lot", "Pages", "Route", "Lu"),
        [(one.id, one.batch, span(one.pages), one.route or "—", _summary(one)) for one in waiting],
        words=(4,),
        empty="Aucun document à saisir.",
    )


def _summary(document: Capture) -> str:
    return ", ".join(f"{one.field} {one.value}" for one in document.proposals) or "rien"


def _enter(desk: Desk, document: Capture, given: dict[str, str], *, alone: bool, show: bool) -> None:
    """Show a document, and make an invoice of what is answered."""
    say(f"Document {document.id}, pages {span(document.pages)} du lot {document.batch}", style="bold")
    with TemporaryDirectory(prefix="dematfin-") as folder:
        if show and not alone:
            _open(desk, document, Path(folder))
        if document.state is CaptureState.TO_CONFIRM:
            document = _confirmed(desk, document)
        _date_batch(desk, document, given, alone=alone)
        entered = Form(desk=desk, document=document, given=given, alone=alone).fill()
        read_out(entered)
        if document.state is CaptureState.ENTERED:
            invoice = entry.enter_again(desk.app, desk.who, document.id, entered, given["motif"])
        else:
            invoice = entry.enter(desk.app, desk.who, document.id, entered)
    carry_on(desk, invoice)


def _check(document: Capture, motif: str) -> None:
    """Stop before any question what could not be entered at the end."""
    if document.state is CaptureState.ENTERED and not motif:
        message = (
            f"Document {document.id} : il est déjà la facture {document.invoice_id}. Pour corriger sa saisie, "
            "dites pourquoi avec --motif."
        )
        raise RuleError(message)
    if document.state not in {*WAITING, CaptureState.ENTERED}:
        message = f"Document {document.id} : il est {LABELS[document.state]}, il ne se saisit pas."
        raise RuleError(message)


def _confirmed(desk: Desk, document: Capture) -> Capture:
    """Ask for what no machine may decide: are these pages one invoice?"""
    question = (
        f"{counted(len(document.pages), 'page')} sans feuille de séparation : une facture, et une seule ? (oui/non)"
    )
    if str(typer.prompt(question)).strip().lower() != "oui":
        message = f"Document {document.id} : laissé. Découpez-le (numerisation decouper) ou écartez-le."
        raise RuleError(message)
    return paper.confirm(desk.app, desk.who, document.id, "confirmé à la saisie")


def _date_batch(desk: Desk, document: Capture, given: dict[str, str], *, alone: bool) -> None:
    """Ask once for a batch on which day its paper arrived."""
    batch = paper_views.view(desk.app, desk.who, document.batch).batch
    if batch.received_on is not None:
        return
    scanned = desk.app.clock.local(batch.taken_at).date()
    text = given.get("arrivee", "")
    if not text and not alone:
        question = f"Jour d'arrivée du papier du lot {batch.id} ({batch.name}) [{day(scanned)}]"
        text = str(typer.prompt(question, default=day(scanned), show_default=False))
    if not text:
        message = "le jour d'arrivée du papier de ce lot n'est pas connu, donnez-le : le délai de paiement en court."
        raise typer.BadParameter(message, param_hint="--arrivee")
    try:
        arrived = to_day(text)
    except ValueError as error:
        message = f"{error}"
        raise typer.BadParameter(message, param_hint="--arrivee") from error
    entry.say_arrival(desk.app, desk.who, batch.id, arrived)


def _open(desk: Desk, document: Capture, folder: Path) -> None:
    """Open the document in the reader of the desktop, if there is one."""
    if not sys.stdin.isatty():
        return
    path = folder / f"{document.id}.pdf"
    with suppress(OSError), desk.app.documents.open(document.document) as kept:
        path.write_bytes(kept.read())
        typer.launch(str(path))
