"""`--siret`: which collectivité a command is about, where a configuration holds several; it goes wherever `-c` goes."""

from contextvars import ContextVar
from typing import Annotated, Any, Final

import typer
from typer.main import get_command

CHOSEN: Final = ContextVar("CHOSEN", default="")
"""SIRET that the running command was given; empty: none."""


def _choose(siret: str) -> None:
    CHOSEN.set(siret)


def _asked(
    siret: Annotated[
        str,
        typer.Option(
            "--siret",
            metavar="SIRET",
            envvar="DEMATFIN_SIRET",
            callback=_choose,
            expose_value=False,
            help="Collectivité, si la configuration en contient plusieurs.",
        ),
    ] = "",
) -> None:
    """Carry the option."""


def option() -> Any:
    """Return the option, as commands hold theirs."""
    carrier = typer.Typer(add_completion=False)
    carrier.command()(_asked)
    return get_command(carrier).params[0]
