"""`service`: what runs without anybody, for every collectivité of a configuration."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dematfin.cli.chosen import CHOSEN
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, chosen_houses
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.support import logs

if TYPE_CHECKING:
    from dematfin.config.several import House


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("service", cls=FrenchCommand)(serve)


def serve(configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Fait tourner, aux heures prévues, la journée de chaque collectivité de la configuration, jusqu'à Ctrl-C."""
    if essai:
        for line in _rehearsed(configuration):
            say(line)
        return
    from dematfin.service.clock import Clock  # noqa: PLC0415 - heavy, and not needed to show a help text

    logs.speak_up()
    Clock(configuration, CHOSEN.get(), say).run()


def _rehearsed(configuration: Path) -> Iterator[str]:
    """Say what is due, and when next, in each collectivité; nothing is run."""
    for one in chosen_houses(configuration):
        yield from _of(one)


def _of(house: "House") -> Iterator[str]:
    from dematfin.service.rehearsal import foreseen  # noqa: PLC0415 - idem

    yield f"{house.name or house.where} ({house.siret or 'sans SIRET'})"
    yield from (f"  {line}" for line in foreseen(house))
