"""What `dematfin` answers without its library, which takes ten times longer to load: the help and the version.

The look is the library's own; a test holds the one to the other.
"""

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from dematfin import __version__
from dematfin.cli.families import Family, in_order

SUMMARY: Final = "Les factures des collectivités, de Chorus Pro au paiement."
OPTIONS: Final = (
    ("--verbeux", "Écrit le détail technique sur la sortie d'erreur."),
    ("--version", "Affiche la version."),
    ("--help", "Affiche cette aide."),
)
USAGE: Final = 2
NARROW: Final = 40
"""Columns below which nobody reads."""
ROUNDED: Final = tuple("╭─╮│╰╯")
PLAIN: Final = tuple("+-+|++")


class Screen(NamedTuple):
    """Where the help is written."""

    width: int
    colours: bool
    corners: tuple[str, ...]

    def paint(self, style: str, text: str) -> str:
        """Return a text in a style, where there are styles."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colours and text else text


def answer(words: Sequence[str], families: Sequence[Family]) -> int | None:
    """Answer a command line that calls no command, and return the exit code; None: it is the library's to answer."""
    if words == ["--version"]:
        print(f"dematfin {__version__}")
        return 0
    if words in ([], ["--help"]):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a stream of text, as always here
        print("\n".join(_help(families, _screen())))
        return 0 if words else USAGE
    return None


def _screen() -> Screen:
    terminal = sys.stdout.isatty()
    wide = os.environ.get("COLUMNS", "")
    width = int(wide) if wide.isdecimal() else os.get_terminal_size(1).columns if terminal else 80
    colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}
    unicode = sys.stdout.encoding.lower().startswith("utf")
    return Screen(max(width, NARROW), colours, ROUNDED if unicode else PLAIN)


def _help(families: Sequence[Family], screen: Screen) -> Iterator[str]:
    yield ""
    yield screen.paint("1", " Utilisation : dematfin [OPTIONS] COMMANDE [ARGUMENTS]...")
    yield ""
    yield from (f" {line}" for line in textwrap.wrap(SUMMARY, screen.width - 2))
    yield ""
    yield from _panel("Options", OPTIONS, 19, screen)
    names = [(one.name, one.help) for one in in_order(families)]
    yield from _panel("Commandes", names, max(len(name) for name, _ in names) + 2, screen)
    yield ""


def _panel(title: str, rows: Iterable[tuple[str, str]], indent: int, screen: Screen) -> Iterator[str]:
    """Draw rows in a frame, what each means in a column of its own."""
    left, bar, right, side, low_left, low_right = screen.corners
    inside = screen.width - 4
    yield screen.paint("2", f"{left}{bar} {title} {bar * (inside - len(title) - 1)}{right}")
    edge = screen.paint("2", side)
    for name, meaning in rows:
        for number, line in enumerate(textwrap.wrap(meaning, inside - indent)):
            label = screen.paint("1;36", f"{'' if number else name:{indent}}")
            yield f"{edge} {label}{line:{inside - indent}} {edge}"
    yield screen.paint("2", f"{low_left}{bar * (inside + 2)}{low_right}")
