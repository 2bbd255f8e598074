"""`importer`, `suivi`, `journee`: what runs every day; `suivi IDENTIFIANT`: the thread of one thing."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import run as acts
from dematfin.acts.rehearse import day as rehearse_day
from dematfin.cli.chosen import CHOSEN
from dematfin.cli.collectivites import spared
from dematfin.cli.context import (
    DEFAULT,
    Configuration,
    Desk,
    Json,
    Rehearsal,
    chosen_houses,
    sit,
    sit_in,
)
from dematfin.cli.fil import show_thread
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import account, say
from dematfin.cli.sante import measured
from dematfin.errors import gravest
from dematfin.steps.control import control
from dematfin.steps.day import Step
from dematfin.steps.follow_up import follow_up
from dematfin.steps.intake import intake
from dematfin.steps.outcome import Outcome
from dematfin.steps.reconcile import reconcile
from dematfin.steps.visa import visa

Everyone = Annotated[
    bool, typer.Option("--toutes", help="De toutes les collectivités de la configuration, l'une après l'autre.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("importer", cls=FrenchCommand)(import_invoices)
    app.command("suivi", cls=FrenchCommand)(follow)
    app.command("journee", cls=FrenchCommand)(whole_day)


def import_invoices(configuration: Configuration = DEFAULT) -> None:
    """Importe les factures nouvelles de Chorus Pro, les contrôle et les remet aux viseurs."""
    _run(configuration, (intake, control, visa))


def follow(
    identifiant: Annotated[
        str,
        typer.Argument(
            metavar="IDENTIFIANT",
            help="Facture, mandat, bordereau, flux, ou numéro de Chorus Pro ou du TdT.",
        ),
    ] = "",
    configuration: Configuration = DEFAULT,
    json: Json = False,
) -> None:
    """Relève les acquits et les retours du comptable ; avec un identifiant, raconte cette chose-là."""
    if identifiant:
        show_thread(sit(configuration), identifiant, json=json)
        return
    if json:
        message = "donnez aussi un identifiant : le suivi lui-même n'a pas de résultat en JSON."
        raise typer.BadParameter(message, param_hint="--json")
    _run(configuration, (reconcile, follow_up))


def whole_day(configuration: Configuration = DEFAULT, essai: Rehearsal = False, toutes: Everyone = False) -> None:
    """Fait la journée : réconcilier, importer, contrôler, viser, relancer, transmettre, préparer. Ne signe jamais."""
    if toutes and CHOSEN.get():
        message = "choisissez toutes les collectivités, ou une seule (--siret, DEMATFIN_SIRET)."
        raise typer.BadParameter(message, param_hint="--toutes")
    with nullcontext() if essai else measured(configuration):
        code = _day_of_all(configuration, rehearsal=essai) if toutes else _day(sit(configuration), rehearsal=essai)
    if code:
        raise typer.Exit(code)


def _day_of_all(configuration: Path, *, rehearsal: bool) -> int:
    """Run the day of each collectivité, one after the other; return the worst exit code."""
    codes = []
    for house in chosen_houses(configuration):
        say(f"■ {house.label}", style="bold")
        code, stopped = spared(house, lambda one: _day(sit_in(one), rehearsal=rehearsal))
        codes.append(code)
        if stopped:
            say(f"  ✗ {stopped}", style="red")
    return gravest(codes)


def _day(desk: Desk, *, rehearsal: bool) -> int:
    if rehearsal:
        for line in rehearse_day(desk.app, desk.who):
            say(line)
        return 0
    codes = [0]
    for outcome in acts.day(desk.app, desk.who):
        account(outcome)
        codes.append(outcome.exit_code)
    return max(codes)


def _run(configuration: Configuration, steps: tuple[Step, ...]) -> None:
    desk = sit(configuration)
    outcomes: list[Outcome] = []
    for step in steps:
        outcomes.append(acts.run(desk.app, desk.who, step))
        account(outcomes[-1])
    if any(outcome.exit_code for outcome in outcomes):
        raise typer.Exit(1)
