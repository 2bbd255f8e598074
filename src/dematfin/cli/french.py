"""French for what the command-line library says by itself: its help texts, its usage errors.

The few words that it looks up when it is imported are in `words`.
"""

import re
from typing import Any, Final

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from dematfin.cli import chosen

for parameter in (TyperArgument, TyperOption):
    parameter.display_type = lambda *_: ""  # type: ignore[method-assign]  # `<str>` and `<bool>` are for programmers

BAD: Final = r"Invalid value for '?([^:]+?)'?: (?:Value error, )?"
USAGE: Final[tuple[tuple[str, str], ...]] = (
    (r"Missing option '?([^']+)'?\.?.*", r"L'option \1 est obligatoire."),
    (r"Missing argument '?([^']+)'?\.?.*", r"Il manque l'argument \1."),
    (r"No such option: (\S+).*", r"L'option \1 n'existe pas."),
    (r"Option '?([^']+)'? requires an argument\.?", r"L'option \1 attend une valeur."),
    (r"Option '?([^']+)'? does not take a value\.?", r"L'option \1 s'écrit seule, sans valeur."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", r"Argument en trop : \1."),
    (r"(.*n'existe pas)\. Did you mean (.+)\?", r"\1. Vouliez-vous dire \2 ?"),
    (BAD + r"(.+?) is not one of (.+)\.", r"\1 : \2 n'est pas une valeur possible (\3)."),
    (BAD + r"(.+?) does not match the formats .+", r"\1 : \2 n'est pas une date (JJ/MM/AAAA)."),
    (BAD + r"[Ff]ile (.+) does not exist\.", r"\1 : le fichier \2 n'existe pas."),
    (BAD + r"[Ff]ile (.+) is a directory\.", r"\1 : \2 est un dossier, un fichier est attendu."),
    (BAD + r"[Ff]ile (.+) is not readable\.", r"\1 : vous n'avez pas le droit de lire \2."),
    (BAD + r"Input should be a valid integer.*", r"\1 : un nombre entier est attendu."),
    (BAD + r"Input should be greater than or equal to (.+)", r"\1 : \2 au moins."),
    (BAD + r"Input should be less than or equal to (.+)", r"\1 : \2 au plus."),
    (BAD + r"(.+)", r"\1 : \2"),
)


def usage_error(message: str) -> str:
    """Say a usage error of the library in French."""
    for pattern, french in USAGE:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, french, message, flags=re.DOTALL)
    return message


class French:
    """What commands and groups share: their own words for help and usage."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, in French."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the command or group beside
        if option is not None:
            option.help = "Affiche cette aide."
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]  # idem
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Utilisation : ")


class FrenchCommand(French, TyperCommand):
    """A command; where it reads a configuration, it may be told which collectivité of it."""

    def __init__(self, name: str | None, *, params: list[Any] | None = None, **options: Any) -> None:
        params = params or []
        if any(one.name == "configuration" for one in params):
            params.append(chosen.option())
        super().__init__(name, params=params, **options)


class FrenchGroup(French, TyperGroup):
    """A family of commands."""


def family(help_text: str) -> typer.Typer:
    """Return a new family of commands."""
    return typer.Typer(
        cls=FrenchGroup,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        subcommand_metavar="COMMANDE [ARGUMENTS]...",
    )
