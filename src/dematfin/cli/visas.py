"""`visa liste|voir|viser|refuser|lot|joindre|annuler`: what a head of service decides."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import supporting, visa_moves, visa_views
from dematfin.acts import visa as acts
from dematfin.acts.visa_views import Filter, FolderView, Waiting
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain.labels import DECISION, FOLDER, MOTIVE, STEP
from dematfin.domain.money import french
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.slip import signed_name
from dematfin.domain.visa.supporting import LARGEST
from dematfin.errors import DocumentError
from dematfin.support.refusals import reason

app = family("Les visas des chefs de service.")

DATES: Final = ["%d/%m/%Y", "%Y-%m-%d"]
Invoice = Annotated[str, typer.Argument(metavar="FACTURE", help="Identifiant, par exemple F2026-000012.")]
Comment = Annotated[str, typer.Option("--commentaire", metavar="TEXTE", help="Ce qu'il faut en savoir.")]
Done = Annotated[
    datetime | None,
    typer.Option("--service-fait", metavar="JJ/MM/AAAA", formats=DATES, help="Jour où le service a été fait."),
]


@app.command("liste", cls=FrenchCommand)
def list_folders(
    configuration: Configuration = DEFAULT,
    json: Json = False,
    en_retard: Annotated[
        bool, typer.Option("--en-retard", help="Seulement celles dont le visa est en retard.")
    ] = False,
    service: Annotated[str, typer.Option("--service", metavar="BUREAU", help="Seulement celles de ce bureau.")] = "",
) -> None:
    """Liste les factures à viser, les plus pressées d'abord."""
    desk = sit(configuration)
    waiting = visa_views.queue(desk.app, desk.who, Filter(desk=service, late=en_retard))
    if json:
        write_json([{"visa": one.task, "dossier": one.folder, "facture": one.invoice} for one in waiting])
        return
    today = desk.app.clock.today()
    table(
        ("Facture", "À viser avant", "Bureau", "Fournisseur", "Numéro", "TTC"),
        [_row(one, today) for one in waiting],
        right=(5,),
        words=(3,),
        empty="Aucune facture n'attend votre visa.",
    )


