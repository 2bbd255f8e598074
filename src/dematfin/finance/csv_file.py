"""The rows of a CSV file, whatever its encoding and its separator."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dematfin.errors import DocumentError
from dematfin.finance.text_file import LOST, text
from dematfin.finance.titles import Titles, fold

SEPARATORS: Final = ";,\t|"
STRICT: Final = True
"""Or a quote left open would swallow the rows that follow it without a word."""
BROKEN: Final = "un guillemet est mal placé ou n'est pas refermé, ou une cellule est trop longue"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file, or the reason why it cannot be told.

    Attributes:
        number, last: lines where it begins and ends; a cell between quotes may hold several.
        row: each column of ours that the file has.
        problem: in French; empty when the row is right.
    """

    number: int
    last: int
    row: Row
    problem: str = ""

    @property
    def place(self) -> str:
        """Say where it is."""
        return f"ligne {self.number}" if self.number == self.last else f"lignes {self.number} à {self.last}"


def lines(source: Path, titles: Titles) -> Iterator[Line]:
    """Yield the records under the titles, empty ones left out.

    Raises:
        DocumentError, TooLarge: the file is absent, unreadable, too large, or lacks a column.
    """
    content = text(source)
    known = {titles.written(title) for title in titles.all}
    separator = max(SEPARATORS, key=lambda one: len(known.intersection(_header(content, one))))
    header = _header(content, separator)
    places = _places(source, header, titles)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=STRICT)
    next(reader)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Line(start, reader.line_num, {}, BROKEN)
            continue
        if any(cell.strip() for cell in cells):
            row = {title: cells[place].strip() if place < len(cells) else "" for title, place in places.items()}
            yield Line(start, reader.line_num, row, _problem(cells, len(header)))


def _problem(cells: list[str], width: int) -> str:
    """Say why a row cannot be trusted; one cell too many may have moved all the others."""
    if len(cells) > width:
        return f"{len(cells)} cellules pour {width} titres ; un texte qui contient le séparateur va entre guillemets"
    if any(sign in cell for cell in cells for sign in LOST):
        return "un caractère est illisible"
    return ""


def _places(source: Path, header: list[str], titles: Titles) -> dict[str, int]:
    """Return where each of our columns is."""
    if missing := [titles.shown(title) for title in titles.expected if titles.written(title) not in header]:
        message = (
            f"{source.name} : il manque la colonne {', '.join(missing)}. La première ligne doit donner les titres, "
            "séparés par des points-virgules, des virgules, des tabulations ou des barres verticales. Si votre "
            "logiciel leur donne d'autres noms, dites-les dans la configuration, sous [logiciel_financier]."
        )
        raise DocumentError(message)
    present = {title: titles.written(title) for title in titles.all if titles.written(title) in header}
    if twice := [titles.shown(title) for title, name in present.items() if header.count(name) > 1]:
        message = f"{source.name} : deux colonnes portent le titre {', '.join(twice)}. Gardez-en une seule."
        raise DocumentError(message)
    return {title: header.index(name) for title, name in present.items()}


def _header(content: str, separator: str) -> list[str]:
    """Return the titles as they would be with one separator."""
    try:
        first = next(csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=STRICT), [])
    except csv.Error:
        return []
    return [fold(title) for title in first]
