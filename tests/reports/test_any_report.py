"""Whatever suppliers are called and whatever was paid, every form says the same, and none is obeyed."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from openpyxl import load_workbook

from dematfin.domain.money import LARGEST
from dematfin.domain.report.table import Cell, Chart, Column, Kind, Report, Table
from dematfin.reports.csv_tables import FORMULA
from dematfin.reports.writer import Writer
from dematfin.reports.written import words
from reports.a_report import with_tables
from reports.test_html_report import inert

COLUMNS: Final = tuple(Column(key=kind.lower(), title=kind, kind=kind) for kind in Kind)
SIGNS: Final = st.characters(codec=None) | st.sampled_from("=+-@\t\r\n \x00\x1b\u202e\ud800\ufffe<>&\"';{%_x\xa0")
NAMES: Final = st.text(SIGNS, max_size=30)
ROWS: Final = st.tuples(
    NAMES,
    st.integers(-(10**9), 10**9),
    st.decimals(-LARGEST, LARGEST, places=2),
    st.none() | st.decimals(0, 9999, places=1),
    st.none() | st.decimals(0, 9999, places=1),
    st.none() | st.decimals(0, 1, places=4),
    st.none() | st.dates(date(1900, 3, 1), date(2200, 1, 1)),
)
Row = tuple[str, int, Decimal, Decimal | None, Decimal | None, Decimal | None, date | None]


def made(rows: list[Row], name: str) -> Report:
    """Return a report where a name is everywhere that names go."""
    table = Table(
        key=name,
        title=name,
        definition=name,
        population=name,
        columns=COLUMNS,
        rows=tuple(rows),
        warnings=(name,),
        chart=Chart(label="text", value="euros", target=Decimal(30)),
    )
    return with_tables(table, table)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=10), name=NAMES)
def test_every_form_says_the_same_and_is_not_obeyed(rows: list[Row], name: str) -> None:
    report, writer = made(rows, name), Writer()
    inert(html.fromstring(writer.html(report).decode()))
    said = json.loads(writer.json(report))["tables"][1]
    assert [list(row.values()) for row in said["rows"]] == [[_as_json(cell) for cell in row] for row in rows]
    _check_workbook(writer.xlsx(report), rows)
    files = list(writer.csv(report).values())
    assert len(files) == 3
    for data in files[1:]:
        _check_csv(data, rows)


def _check_workbook(data: bytes, rows: list[Row]) -> None:
    book = load_workbook(BytesIO(data))
    assert len(book.sheetnames) == 3
    for sheet in book.worksheets[1:]:
        assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
        for row, cells in zip(rows, sheet.iter_rows(min_row=4, max_row=3 + len(rows)), strict=True):
            text, count, ttc, days, number, rate, day = (cell.value for cell in cells)
            assert (text or "") == words(row[0])
            assert (count, _exact(ttc), _exact(days), _exact(number), _exact(rate)) == row[1:6]
            assert (day and day.date()) == row[6]


def _check_csv(data: bytes, rows: list[Row]) -> None:
    lines = list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(lines) == len(rows) + 1
    for row, (text, count, ttc, days, number, rate, day) in zip(rows, lines[1:], strict=True):
        assert not text.lstrip().startswith(FORMULA)
        assert text.removeprefix("'") == words(row[0]).removeprefix("'")
        assert int(count) == row[1]
        assert Decimal(ttc.replace(",", ".")) == row[2]
        assert (Decimal(days.replace(",", ".")) if days else None) == row[3]
        assert (Decimal(number.replace(",", ".")) if number else None) == row[4]
        assert (Decimal(rate[:-1].replace(",", ".")) / 100 if rate else None) == row[5]
        assert day == (f"{row[6]:%d/%m/%Y}" if row[6] else "")


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _as_json(cell: Cell) -> str | int | None:
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
