"""A report without a drawing."""

from dataclasses import dataclass, field
from html import escape

from dematfin.domain.report.table import Report, Table


@dataclass
class FakeReportWriter:
    """Writes all the words of a report, and keeps what it drew; `heavy`: bytes that it adds to each page."""

    drawn: list[Report] = field(default_factory=list)
    heavy: int = 0

    def html(self, report: Report) -> bytes:
        self.drawn.append(report)
        words = [report.name, report.period.label, *(word for table in report.tables for word in _words(table))]
        page = "<!DOCTYPE html>\n" + "\n".join(f"<p>{escape(word)}</p>" for word in words)
        return page.encode() + b" " * self.heavy


def _words(table: Table) -> list[str]:
    cells = [str(cell) for row in table.rows for cell in row if cell is not None]
    return [table.title, table.definition, table.population, *cells, *table.warnings]
