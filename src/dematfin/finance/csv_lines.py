"""The records of a CSV text; one that is badly written costs its own line, never the next ones."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dematfin.finance.text_file import LOST

LONGEST: Final = 10_000
"""Characters of one record."""
HIGHEST: Final = 50
"""Lines of one record: a cell between quotes may hold several."""
UNREADABLE: Final = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f{LOST}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record, or why it cannot be read.

    Attributes:
        number: the line of the file where it begins, from 1.
        problem: in French; empty when the cells are right.
    """

    number: int
    cells: Sequence[str] = ()
    problem: str = ""


def split(text: str) -> list[str]:
    """Cut a text where CSV does: the other ends of line that Unicode knows may be inside a cell."""
    return list(io.StringIO(text, newline=""))


def records(lines: Sequence[str], separator: str) -> Iterator[Line]:
    """Yield the records, those without any filled cell left out."""
    start = 0
    while start < len(lines):
        height, line = _record(lines, start, separator)
        if line.problem or any(line.cells):
            yield line
        start += height


def _record(lines: Sequence[str], start: int, separator: str) -> tuple[int, Line]:
    """Return how many lines a record takes, and the record: the fewest lines that read well, else the first alone."""
    problems = []
    for height in dict.fromkeys((1, _height(lines, start))):
        try:
            cells = _cells("".join(lines[start : start + height]), separator)
        except ValueError as error:
            problems.append(str(error))
        else:
            return height, Line(number=start + 1, cells=cells)
    return 1, Line(number=start + 1, problem=problems[0])


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
        message = f"ligne trop longue ({LONGEST} caractères au plus)"
        raise ValueError(message)
    if UNREADABLE.search(text):
        message = "un caractère est illisible, le fichier est abîmé à cet endroit"
        raise ValueError(message)
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        message = "un guillemet est mal placé ou n'est pas refermé"
        raise ValueError(message) from error
    return [" ".join(part.strip() for part in cell.splitlines()).strip() for cell in cells]
