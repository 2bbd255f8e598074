"""A report for programs: stable keys, amounts as text, dates as ISO, definitions beside figures."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.report.table import Cell, Column, Report, Table
from dematfin.reports.written import words

VERSION: Final = 1
"""Of this form; another one when a key changes its meaning."""


def write(report: Report) -> bytes:
    """Return the whole report; signs that no reader sees are escaped."""
    value = {
        "version": VERSION,
        "name": report.name,
        "scope": report.scope,
        "period": {
            "key": report.period.key,
            "label": report.period.label,
            "first": report.period.first.isoformat(),
            "last": report.period.last.isoformat(),
        },
        "cutoff": report.cutoff.isoformat(),
        "closed": report.closed,
        "head": str(report.head),
        "tables": [_table(table) for table in report.tables],
    }
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return "\n".join(map(_seen, text.split("\n"))).encode()


def _seen(line: str) -> str:
    """Return a line whose every sign shows; nearly all of them are so already."""
    if line.isprintable():
        return line
    return "".join(sign if words(sign) == sign else json.dumps(sign)[1:-1] for sign in line)


def _table(table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "title": table.title,
        "definition": table.definition,
        "population": table.population,
        "warnings": list(table.warnings),
        "columns": [asdict(column) for column in table.columns],
        "rows": [_row(row, table.columns) for row in table.rows],
        "total": _row(table.total, table.columns) if table.total else None,
    }


def _row(row: Sequence[Cell], columns: Sequence[Column]) -> dict[str, str | int | None]:
    return {column.key: _cell(cell) for column, cell in zip(columns, row, strict=True)}


def _cell(cell: Cell) -> str | int | None:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell
