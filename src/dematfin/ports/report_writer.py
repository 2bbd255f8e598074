"""Figures drawn for a reader who has no account here."""

from typing import Protocol

from dematfin.domain.report.table import Report


class ReportWriter(Protocol):
    """Draws a report."""

    def html(self, report: Report) -> bytes:
        """Return one page in UTF-8 that needs nothing besides, runs nothing and never varies."""
        ...
