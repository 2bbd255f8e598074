"""Registers exported as CSV: a line of titles, then a record a line; a bad line is told and stops nothing."""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from dematfin.errors import DocumentError
from dematfin.finance.csv_text import separator, text

Row = Mapping[str, str]


class Keyed(Protocol):
    """A record under an identifier."""

    @property
    def id(self) -> str:
        """What two rows may not share."""


R = TypeVar("R", bound=Keyed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is expected of one kind of export.

    Attributes:
        required: titles that must be there, and filled on each line; `optional` may be absent.
        columns: our title = the title of the export, where they differ.
    """

    required: Sequence[str]
    optional: Sequence[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def read(source: Path, register: Register, to_record: Callable[[Row], R]) -> tuple[tuple[R, ...], tuple[str, ...]]:
    """Turn each row into a record; return them, and a French sentence for each row that was left out.

    `to_record` raises ValueError, in French, on a row that it cannot take.

    Raises:
        DocumentError, TooLarge: the file is absent, too large, or lacks a column.
    """
    records: list[R] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, row in _rows(source, register):
        try:
            record = to_record(_filled(row, register.required))
            _check_new(seen.setdefault(record.id, number), number)
            records.append(record)
        except ValueError as error:
            problems.append(f"{source.name}, ligne {number} : {error}. Ligne laissée de côté.")
    return tuple(records), tuple(problems)


def _check_new(first: int, number: int) -> None:
    if first != number:
        message = f"même référence que la ligne {first}, seule gardée"
        raise ValueError(message)


def _filled(row: Row, required: Sequence[str]) -> Row:
    if TOO_MANY in row:
        message = "plus de cellules que de titres"
        raise ValueError(message)
    if empty := [title for title in required if not row[title]]:
        message = f"colonne vide : {', '.join(empty)}"
        raise ValueError(message)
    return row


TOO_MANY = ""
"""Key of the cells that no title announces."""


def _rows(source: Path, register: Register) -> Iterator[tuple[int, Row]]:
    content = text(source)
    first = content.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(content, newline=""), delimiter=separator(first), restval="", restkey=TOO_MANY, strict=True
    )
    try:
        places = _places(source, register, reader.fieldnames or ())
        reader.fieldnames = [f"{order}" for order, _ in enumerate(reader.fieldnames or ())]
        for row in reader:
            cells = {title: (row[place] or "").strip() for title, place in places.items()}
            yield reader.line_num, cells | ({TOO_MANY: ""} if any(row.get(TOO_MANY) or ()) else {})
    except csv.Error as error:
        message = f"{source.name}, ligne {reader.line_num} : le fichier CSV est illisible ({error})."
        raise DocumentError(message) from error


def _places(source: Path, register: Register, titles: Sequence[str]) -> dict[str, str]:
    """Return, for each of our titles, the place of its column."""
    found = {_plain(title): f"{order}" for order, title in reversed(list(enumerate(titles)))}
    places = {}
    for title in (*register.required, *register.optional):
        wanted = register.columns.get(title, title)
        if _plain(wanted) in found:
            places[title] = found[_plain(wanted)]
        elif title in register.required or title in register.columns:
            message = (
                f"{source.name} : il manque la colonne {wanted}. La première ligne doit donner les titres ; ceux de "
                "votre "
                "logiciel se déclarent dans la section [logiciel_financier] de la configuration."
            )
            raise DocumentError(message)
    return places


def _plain(title: str | None) -> str:
    """Return a title as it is compared: no accents, no capitals, no outer spaces."""
    parts = unicodedata.normalize("NFKD", (title or "").strip().lower())
    return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())
