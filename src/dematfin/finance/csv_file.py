"""CSV files as French finance software exports them: semicolons, UTF-8 or Windows-1252, a line of titles."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from dematfin.errors import DocumentError, TooLarge
from dematfin.support.refusals import reason

LARGEST: Final = 50 * 1024 * 1024

Row = Mapping[str, str]


class Keyed(Protocol):
    """A record under an identifier."""

    @property
    def id(self) -> str:
        """What two rows may not share."""


R = TypeVar("R", bound=Keyed)


def read(source: Path, required: Sequence[str], to_record: Callable[[Row], R]) -> tuple[tuple[R, ...], tuple[str, ...]]:
    """Turn each row into a record; return them, and a French sentence for each row that was left out.

    `to_record` raises ValueError, in French, on a row that it cannot take.

    Raises:
        DocumentError, TooLarge: the file is absent, too large, or lacks a column.
    """
    records: list[R] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, row in _rows(source, required):
        try:
            record = to_record(_filled(row, required))
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
    if empty := [title for title in required if not row[title]]:
        message = f"colonne vide : {', '.join(empty)}"
        raise ValueError(message)
    return row


def _rows(source: Path, required: Sequence[str]) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(io.StringIO(_text(source), newline=""), delimiter=";", restval="")
    titles = [(title or "").strip().lower() for title in reader.fieldnames or ()]
    if missing := [title for title in required if title not in titles]:
        message = (
            f"{source.name} : il manque la colonne {', '.join(missing)}. La première ligne doit donner les titres, "
            "séparés par des points-virgules."
        )
        raise DocumentError(message)
    reader.fieldnames = titles
    try:
        for row in reader:
            yield reader.line_num, {title: (row[title] or "").strip() for title in titles}
    except csv.Error as error:
        message = f"{source.name}, ligne {reader.line_num} : le fichier CSV est illisible ({error})."
        raise DocumentError(message) from error


def _text(source: Path) -> str:
    try:
        if source.stat().st_size > LARGEST:
            message = f"{source.name} : le fichier dépasse {LARGEST // 1024 // 1024} Mo."
            raise TooLarge(message)
        data = source.read_bytes()
    except OSError as error:
        message = f"Le fichier {source} est illisible : {reason(error)}."
        raise DocumentError(message) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
