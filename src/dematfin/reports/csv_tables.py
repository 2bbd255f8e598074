"""One CSV a table, as Excel in French opens it: semicolons, decimal commas, and texts that are never formulas."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from typing import Final

from dematfin.domain.money import euros
from dematfin.domain.report.table import Cell, Kind, Report, Table
from dematfin.domain.report.words import heading
from dematfin.reports.notes import summary
from dematfin.reports.written import SUMMARY, names, words

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What Excel and its like take for the beginning of a formula, in full width too."""
HUNDREDTH: Final = Decimal("0.01")


def files(report: Report) -> Mapping[str, bytes]:
    """Return the bytes of each file, by its name."""
    pairs = zip(names(report), report.tables, strict=True)
    above = [[_text(label), _text(value)] for label, value in heading(report)]
    told = _bytes([*above, [], *_lines(summary(report))])
    return {f"{SUMMARY}.csv": told} | {f"{name}.csv": _bytes(_lines(table)) for name, table in pairs}


def _bytes(lines: Iterable[list[str]]) -> bytes:
    """Excel takes UTF-8 for what it is only after a mark."""
    sink = StringIO()
    csv.writer(sink, delimiter=";", lineterminator="\r\n").writerows(lines)
    return sink.getvalue().encode("utf-8-sig")


def _lines(table: Table) -> Iterable[list[str]]:
    yield [_text(column.title) for column in table.columns]
    for row in (*table.rows, *([table.total] if table.total else [])):
        yield [_cell(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]


def _cell(cell: Cell, kind: Kind) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return _number(Decimal(cell), kind)


def _number(value: Decimal, kind: Kind) -> str:
    if kind is Kind.EUROS:
        return _comma(euros(value))
    if kind is Kind.RATE:
        return f"{_comma((value * 100).quantize(HUNDREDTH, ROUND_HALF_UP))}%"
    return _comma(value)


def _comma(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")


def _text(text: str) -> str:
    """Keep a text a text: an apostrophe before what would be counted, also after spaces, which some programs drop."""
    if text.lstrip(" \xa0").startswith(FORMULA):
        return f"'{words(text)}"
    line = words(text)
    return f"'{line}" if line.lstrip().startswith(FORMULA) else line
