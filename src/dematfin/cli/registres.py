"""`engagement importer`, `tiers importer`: registers of the finance software."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import registers as acts
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say

engagements = family("Les engagements du logiciel financier.")
tiers = family("Les tiers (fournisseurs) du logiciel financier.")

Source = Annotated[Path, typer.Argument(metavar="FICHIER.csv", help="Export CSV, séparé par des points-virgules.")]


@engagements.callback()
def about_engagements() -> None:
    """Les engagements du logiciel financier."""


@engagements.command("importer", cls=FrenchCommand)
def import_engagements(fichier: Source, configuration: Configuration = DEFAULT) -> None:
    """Importe les engagements ; ceux qui existent déjà sont mis à jour."""
    desk = sit(configuration)
    _tell(acts.import_engagements(desk.app, desk.who, fichier), "engagement")


@tiers.callback()
def about_tiers() -> None:
    """Les tiers (fournisseurs) du logiciel financier."""


@tiers.command("importer", cls=FrenchCommand)
def import_tiers(fichier: Source, configuration: Configuration = DEFAULT) -> None:
    """Importe les tiers ; ceux qui existent déjà sont mis à jour."""
    desk = sit(configuration)
    _tell(acts.import_tiers(desk.app, desk.who, fichier), "tiers")


def _tell(result: acts.Import, what: str) -> None:
    say(f"{counted(result.taken, what)} importé{'s' if result.taken > 1 else ''}.")
    for problem in result.problems:
        complain(problem)
    if result.problems:
        raise typer.Exit(1)
