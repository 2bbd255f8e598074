"""What commands show: tables for people, JSON for programs, and the account of what a step did."""

import json
import unicodedata
from collections.abc import Sequence
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
KILO: Final = 1024
MEGA: Final = KILO * KILO
GIGA: Final = KILO * MEGA
CONTROLS: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
STEPS: Final = {
    "import": "facture",
    "contrôle": "facture",
    "visa": "facture",
    "fiches de visa": "fiche",
    "rappels": "courriel",
    "parapheur": "facture",
    "signature": "flux",
    "transmission": "flux",
    "réconciliation": "flux",
    "suivi": "réponse",
    "informer les fournisseurs": "facture",
    "import des flux du logiciel financier": "flux",
    "remise au logiciel financier": "remise",
    "textes": "facture",
}
"""What each step counts."""
SCREEN: Final = Console(highlight=False, soft_wrap=True)
ERRORS: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str = "", style: str = "") -> None:
    """Write a line for a person, as it is: a name in it may look like markup."""
    SCREEN.print(legible(text), style=style, markup=False)


def complain(text: str) -> None:
    """Write an error for a person."""
    ERRORS.print(f"Erreur : {legible(text)}", style="red", markup=False)


def table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    words: Sequence[int] = (),
    empty: str = "",
) -> None:
    """Write a table, or the sentence `empty` when it has no row.

    `right` are the columns of figures, `words` those that give way on a narrow screen.
    """
    if not rows:
        say(empty)
        return
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
    return "".join("?" if _acts(sign) else sign for sign in text)


def _acts(sign: str) -> bool:
    return unicodedata.category(sign) in CONTROLS and sign != "\n"


def write_json(value: Any) -> None:
    """Write a value as JSON: amounts as text, dates as ISO, what would act on the terminal as `\\uXXXX`."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    print("".join(json.dumps(sign)[1:-1] if _acts(sign) else sign for sign in text))


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
    failed = outcome.failures
    parts = [_done(outcome)] if outcome.done or not failed else []
    parts += [f"{len(failed)} en échec"] if failed else []
    say(f"● {outcome.step} : {', '.join(parts)}", style="red" if failed else "green")
    for failure in failed:
        say(f"  ✗ {failure.sentence}", style="red")
    for note in outcome.notes:
        say(f"  ! {note}", style="yellow")


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


def instant(value: datetime) -> str:
    """Write a moment, in local time, to the minute."""
    return f"{value:%d/%m/%Y %H:%M}"


def weight(size: int) -> str:
    """Write the size of a file or of many: whole Ko (never nothing), then Mo and Go to the tenth."""
    if size < MEGA:
        return f"{(size + KILO - 1) // KILO} Ko"
    amount, unit = (size / MEGA, "Mo") if size < GIGA else (size / GIGA, "Go")
    return f"{amount:.1f} {unit}".replace(".", ",")
