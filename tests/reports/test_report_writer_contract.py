"""The fake that steps are tried with keeps the promises of whoever draws reports."""

import pytest

from contracts.report_writer import ReportWriterContract
from fakes.reports import FakeReportWriter


class TestFakeReportWriter(ReportWriterContract):
    @pytest.fixture
    def writer(self) -> FakeReportWriter:
        return FakeReportWriter()
