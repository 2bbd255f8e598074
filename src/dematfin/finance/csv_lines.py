"""The records of a CSV text; one that is badly written costs its own line, never the next ones."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 10_000
"""Characters of one record."""
HIGHEST: Final = 50
"""Lines of one record: a cell between quotes may hold several."""


@dataclass(frozen=True, slots=True)
class Record:
    """Cells as they are written, or why they cannot be read.

    Attributes:
        number, last: lines where it begins and ends, from 1.
        problem: in French; empty when the cells are right.
    """

    number: int
    last: int
    cells: Sequence[str]
    problem: str = ""


def split(text: str) -> list[str]:
    """Cut a text where CSV does: the other ends of line that Unicode knows may be inside a cell."""
    return list(io.StringIO(text, newline=""))


def records(lines: Sequence[str], separator: str) -> Iterator[Record]:
    """Yield the records, those without any filled cell left out."""
    start = 0
    while start < len(lines):
        record = _record(lines, start, separator)
        if record.problem or any(cell.strip() for cell in record.cells):
            yield record
        start = record.last


def _record(lines: Sequence[str], start: int, separator: str) -> Record:
    """Return the record that begins on a line: the fewest lines that read well, else the first one alone."""
    problems = []
    for height in dict.fromkeys((1, _height(lines, start))):
        try:
            return Record(start + 1, start + height, _cells("".join(lines[start : start + height]), separator))
        except ValueError as error:
            problems.append(str(error))
    return Record(start + 1, start + 1, (), problems[0])


def _height(lines: Sequence[str], start: int) -> int:
    """Return after how many lines the quotes that are open on the first one are closed."""
    quotes = 0
    for height, line in enumerate(lines[start : start + HIGHEST], start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return height
    return 1


def _cells(text: str, separator: str) -> list[str]:
    if len(text) > LONGEST:
        message = f"une cellule est trop longue ({LONGEST} caractères au plus pour toute la ligne)"
        raise ValueError(message)
    try:
        return next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        message = "un guillemet est mal placé ou n'est pas refermé"
        raise ValueError(message) from error
