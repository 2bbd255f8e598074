"""A file of rows for the finance software: what cannot be written is told, what a spreadsheet would run is not run."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.exchange.exchange_rules import CsvForm

Value = str | date | Decimal | int | None
Row = Mapping[str, Value]

STARTERS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""How a cell begins that a spreadsheet takes for a formula."""
GUARD: Final = "'"
INSTEAD: Final = str.maketrans({"’": "'", "‘": "'", "œ": "oe", "Œ": "OE", "–": "-", "—": "-", "…": "...", "€": "EUR"})
"""What a Western encoding may lack, and what people read in its place."""
UNKNOWN: Final = "?"
BREAKS: Final = frozenset("\t\r\n\v\f\x85\u2028\u2029")
"""What ends a line somewhere: much software reads a file of rows line by line, whatever is between quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The bytes of a file, and the texts in which a sign had to be replaced."""

    data: bytes
    replaced: tuple[str, ...]


def write(rows: Iterable[Row], columns: Mapping[str, str], form: CsvForm) -> Written:
    """Write rows under the titles of the finance software, in the order of the columns."""
    replaced: dict[str, None] = {}
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=form.separator, lineterminator="\r\n")
    writer.writerow([_text(theirs, form, replaced) for theirs in columns.values()])
    for row in rows:
        writer.writerow([_cell(row[ours], form, replaced) for ours in columns])
    return Written(data=sink.getvalue().encode(form.encoding), replaced=tuple(replaced))


def _cell(value: Value, form: CsvForm, replaced: dict[str, None]) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value + 0:.2f}".replace(".", form.decimal)  # a credit note has no TVA of minus nought
        case date():
            return value.strftime(form.day)
        case int():
            return str(value)
        case _:
            return _guarded(_text(value, form, replaced))


def _guarded(text: str) -> str:
    """Put an apostrophe before what came from outside and would be run; what has one already gets another."""
    return GUARD + text if text.lstrip(GUARD)[:1] in STARTERS and text.lstrip(GUARD) else text


def _text(text: str, form: CsvForm, replaced: dict[str, None]) -> str:
    if text.isprintable() and _fits(text, form.encoding):
        return text
    written = "".join(_sign(sign, form.encoding) for sign in text)
    if written != text:
        replaced[text] = None
    return written


def _sign(sign: str, encoding: str) -> str:
    """Return a sign, or what stands for it where it cannot be written."""
    if sign in BREAKS:
        return " "
    if unicodedata.category(sign) == "Cc":
        return UNKNOWN
    for candidate in (sign, sign.translate(INSTEAD), _bare(sign)):
        if candidate and _fits(candidate, encoding):
            return candidate
    return UNKNOWN


def _bare(sign: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
