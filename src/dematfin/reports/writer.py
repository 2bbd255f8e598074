"""A report in each of its forms; what draws one is loaded when it is asked for."""

from collections.abc import Mapping

from dematfin.domain.report.table import Report, Table


class Writer:
    """Implements ports.report_writer.ReportWriter."""

    def html(self, report: Report) -> bytes:
        """Return one self-contained page."""
        from dematfin.reports import html_report  # noqa: PLC0415 - heavy, and only here

        return html_report.write(report)

    def xlsx(self, report: Report) -> bytes:
        """Return a workbook."""
        from dematfin.reports import xlsx  # noqa: PLC0415 - heavy, and only here

        return xlsx.write(report)

    def csv(self, report: Report) -> Mapping[str, bytes]:
        """Return one file a table, and the summary."""
        from dematfin.reports import csv_tables  # noqa: PLC0415 - only here

        return csv_tables.files(report)

    def json(self, report: Report) -> bytes:
        """Return what programs read."""
        from dematfin.reports import json_report  # noqa: PLC0415 - only here

        return json_report.write(report)

    def svg(self, table: Table) -> str:
        """Return the drawing of a table."""
        from dematfin.reports import charts  # noqa: PLC0415 - heavy, and only here

        return charts.svg(table)