@app.command("voir", cls=FrenchCommand)
def show(facture: Invoice, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre un dossier de visa : ses étapes, ses décisions, les documents joints par les services."""
    desk = sit(configuration)
    seen = visa_views.view(desk.app, desk.who, facture)
    if seen.mine:
        visa_views.mark_read(desk.app, desk.who, facture)
    if json:
        write_json({"dossier": seen.folder, "facture": seen.invoice, "documents": seen.added, "empreinte": seen.seen})
        return
    invoice = seen.invoice
    say(f"Facture {facture} : {FOLDER[seen.folder.state]}, circuit {seen.folder.circuit}", style="bold")
    say(f"{invoice.content.supplier.name}, n° {invoice.number}, {french(invoice.signed_amount)}")
    _steps(seen)
    for one in seen.added:
        say(f"Joint par {seen.names.get(one.added_by, one.added_by)} : {one.name}")


@app.command("viser", cls=FrenchCommand)
def approve(
    facture: Invoice,
    configuration: Configuration = DEFAULT,
    service_fait: Done = None,
    montant_admis: Annotated[
        str, typer.Option("--montant-admis", metavar="EUROS", help="TTC admis, quand le service est fait en partie.")
    ] = "",
    commentaire: Comment = "",
) -> None:
    """Certifie que le service est fait, en tout ou en partie."""
    desk = sit(configuration)
    admitted = euros(montant_admis, "--montant-admis") if montant_admis else None
    done = acts.ServiceFait(executed_on=service_fait.date() if service_fait else None, admitted=admitted)
    folder = acts.approve(desk.app, desk.who, facture, done, commentaire)
    part = f", {french(admitted)} admis" if admitted is not None else ""
    say(f"Facture {facture} : service fait le {day(folder.executed_on)}{part}.")
    _what_next(folder)


@app.command("refuser", cls=FrenchCommand)
def refuse(
    facture: Invoice,
    motif: Annotated[Motive, typer.Option("--motif", metavar="MOTIF", help=f"Un de : {', '.join(Motive)}.")],
    commentaire: Comment,
    configuration: Configuration = DEFAULT,
) -> None:
    """Refuse une facture, avec un motif et une explication."""
    desk = sit(configuration)
    folder = acts.refuse(desk.app, desk.who, facture, motif, commentaire)
    say(f"Facture {facture} : visa refusé ({MOTIVE[motif]}).")
    _what_next(folder)


@app.command("lot", cls=FrenchCommand)
def approve_many(
    factures: Annotated[list[str], typer.Argument(metavar="FACTURE...", help="Identifiants des factures à viser.")],
    configuration: Configuration = DEFAULT,
    service_fait: Done = None,
) -> None:
    """Vise plusieurs factures d'un coup ; chacune a son résultat, aucune n'en arrête une autre."""
    desk = sit(configuration)
    done = acts.ServiceFait(executed_on=service_fait.date() if service_fait else None)
    results = acts.approve_many(desk.app, desk.who, dict.fromkeys(factures, ""), done)
    for one in results:
        say(f"✗ {one.refusal}" if one.refusal else f"✓ Facture {one.invoice_id} : visée.")
    refused = sum(1 for one in results if one.refusal)
    say(f"Visées : {len(results) - refused}. En échec : {refused}.")
    if refused:
        raise typer.Exit(1)


@app.command("joindre", cls=FrenchCommand)
def attach(
    facture: Invoice,
    fichier: Annotated[Path, typer.Argument(metavar="FICHIER", help="PDF, JPEG, PNG ou TIFF : bon de livraison…")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Joint un document au dossier ; il devient une pièce jointe du mandat."""
    desk = sit(configuration)
    try:
        with fichier.open("rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        message = f"Le fichier {fichier} est illisible : {reason(error)}."
        raise DocumentError(message) from error
    added = supporting.attach(desk.app, desk.who, facture, fichier.name, data)
    say(f"Facture {facture} : « {added.name} » joint.")


@app.command("annuler", cls=FrenchCommand)
def undo(facture: Invoice, configuration: Configuration = DEFAULT) -> None:
    """Reprend votre dernière décision, tant que personne n'en a tenu compte."""
    desk = sit(configuration)
    folder = visa_moves.undo(desk.app, desk.who, facture)
    say(f"Facture {facture} : votre décision est reprise, elle attend de nouveau le bureau {folder.desk}.")


def _row(one: Waiting, today: date) -> tuple[str, ...]:
    late = " (en retard)" if one.folder.is_late(today) else ""
    stands_in = f" (absence de {one.absent})" if one.absent else ""
    invoice = one.invoice
    return (
        invoice.id,
        day(one.task.due_on) + late,
        one.task.desk + stands_in,
        invoice.content.supplier.name,
        invoice.number,
        french(invoice.signed_amount),
    )


def _steps(seen: FolderView) -> None:
    for number, step in enumerate(seen.folder.steps, start=1):
        due = f", avant le {day(step.due_on)}" if step.due_on else ""
        say(f"Étape {number} : {' / '.join(step.desks)}, {STEP[step.state]}{due}")
        for one in step.decisions:
            who = signed_name(one.by, one.on_behalf_of, seen.names)
            words = [DECISION[one.kind], *([MOTIVE[one.motive]] if one.motive else []), one.comment]
            say(f"  {one.at:%d/%m/%Y} {who} : {', '.join(filter(None, words))}")


def _what_next(folder: VisaFolder) -> None:
    """Say what follows; as long as nobody has acted on it, a decision can be taken back."""
    if folder.state is FolderState.IN_CIRCUIT:
        say(f"Elle attend le bureau {folder.desk}, à viser avant le {day(folder.due_on)}.")
    say(f"Si c'est une erreur, reprenez-la avant la prochaine journée : dematfin visa annuler {folder.invoice_id}")
