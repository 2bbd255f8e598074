"""From the rows of a file to records; a bad row is told, the others are taken."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from dematfin.domain.parties.iban import compact, mask
from dematfin.finance.csv_file import Line, Row, lines
from dematfin.finance.titles import Titles

FORMULA: Final = re.compile(r"[=@]|[+-](?![\d\s.,€]*$)")
"""What a spreadsheet would compute, were the cell ever exported again; a signed amount or a dash alone is none."""

IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)\b", re.I | re.A)


class Keyed(Protocol):
    """A record under an identifier."""

    @property
    def id(self) -> str:
        """What two rows may not share."""


R = TypeVar("R", bound=Keyed)


def read(source: Path, titles: Titles, to_record: Callable[[Row], R]) -> tuple[tuple[R, ...], tuple[str, ...]]:
    """Turn each row into a record; return them, and a French sentence for each row that was left out.

    `to_record` raises ValueError, in French, on a row that it cannot take.

    Raises:
        DocumentError, TooLarge: the file is absent, too large, or lacks a column.
    """
    records: list[R] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line in lines(source, titles):
        try:
            record = to_record(_filled(line, titles.filled))
            _check_new(seen.setdefault(record.id, line.number), line.number)
            records.append(record)
        except ValueError as error:
            problems.append(f"{source.name}, {line.place} : {_discreet(str(error))}. Ligne laissée de côté.")
    return tuple(records), tuple(problems)


def _check_new(first: int, number: int) -> None:
    if first != number:
        message = f"même référence que la ligne {first}, seule gardée"
        raise ValueError(message)


def _filled(line: Line, required: Sequence[str]) -> Row:
    if line.problem:
        raise ValueError(line.problem)
    if empty := [title for title in required if not line.row[title]]:
        message = f"colonne vide : {', '.join(empty)}"
        raise ValueError(message)
    if formulas := [title for title, cell in line.row.items() if FORMULA.match(cell)]:
        message = f"la colonne {formulas[0]} contient une formule de tableur « {line.row[formulas[0]][:40]} »"
        raise ValueError(message)
    return line.row


def _discreet(sentence: str) -> str:
    """Hide the account that a column taken for another one brings into a sentence."""
    return IBAN.sub(lambda found: mask(compact(found[0])), sentence)
