"""What commands show: tables for people, JSON for programs, and the account of what a step did."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dematfin.steps.outcome import Outcome

FEW: Final = 3
PLURAL: Final = 2
CONTROLS: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
STEPS: Final = {
    "import": "facture",
    "contrôle": "facture",
    "visa": "facture",
    "transmission": "flux",
    "réconciliation": "flux",
    "suivi": "réponse",
    "informer les fournisseurs": "facture",
}
"""What each step counts."""
SCREEN: Final = Console(highlight=False, soft_wrap=True)
ERRORS: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Write a line for a person, markup allowed."""
    SCREEN.print(legible(text))


def complain(text: str) -> None:
    """Write an error for a person, as it is."""
    ERRORS.print(f"Erreur : {legible(text)}", style="red", markup=False)


def table(
    titles: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), words: Sequence[int] = ()
) -> None:
    """Write a table; `right` are the columns of figures, `words` those that give way on a narrow screen."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, title in enumerate(titles):
        drawn.add_column(
            title, justify="right" if number in right else "left", overflow="fold", no_wrap=number not in words
        )
    for row in rows:
        drawn.add_row(*(escape(legible(cell)) for cell in row))
    SCREEN.print(drawn)


def legible(text: str) -> str:
    """Return a text without what would act on the terminal: suppliers write numbers and names as they like."""
    return "".join("?" if unicodedata.category(sign) in CONTROLS and sign != "\n" else sign for sign in text)


def write_json(value: Any) -> None:
    """Write a value as JSON: amounts as text, dates as ISO."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def plain(value: Any) -> Any:
    """Return a value made of what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def account(outcome: Outcome) -> None:
    """Write what a step did, what failed and why, what to know."""
    failed = len(outcome.failures)
    colour = "red" if failed else "green"
    trouble = f", {failed} en échec" if failed else ""
    say(f"[{colour}]●[/] {outcome.step} : {_done(outcome)}{trouble}")
    for failure in outcome.failures:
        SCREEN.print(f"  ✗ {legible(failure.sentence)}", style="red", markup=False)
    for note in outcome.notes:
        SCREEN.print(f"  ! {legible(note)}", style="yellow", markup=False)


def _done(outcome: Outcome) -> str:
    """Name what was done when the names fit a line, else count it."""
    if not outcome.done:
        return "rien à faire"
    return ", ".join(outcome.done) if len(outcome.done) <= FEW else extent(outcome)


def extent(outcome: Outcome) -> str:
    """Say how many things a step did."""
    return counted(len(outcome.done), STEPS.get(outcome.step, "élément"))


def counted(number: int, noun: str) -> str:
    """Write a number of things; all our nouns take an s, or end with one."""
    return f"{number} {noun}" if number < PLURAL or noun.endswith(("s", "x")) else f"{number} {noun}s"


def day(value: date | None) -> str:
    """Write a date as French readers expect it."""
    return f"{value:%d/%m/%Y}" if value else ""
