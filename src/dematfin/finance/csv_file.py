"""The rows of a CSV file, whatever its encoding and its separator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dematfin.errors import DocumentError, TooLarge
from dematfin.finance.csv_lines import Record, records, split
from dematfin.finance.text_file import LOST, text
from dematfin.finance.titles import Titles, fold

SEPARATORS: Final = ";,\t|"
MOST_LINES: Final = 500_000

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, or the reason why it cannot be taken.

    Attributes:
        number, last: lines where it begins and ends; a cell between quotes may hold several.
        row: each column of ours that the file has; whole when there is no problem.
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
    written = _split(source)
    known = {titles.written(title) for title in titles.all}
    separator = max(SEPARATORS, key=lambda one: len(known.intersection(_header(records(written, one)))))
    under = records(written, separator)
    header = _header(under)
    places = _places(source, header, titles)
    named = max(place for place, title in enumerate(header, start=1) if title)
    for one in under:
        row = {title: one.cells[place].strip() for title, place in places.items() if place < len(one.cells)}
        problem = one.problem or _problem(one.cells, range(named, len(header) + 1))
        yield Line(one.number, one.last, row, problem)


def _split(source: Path) -> list[str]:
    content = text(source)
    if max(content.count("\n"), content.count("\r")) > MOST_LINES:
        message = f"{source.name} : le fichier a plus de {MOST_LINES} lignes. Coupez-le en plusieurs."
        raise TooLarge(message)
    return split(content)


def _problem(cells: Sequence[str], widths: range) -> str:
    """Say why a row cannot be trusted; one cell too many or too few may have moved all the others.

    The line of titles may end with separators: then the rows may, or not.
    """
    if len(cells) not in widths:
        said = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''} pour {widths[0]} titres"
        return said if len(cells) < widths[0] else f"{said} ; un texte qui contient le séparateur va entre guillemets"
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
    present = {title: titles.written(title) for title in titles.sought if titles.written(title) in header}
    if twice := [titles.shown(title) for title, name in present.items() if header.count(name) > 1]:
        message = f"{source.name} : deux colonnes portent le titre {', '.join(twice)}. Gardez-en une seule."
        raise DocumentError(message)
    return {title: header.index(name) for title, name in present.items()}


def _header(written: Iterator[Record]) -> list[str]:
    """Take the titles, as they would be with one separator."""
    return [fold(title) for title in next(written, Record(1, 1, ())).cells]
