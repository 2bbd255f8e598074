"""`engagement importer`, `tiers importer`, `credit importer`: registers of the finance software."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import registers as acts
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say

engagements = family("Les engagements du logiciel financier.")
tiers = family("Les tiers (fournisseurs) du logiciel financier.")
credits_ = family("Les crédits disponibles, chapitre par chapitre.")

Source = Annotated[Path, typer.Argument(metavar="FICHIER.csv", help="Export CSV du logiciel financier.")]


@engagements.callback()
def about_engagements() -> None:
    """Les engagements du logiciel financier."""


@engagements.command("importer", cls=FrenchCommand)
def import_engagements(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les engagements ; ceux qui existent déjà sont mis à jour."""
    _import(acts.import_engagements, fichier, configuration, "engagement", essai=essai)


@tiers.callback()
def about_tiers() -> None:
    """Les tiers (fournisseurs) du logiciel financier."""


@tiers.command("importer", cls=FrenchCommand)
def import_tiers(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les tiers ; un compte bancaire nouveau attend d'être validé par deux personnes."""
    _import(acts.import_tiers, fichier, configuration, "tiers", essai=essai)


@credits_.callback()
def about_credits() -> None:
    """Les crédits disponibles, chapitre par chapitre."""


@credits_.command("importer", cls=FrenchCommand)
def import_credits(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les crédits disponibles par chapitre ; une facture qui les dépasse est retenue."""
    _import(acts.import_credits, fichier, configuration, "crédit", essai=essai)


def _import(act: Callable[..., acts.Import], fichier: Path, configuration: Path, what: str, *, essai: bool) -> None:
    desk = sit(configuration)
    result = act(desk.app, desk.who, fichier, rehearse=essai)
    if essai:
        say(
            f"Essai, rien n'est écrit : {counted(result.taken, what)} à importer, dont {result.new} à créer, "
            f"{result.changed} à modifier, {result.unchanged} sans changement."
        )
    else:
        say(f"{counted(result.taken, what)} importé{'s' if result.taken > 1 else ''}.")
    for notice in result.notices:
        say(f"! {notice}", style="yellow")
    for problem in result.problems:
        complain(problem)
    if result.problems:
        raise typer.Exit(1)
