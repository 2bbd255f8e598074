"""Registers exported as CSV: a line of titles, then a record a line; a bad line is told and stops nothing."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from dematfin.domain.parties.iban import compact, mask
from dematfin.errors import DocumentError, TooLarge
from dematfin.finance.csv_lines import Line, records, split
from dematfin.finance.text_file import text
from dematfin.finance.titles import Titles

SEPARATORS: Final = ";\t|,"
"""In the order in which they win when none of them gives titles that we know."""
MOST_LINES: Final = 500_000
FORMULA: Final = re.compile(r"[=@]|[+-](?![\d\s.,€]*$)")
"""What a spreadsheet would compute when the cell is exported again; a signed amount, or a dash alone, is none."""
IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{10,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)\b", re.I | re.A)

Row = Mapping[str, str]


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
    table = _open(source, titles)
    taken: list[R] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line in table.lines:
        try:
            record = to_record(table.row(line))
            _check_new(seen.setdefault(record.id, line.number), line.number)
            taken.append(record)
        except ValueError as error:
            problems.append(f"{source.name}, ligne {line.number} : {_discreet(str(error))}. Ligne laissée de côté.")
    return tuple(taken), tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What stands under the titles.

    Attributes:
        places: place of each of our columns.
        width: how many cells a line may have, from the last title to the separators that end the line of titles.
    """

    titles: Titles
    places: Mapping[str, int]
    width: range
    lines: Iterator[Line]

    def row(self, line: Line) -> Row:
        """Return the cells that we read; ValueError, in French, when they cannot be trusted."""
        if line.problem:
            raise ValueError(line.problem)
        if len(line.cells) not in self.width:
            message = f"{len(line.cells)} cellules pour {self.width[0]} titres"
            raise ValueError(message)
        row = {title: line.cells[place] for title, place in self.places.items()}
        if empty := [title for title in self.titles.required if not row[title]]:
            message = f"colonne vide : {', '.join(empty)}"
            raise ValueError(message)
        if formulas := [title for title, cell in row.items() if FORMULA.match(cell)]:
            message = f"la colonne {formulas[0]} contient une formule de tableur « {row[formulas[0]][:40]} »"
            raise ValueError(message)
        return row


def _open(source: Path, titles: Titles) -> _Table:
    content = text(source)
    if max(content.count("\n"), content.count("\r")) > MOST_LINES:
        message = f"{source.name} : le fichier a plus de {MOST_LINES} lignes. Coupez-le en plusieurs."
        raise TooLarge(message)
    lines = split(content)
    separator = max(SEPARATORS, key=lambda sign: titles.recognised(_first(lines, sign).cells))
    under = records(lines, separator)
    header = next(under, Line(number=1))
    try:
        places = titles.places(header.cells)
    except ValueError as error:
        message = _not_a_register(source, header, str(error))
        raise DocumentError(message) from error
    named = max(place for place, title in enumerate(header.cells, start=1) if title)
    return _Table(titles=titles, places=places, width=range(named, len(header.cells) + 1), lines=under)


def _first(lines: Sequence[str], separator: str) -> Line:
    return next(records(lines, separator), Line(number=1))


def _not_a_register(source: Path, header: Line, why: str) -> str:
    if header.problem:
        return f"{source.name} : {header.problem} (ligne des titres). Exportez le registre au format CSV."
    return (
        f"{source.name} : {why}. La première ligne doit donner les titres ; ceux de votre logiciel se déclarent dans "
        "la section [logiciel_financier] de la configuration."
    )


def _check_new(first: int, number: int) -> None:
    if first != number:
        message = f"même référence que la ligne {first}, seule gardée"
        raise ValueError(message)


def _discreet(sentence: str) -> str:
    """Hide the IBAN that a badly placed column brings into a sentence."""
    return IBAN.sub(lambda found: mask(compact(found[0])), sentence)
