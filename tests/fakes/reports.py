"""A report whose drawings are kept."""

from dataclasses import dataclass, field

from dematfin.domain.report.table import Report
from dematfin.reports.writer import Writer


@dataclass
class FakeReportWriter(Writer):
    """Draws as the real one does, and keeps what it drew; `heavy`: bytes that it adds to each page."""

    drawn: list[Report] = field(default_factory=list)
    heavy: int = 0

    def html(self, report: Report) -> bytes:
        self.drawn.append(report)
        return super().html(report) + b" " * self.heavy
