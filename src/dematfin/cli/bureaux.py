"""`visa transferer|passer|deleguer|absences|retour` and `circuit liste|verifier`: desks, and who sits at them."""

from datetime import datetime
from typing import Annotated

import typer

from dematfin.acts import absences as absence_acts
from dematfin.acts import visa_moves, visa_views
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import day, say, table, write_json
from dematfin.cli.visas import DATES, Invoice
from dematfin.domain.visa.circuit import OWN_SERVICE, Circuit, Quorum

circuits = family("Les circuits de visa.")

Reason = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the family of visas."""
    app.command("transferer", cls=FrenchCommand)(transfer)
    app.command("passer", cls=FrenchCommand)(bypass)
    app.command("deleguer", cls=FrenchCommand)(delegate)
    app.command("absences", cls=FrenchCommand)(list_absences)
    app.command("retour", cls=FrenchCommand)(end_absence)


def transfer(
    facture: Invoice,
    bureau: Annotated[str, typer.Argument(metavar="BUREAU", help="Bureau qui doit la viser.")],
    motif: Reason,
    configuration: Configuration = DEFAULT,
) -> None:
    """Passe une facture au bureau qui aurait dû la recevoir ; sa date limite ne change pas."""
    desk = sit(configuration)
    folder = visa_moves.transfer(desk.app, desk.who, facture, bureau, motif)
    say(f"Facture {facture} : elle est maintenant devant {folder.desk}, à viser avant le {day(folder.due_on)}.")


def bypass(facture: Invoice, motif: Reason, configuration: Configuration = DEFAULT) -> None:
    """Passe l'étape d'un circuit que personne ne peut faire (administrateur)."""
    desk = sit(configuration)
    folder = visa_moves.bypass(desk.app, desk.who, facture, motif)
    say(f"Facture {facture} : étape passée, elle est devant {folder.desk}.")


def delegate(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    remplacant: Annotated[str, typer.Argument(metavar="REMPLAÇANT", help="Identifiant de qui visera.")],
    du: Annotated[datetime, typer.Option("--du", metavar="JJ/MM/AAAA", formats=DATES, help="Premier jour.")],
    au: Annotated[datetime, typer.Option("--au", metavar="JJ/MM/AAAA", formats=DATES, help="Dernier jour, compris.")],
    motif: Reason,
    configuration: Configuration = DEFAULT,
    absent: Annotated[
        str, typer.Option("--absent", metavar="PERSONNE", help="Qui est absent ; vous-même si rien n'est dit.")
    ] = "",
    bureau: Annotated[
        list[str] | None, typer.Option("--bureau", metavar="BUREAU", help="Ce bureau seulement. Répétable.")
    ] = None,
    arrete: Annotated[str, typer.Option("--arrete", metavar="TEXTE", help="Arrêté ou note de service.")] = "",
) -> None:
    """Déclare une absence : le remplaçant vise à votre place, les deux noms sont gardés."""
    desk = sit(configuration)
    asked = absence_acts.Absence(
        absent=absent or desk.who.id,
        substitute=remplacant,
        starts_on=du.date(),
        ends_on=au.date(),
        desks=frozenset(bureau or ()),
        reason=motif,
        decree=arrete,
    )
    made = absence_acts.delegate(desk.app, desk.who, asked)
    say(f"Délégation {made.id} : {remplacant} remplace {made.absent} du {day(made.starts_on)} au {day(made.ends_on)}.")


def list_absences(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les absences en cours et à venir."""
    desk = sit(configuration)
    found = absence_acts.absences(desk.app, desk.who)
    if json:
        write_json(list(found))
        return
    table(
        ("Délégation", "Absent", "Remplaçant", "Du", "Au", "Bureaux"),
        [
            (one.id, one.absent, one.substitute, day(one.starts_on), day(one.ends_on), _desks(one.desks))
            for one in found
        ],
        empty="Aucune absence déclarée.",
    )


def end_absence(
    delegation: Annotated[str, typer.Argument(metavar="DÉLÉGATION", help="Identifiant, par exemple D00001.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Met fin à une absence avant son terme : le remplaçant n'a plus aucun droit dès aujourd'hui."""
    desk = sit(configuration)
    ended = absence_acts.end(desk.app, desk.who, delegation)
    say(f"Délégation {ended.id} : finie.")


@circuits.callback()
def about() -> None:
    """Les circuits de visa."""


@circuits.command("liste", cls=FrenchCommand)
def list_circuits(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les circuits de la configuration, et la version dans laquelle chacun sert."""
    desk = sit(configuration)
    found = visa_views.circuits(desk.app, desk.who)
    if json:
        write_json(list(found))
        return
    table(
        ("Circuit", "Version", "Étapes"),
        [(one.key, str(one.version) if one.version else "pas encore servi", _steps(one)) for one in found],
        words=(2,),
    )


@circuits.command("verifier", cls=FrenchCommand)
def verify_circuits(configuration: Configuration = DEFAULT) -> None:
    """Vérifie que chaque bureau des circuits a quelqu'un."""
    desk = sit(configuration)
    empty = visa_views.empty_desks(desk.app, desk.who)
    for name, key in empty:
        say(f"✗ Le bureau {name} du circuit {key} n'a personne : ses factures attendraient sans viseur.", style="red")
    if empty:
        raise typer.Exit(1)
    say("Chaque bureau des circuits a au moins un viseur.")


def _desks(desks: frozenset[str]) -> str:
    return ", ".join(sorted(desks)) or "tous"


def _steps(circuit: Circuit) -> str:
    words = []
    for step in circuit.steps:
        names = ["le service de la facture" if one == OWN_SERVICE else one for one in step.desks]
        words.append((" et " if step.quorum is Quorum.ALL else " ou ").join(names))
    return ", puis ".join(words)
