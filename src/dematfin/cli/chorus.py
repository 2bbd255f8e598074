"""`chorus etat|ecarts|synchroniser|admettre`: the link with Chorus Pro."""

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from dematfin.acts import consult, run
from dematfin.acts import neighbour as acts
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account, counted, day, say, table, write_json
from dematfin.domain.figures.alerts import password_alert
from dematfin.domain.finding import Severity
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.chorus import said
from dematfin.steps.control import control
from dematfin.steps.tell import tell
from dematfin.steps.visa import visa

DATES = ["%d/%m/%Y", "%Y-%m-%d"]
WEIGHT = {Severity.BLOCKING: "urgent", Severity.WARNING: "à vérifier", Severity.INFO: "connu"}
app = family("Le lien avec Chorus Pro.")


@app.command("etat", cls=FrenchCommand)
def show(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Essaie chaque compte, et montre ce que Chorus Pro nous a dit et ce qu'il reste à lui dire."""
    desk = sit(configuration)
    standing = acts.standing(desk.app, desk.who)
    if json:
        write_json(standing)
    else:
        _tell(desk, standing)
    if any(door.trouble for door in standing.doors):
        raise typer.Exit(5)


def _tell(desk: Desk, standing: acts.Standing) -> None:
    for door in standing.doors:
        read = f"liste lue jusqu'au {day(door.read_on)}" if door.read_on else "jamais importé"
        mark = "✗" if door.trouble else "✓"
        say(
            f"{mark} Compte {door.name} : {door.trouble or 'il répond'} ({read})",
            style="red" if door.trouble else "green",
        )
    table(
        ("Structure", "SIRET", "Code service", "Engagement", "Services"),
        [
            (
                one.name,
                one.id,
                _demanded(wanted=one.service_required, either=one.either_required),
                _demanded(wanted=one.engagement_required, either=one.either_required),
                str(len(one.services)),
            )
            for one in standing.structures
        ],
        right=(4,),
        words=(0,),
        empty="Aucune structure : importez une première fois (importer).",
    )
    say(f"À télécharger : {counted(len(standing.announced), 'facture')}.")
    for reception in standing.quarantined:
        say(f"! Facture {reception.number} (n° {reception.id}) en quarantaine : {reception.error}", style="yellow")
    for reception in standing.watched:
        say(f"! Facture {reception.number} (n° {reception.id}) : statut inconnu « {reception.status} »", style="yellow")
    _untold(standing)
    for rules in standing.structures:
        if alert := password_alert(rules, desk.app.clock.today()):
            say(f"! {alert}", style="yellow")


def _untold(standing: acts.Standing) -> None:
    for words, intentions in (
        ("à dire à Chorus Pro", standing.open),
        ("refusé par Chorus Pro", standing.refused),
        ("jamais dit à Chorus Pro", standing.unknown_mandats),
    ):
        for one in intentions:
            say(f"! {_line(one)}, {words}. {one.outcome}".rstrip(), style="yellow")


def _line(intention: Intention) -> str:
    number = f" (mandat n° {intention.mandat})" if intention.mandat else ""
    return f"Facture {intention.invoice_id} : « {said(intention.status)} »{number}"


def _demanded(*, wanted: bool, either: bool) -> str:
    if either:
        return "l'un des deux"
    return "obligatoire" if wanted else "facultatif"


@app.command("ecarts", cls=FrenchCommand)
def show_gaps(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Compare ce qu'Hélios écrit dans Chorus Pro avec nos mandats : chaque écart, ce qu'il veut dire, que faire."""
    desk = sit(configuration)
    found = consult.gaps(desk.app, desk.who)
    if json:
        write_json(found)
    else:
        table(
            ("Écart", "Ce que c'est"),
            [(WEIGHT[one.severity], one.sentence) for one in found],
            words=(1,),
            empty="Chorus Pro et nos mandats disent la même chose.",
        )
    if any(one.severity is not Severity.INFO for one in found):
        raise typer.Exit(1)


@app.command("admettre", cls=FrenchCommand)
def admit(
    facture: Annotated[str, typer.Argument(metavar="FACTURE", help="Par exemple F2026-000012.")],
    motif: Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Ce que le comptable a répondu.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Reconnaît comme nôtre le mandat que Chorus Pro montre, après vérification : le flux retenu peut partir."""
    desk = sit(configuration)
    invoice = acts.admit(desk.app, desk.who, facture, motif)
    say(f"Facture {invoice.id} : le mandat montré par Chorus Pro est reconnu. Son flux peut être transmis.")


@app.command("synchroniser", cls=FrenchCommand)
def synchronise(
    configuration: Configuration = DEFAULT,
    depuis: Annotated[
        datetime | None,
        typer.Option("--depuis", metavar="JJ/MM/AAAA", formats=DATES, help="Par défaut, depuis un an."),
    ] = None,
) -> None:
    """Redemande tout ce qui a changé depuis un jour et tout ce qui est à traiter ; redit ce que Chorus Pro a refusé."""
    desk = sit(configuration)
    since = depuis.date() if depuis else _a_year_ago(desk.app.clock.today())
    outcomes = [run.synchronise(desk.app, desk.who, since)]
    outcomes += [run.run(desk.app, desk.who, step) for step in (control, visa, tell)]
    for outcome in outcomes:
        account(outcome)
    if any(outcome.exit_code for outcome in outcomes):
        raise typer.Exit(1)


def _a_year_ago(today: date) -> date:
    return today - timedelta(days=365)
