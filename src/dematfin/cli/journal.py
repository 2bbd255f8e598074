"""`journal verifier`: the proof that nobody rewrote, took away or added anything behind the program's back."""

from typing import Annotated

import typer

from dematfin.acts import health
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say, write_json
from dematfin.domain.defect import REMEDY, Defect
from dematfin.domain.head import parse_head
from dematfin.errors import RuleError
from dematfin.ports.ledger import JournalReport

journal = family("Le journal scellé : évènements, lignes de la base, documents.")

Documents = Annotated[bool, typer.Option("--documents", help="Relit aussi chaque document : long, une fois par mois.")]
Quick = Annotated[bool, typer.Option("--rapide", help="Seulement ce qui a été écrit en dernier : pour chaque jour.")]
Heads = Annotated[
    list[str] | None,
    typer.Option("--empreinte", metavar="N:EMPREINTE", help="Recopiée d'un ancien rapport ou d'une sauvegarde."),
]


@journal.callback()
def about_journal() -> None:
    """Le journal scellé : évènements, lignes de la base, documents."""


@journal.command("verifier", cls=FrenchCommand)
def verify(
    configuration: Configuration = DEFAULT,
    documents: Documents = False,
    rapide: Quick = False,
    empreinte: Heads = None,
    json: Json = False,
) -> None:
    """Vérifie que personne n'a récrit, retiré, ajouté ou déplacé quoi que ce soit sans le programme."""
    if documents and rapide:
        message = "choisissez : « --documents » lit tout, « --rapide » la fin seulement."
        raise typer.BadParameter(message, param_hint="--rapide")
    heads = tuple(map(parse_head, empreinte or ()))
    desk = sit(configuration)
    report = health.walk_journal(desk.app, desk.who, heads, documents=documents, only_end=rapide)
    if json:
        write_json(_told(report))
    else:
        _show(report, passed=tuple(map(str, heads)))
    if not report.intact:
        raise typer.Exit(RuleError.exit_code)


def _show(report: JournalReport, passed: tuple[str, ...]) -> None:
    if report.intact:
        read = f", {counted(report.documents, 'document')}" if report.documents else ""
        since = f" (depuis le n° {report.first} seulement)" if report.first > 1 else ""
        say(
            f"Journal intact : {counted(report.events, 'évènement')}{since}, {report.seals} sceaux, "
            f"{counted(report.records, 'ligne')}{read}, empreinte de tête {report.head}"
        )
        for visa, count in report.eliminated.items():
            say(f"Documents éliminés sous visa {visa} : {count}. Ils ne manquent pas.")
        for one in passed:
            say(f"L'empreinte {one} est bien dans cette chaîne : rien de ce qui la précède n'a changé.")
        return
    for defect in report.defects:
        complain(defect.sentence)
    if report.untold:
        complain(f"et {report.untold} autres.")
    complain(f"{broken(report)}{REMEDY}")


def broken(report: JournalReport) -> str:
    """Say where the journal is broken, when it is the journal that is."""
    return f"Le journal est rompu à l'évènement n° {report.broken_at}. " if report.broken_at else ""


def _told(report: JournalReport) -> dict[str, object]:
    return {
        "intact": report.intact,
        "empreinte": str(report.head),
        "evenements": report.events,
        "depuis": report.first,
        "sceaux": report.seals,
        "lignes": report.records,
        "documents": report.documents,
        "documents_elimines": dict(report.eliminated),
        "anomalies": [_defect(one) for one in report.defects],
        "non_listees": report.untold,
    }


def _defect(one: Defect) -> dict[str, object]:
    return {
        "objet": one.thing,
        "anomalie": one.wrong,
        "table": one.table or None,
        "id": one.id or None,
        "numero": one.sequence or None,
        "jusqu_a": one.until or None,
        "le": one.at.isoformat() if one.at else None,
        "sujet": list(one.about),
        "phrase": one.sentence,
    }
