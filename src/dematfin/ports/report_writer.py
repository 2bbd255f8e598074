"""A report in the forms that people and programs take away."""

from collections.abc import Mapping
from typing import Protocol

from dematfin.domain.report.table import Report, Table


class ReportWriter(Protocol):
    """Draws tables; the same report gives the same bytes."""

    def html(self, report: Report) -> bytes:
        """Return one page that needs nothing else, to be read on a screen, printed or sent by mail."""
        ...

    def xlsx(self, report: Report) -> bytes:
        """Return a workbook, one sheet a table."""
        ...

    def csv(self, report: Report) -> Mapping[str, bytes]:
        """Return one file a table, by its name, and one that tells what they mean."""
        ...

    def json(self, report: Report) -> bytes:
        """Return what programs read."""
        ...

    def svg(self, table: Table) -> str:
        """Return the drawing of a table, for the inside of a page; empty when there is nothing to draw."""
        ...
