"""The program: its families of commands, and the one place where an error becomes words on a screen."""

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from types import TracebackType
from typing import Annotated, Any

import typer
from typer.main import get_command

from dematfin import __version__
from dematfin.cli.families import FAMILIES, Family
from dematfin.cli.french import FrenchGroup, usage_error
from dematfin.cli.front import SUMMARY, USAGE
from dematfin.cli.output import complain, say
from dematfin.errors import DematfinError
from dematfin.support import logs

UsageError: Any = typer.BadParameter.__base__
"""What a wrong command line raises; the library gives it no public name of its own."""


def program(families: Iterable[Family] = FAMILIES) -> typer.Typer:
    """Return the program with these commands and families."""
    app = typer.Typer(
        cls=FrenchGroup,
        name="dematfin",
        help=SUMMARY,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        subcommand_metavar="COMMANDE [ARGUMENTS]...",
    )
    app.callback(cls=FrenchGroup)(_options)
    commands = {(one.package, path): None for one in families if not one.group for path in one.adds}
    for package, path in commands:  # one module may bring several
        _found(package, path)(app)
    for one in families:
        if one.group:
            app.add_typer(_group(one), name=one.name)
    return app


@cache
def _group(family: Family) -> Any:
    """Return a family of commands, whole; once, for each making would add to it."""
    group = _found(family.package, family.group)
    for path in family.adds:
        _found(family.package, path)(group)
    return group


def _found(package: str, path: str) -> Any:
    module, name = path.rsplit(".", maxsplit=1)
    return getattr(import_module(f"{package}.{module}"), name)


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: every error is said in French, none shows its insides."""
    sys.excepthook = _unexpected
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ✓ or ² loses the sign, not the command
    command: Any = get_command(app)
    try:
        result = command.main(args=arguments, prog_name="dematfin", standalone_mode=False)
    except DematfinError as error:
        complain(str(error))
        return error.exit_code
    except typer.Abort:
        complain("Interrompu. Ce qui a été fait est enregistré ; relancez la commande pour le reste.")
        return 1
    except typer.Exit as end:
        return end.exit_code
    except UsageError as error:
        if message := usage_error(error.format_message()):  # none when the help has just been shown
            complain(f"{message} Aide : ajoutez --help.")
        return USAGE
    return result if isinstance(result, int) else 0


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the library calls it so
    if wanted:
        say(f"dematfin {__version__}")
        raise typer.Exit


def _options(
    verbeux: Annotated[
        bool, typer.Option("--verbeux", help="Écrit le détail technique sur la sortie d'erreur.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Affiche la version.")
    ] = False,
) -> None:
    """Les factures des collectivités, de Chorus Pro au paiement."""
    logs.configure(verbose=verbeux)


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug: say it in French first, and keep the details for whoever mends it."""
    complain(f"erreur imprévue ({kind.__name__}). Rien n'est perdu ; transmettez le message ci-dessous à l'exploitant.")
    sys.stderr.write(logs.trace_of(error.with_traceback(trace)))
