"""One workbook, one sheet a table, with real dates and real numbers; what is text is never a formula nor a link."""

from collections.abc import Sequence
from datetime import UTC, date
from decimal import Decimal
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dematfin.domain.report.cells import WORDS
from dematfin.domain.report.table import Cell, Column, Kind, Report, Table
from dematfin.domain.report.words import cut_off, heading, state
from dematfin.reports.notes import notes, summary
from dematfin.reports.written import names, shown, words

OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.COUNT: "#,##0",
    Kind.EUROS: '#,##0.00\xa0"€"',
    Kind.DAYS: "0.0",
    Kind.NUMBER: "#,##0.0",
    Kind.RATE: "0.0%",
    Kind.DAY: "dd/mm/yyyy",
}
"""As the file keeps them; Excel in French shows 1 234,50 €."""
LONGEST: Final = 16_000
"""Signs of one cell: Excel takes 32,767, and counts some signs for two."""
FIRST_DAY: Final = date(1900, 1, 1)
"""Spreadsheets know no day before."""
NARROWEST, WIDEST = 9, 60
A4: Final = 9
"""As Excel numbers sizes of paper."""


class Book:
    """A workbook being written."""

    def __init__(self, report: Report) -> None:
        self.sink = BytesIO()
        self.workbook = Workbook(self.sink, OPTIONS)
        self.report = report
        self.looks = {kind: self._look(text, top=False) for kind, text in FORMATS.items()}
        self.totals = {kind: self._look(text, top=True) for kind, text in FORMATS.items()}
        self.bold = self.workbook.add_format({"bold": True})
        self.head = self.workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.figure_head = self.workbook.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right"}
        )

    def _look(self, text: str, *, top: bool) -> Format:
        return self.workbook.add_format({"num_format": text, "valign": "top", "bold": top, "top": int(top)})

    def sheet(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Worksheet:
        """Open a sheet that prints on A4, its columns as wide as what they hold."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&A&C{cut_off(self.report)} ({state(self.report)})&R&P / &N")
        for rank, column in enumerate(columns):
            sheet.set_column(rank, rank, _width(column, [row[rank] for row in rows]))
        return sheet

    def table(self, sheet: Worksheet, first: int, table: Table) -> int:
        """Write a table from a line on; return the line after it."""
        for rank, column in enumerate(table.columns):
            look = self.head if column.kind in WORDS else self.figure_head
            sheet.write_string(first, rank, _text(column.title), look)
        line = first + 1
        for row in table.rows:
            self._row(sheet, line, row, table.columns, self.looks)
            line += 1
        if table.total:
            self._row(sheet, line, table.total, table.columns, self.totals)
            line += 1
        return line

    def _row(
        self,
        sheet: Worksheet,
        line: int,
        row: Sequence[Cell],
        columns: Sequence[Column],
        looks: dict[Kind, Format],
    ) -> None:
        for rank, (cell, column) in enumerate(zip(row, columns, strict=True)):
            _write(sheet, (line, rank), cell, looks[Kind.TEXT if isinstance(cell, str) else column.kind])


def write(report: Report) -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    book = Book(report)
    book.workbook.set_properties(
        {
            "title": words(f"{report.name}, {report.period.label}")[:255],
            "created": report.cutoff.astimezone(UTC).replace(tzinfo=None),
        }
    )
    _summary(book)
    for name, table in zip(names(report), report.tables, strict=True):
        _table(book, name, table)
    book.workbook.close()
    return book.sink.getvalue()


def _summary(book: Book) -> None:
    told = summary(book.report)
    sheet = book.sheet(told.title, told.columns, told.rows)
    above = heading(book.report)
    for line, (label, value) in enumerate(above):
        sheet.write_string(line, 0, label, book.bold)
        sheet.write_string(line, 1, _text(value))
    book.table(sheet, len(above) + 1, told)


def _table(book: Book, name: str, table: Table) -> None:
    sheet = book.sheet(name, table.columns, [*table.rows, *([table.total] if table.total else [])])
    sheet.write_string(0, 0, _text(table.title), book.bold)
    sheet.write_string(1, 0, f"Chiffres arrêtés au {cut_off(book.report)} ({state(book.report)})")
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    line = book.table(sheet, 2, table)
    for label, told in notes(table):
        line += 1
        sheet.write_string(line, 0, _text(f"{label} : {told}"))


def _write(sheet: Worksheet, place: tuple[int, int], cell: Cell, look: Format) -> None:
    """Write a cell by its own type; a workbook holds its numbers as floats, exact to the cent up to 15 digits."""
    if cell is None:
        sheet.write_blank(*place, None, look)
    elif isinstance(cell, str) or (isinstance(cell, date) and cell < FIRST_DAY):
        sheet.write_string(*place, _text(shown(cell, Kind.TEXT)), look)
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, look)
    else:
        sheet.write_number(*place, float(Decimal(cell)), look)


def _text(text: str) -> str:
    line = words(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _width(column: Column, cells: Sequence[Cell]) -> int:
    longest = max((len(shown(cell, column.kind)) for cell in cells), default=0)
    return min(max(longest + 2, min(len(column.title), 18) + 2, NARROWEST), WIDEST)
