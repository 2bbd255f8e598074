"""`etat`: the whole picture."""

from typing import Final

import typer

from dematfin.acts import consult
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.flux import say_in_flight
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain.figures.overview import Overview
from dematfin.domain.money import french
from dematfin.domain.parties.waiver import Waiver

LAST: Final = 10
"""Exceptions shown on a screen; the report has them all."""


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("etat", cls=FrenchCommand)(show_state)


def show_state(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre où en sont les factures et les flux, et ce qui demande quelqu'un."""
    desk = sit(configuration)
    picture = consult.picture(desk.app, desk.who)
    if json:
        write_json(picture)
        return
    show(picture)


def show(picture: Overview) -> None:
    """Draw the picture on the screen."""
    say(f"{picture.name}, le {day(picture.today)}", style="bold")
    states = sorted(picture.by_state.items(), key=lambda item: -item[1][0])
    table(
        ("Factures", "Nombre", "TTC"),
        [(state, str(count), french(total)) for state, (count, total) in states],
        right=(1, 2),
        empty="Aucune facture : importez-les (importer).",
    )
    if picture.flux:
        table(
            ("Bordereau, puis son flux", "Total", "État"),
            [
                (f"{', '.join(one.bordereaux)}\n  {one.nomfic}", french(one.total), one.acquit or one.label)
                for one in picture.flux
            ],
            right=(1,),
        )
    if picture.in_flight:
        say_in_flight(picture.in_flight)
    for alert in picture.alerts:
        say(f"! {alert}", style="yellow")
    _waivers(picture)


def waiver_line(one: Waiver) -> str:
    """Tell one exception of a small commune, with its day."""
    return f"Dérogation « petite commune » du {day(one.made_on)} : {one.what}"


def _waivers(picture: Overview) -> None:
    """List the last exceptions; that there is none is said where there may be some."""
    if picture.small and not picture.waivers:
        say("Petite commune : aucune dérogation, deux personnes chaque fois.")
    for one in picture.waivers[:LAST]:
        say(waiver_line(one), style="yellow")
    if (older := len(picture.waivers) - LAST) > 0:
        say(f"Dérogations plus anciennes : {older}, toutes dans le rapport (rapport).")
