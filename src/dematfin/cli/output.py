"""What commands show: tables for people, JSON for programs, and the account of what a step did."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from dematfin.steps.outcome import Outcome

FEW: Final = 3
SCREEN: Final = Console(highlight=False, soft_wrap=True)
ERRORS: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Write a line for a person, markup allowed."""
    SCREEN.print(text)


def complain(text: str) -> None:
    """Write an error for a person, as it is."""
    ERRORS.print(f"Erreur : {text}", style="red", markup=False)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Write a table; `right` are the columns of figures."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(titles):
        drawn.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(cell.replace("[", r"\[") for cell in row))
    SCREEN.print(drawn)


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
    say(f"[{colour}]●[/] {outcome.step} : {_done(outcome.done)}{trouble}")
    for failure in outcome.failures:
        SCREEN.print(f"  ✗ {failure.sentence}", style="red", markup=False)
    for note in outcome.notes:
        SCREEN.print(f"  ! {note}", style="yellow", markup=False)


def _done(done: Sequence[str]) -> str:
    """Name what was done when the names fit a line, else count it."""
    if not done:
        return "rien à faire"
    return ", ".join(done) if len(done) <= FEW else f"{len(done)} faits"


def day(value: date | None) -> str:
    """Write a date as French readers expect it."""
    return f"{value:%d/%m/%Y}" if value else ""
