"""What whoever draws a report must do: all of it, readable alone, and what strangers wrote is only words."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from dematfin.domain.report.period import period
from dematfin.domain.report.table import Column, Kind, Report, Table
from dematfin.ports.report_writer import ReportWriter

HOSTILE: Final = '<script src="https://mal.test/x.js">x</script>'
TABLE: Final = Table(
    key="essai",
    title="Délais par service",
    definition="Du début du délai au paiement.",
    population="Mandats payés dans le mois.",
    columns=(
        Column(key="service", title="Service", kind=Kind.TEXT),
        Column(key="ttc", title="TTC", kind=Kind.EUROS),
        Column(key="part", title="Part", kind=Kind.RATE),
    ),
    rows=(("VOIRIE", Decimal("1234.50"), Decimal("0.057")), (HOSTILE, Decimal("-1.00"), None)),
    warnings=("Peu de mandats.",),
)
REPORT: Final = Report(
    name="Commune de Valbrume",
    period=period("2026-02"),
    cutoff=datetime(2026, 3, 1, tzinfo=UTC),
    closed=True,
    tables=(TABLE,),
)


class ReportWriterContract:
    """Inherit and give a `writer` fixture."""

    def test_a_page_says_whose_figures_they_are_of_what_and_what_they_mean(self, writer: ReportWriter) -> None:
        page = writer.html(REPORT).decode("utf-8")
        for words in (REPORT.name, "février 2026", TABLE.title, TABLE.definition, TABLE.population, "VOIRIE", "Peu de"):
            assert words in page

    def test_what_a_stranger_wrote_is_only_words_and_nothing_is_fetched(self, writer: ReportWriter) -> None:
        page = writer.html(replace(REPORT, name=HOSTILE)).decode("utf-8")
        assert "<script" not in page
        assert 'src="http' not in page
        assert "&lt;script" in page

    def test_one_report_gives_the_same_bytes(self, writer: ReportWriter) -> None:
        assert writer.html(REPORT) == writer.html(REPORT)
