"""`bordereau envoyer-pieces`: the documents that a mandat lacks at Hélios, sent without it."""

from typing import Annotated

import typer

from dematfin.acts import late_pieces
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import account

Key = Annotated[str, typer.Argument(metavar="MANDAT", help="Par exemple M2026-000012.")]


def register(app: typer.Typer) -> None:
    """Add the command to a family."""
    app.command("envoyer-pieces", cls=FrenchCommand)(send_pieces)


def send_pieces(mandat: Key, configuration: Configuration = DEFAULT) -> None:
    """Prépare le flux des pièces qui manquent à un mandat déjà transmis : refusées par Hélios, ou arrivées depuis."""
    desk = sit(configuration)
    outcome = late_pieces.send(desk.app, desk.who, mandat)
    account(outcome)
    raise typer.Exit(outcome.exit_code)
