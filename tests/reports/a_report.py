"""A report made by hand, with every kind of column, and the small means of changing one thing in it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.report.period import period
from dematfin.domain.report.table import Chart, Column, Kind, Report, Table

CUTOFF: Final = datetime(2026, 11, 28, 7, 12, tzinfo=UTC)
DELAYS: Final = Table(
    key="delai-par-service",
    title="Délai global de paiement par service",
    definition="Moyenne des jours du point de départ au paiement (code de la commande publique, R. 2192-10).",
    population="Mandats payés en octobre 2026 ; avoirs et mandats annulés exclus.",
    columns=(
        Column(key="service", title="Service", kind=Kind.TEXT),
        Column(key="mandats", title="Mandats payés", kind=Kind.COUNT),
        Column(key="ttc", title="TTC payé", kind=Kind.EUROS),
        Column(key="delai", title="Délai moyen", kind=Kind.DAYS),
        Column(key="hors", title="Part au-delà de 30 jours", kind=Kind.RATE),
        Column(key="dernier", title="Dernier paiement", kind=Kind.DAY),
    ),
    rows=(
        ("Voirie", 1186, Decimal("1234567.89"), Decimal("33.4"), Decimal("0.125"), date(2026, 10, 30)),
        ("Écoles & cantines", 4, Decimal("-12.50"), Decimal("21.0"), Decimal(0), date(2026, 10, 2)),
        ("Culture", 0, Decimal("0.00"), None, None, None),
    ),
    total=("Ensemble", 1190, Decimal("1234555.39"), Decimal("33.35"), Decimal("0.12455"), None),
    warnings=("Écoles & cantines : 4 mandats seulement, un taux y dit peu.",),
    chart=Chart(label="service", value="delai", target=Decimal(30)),
)
LATE: Final = Table(
    key="rejets",
    title="Rejets du comptable, par motif",
    definition="Mandats rejetés sur mandats envoyés.",
    population="Mandats envoyés en octobre 2026.",
    columns=(
        Column(key="motif", title="Motif", kind=Kind.TEXT),
        Column(key="nombre", title="Mandats", kind=Kind.COUNT),
    ),
    rows=tuple((f"Motif n° {rank}", rank) for rank in range(1, 61)),
    chart=Chart(label="motif", value="nombre"),
)
EMPTY: Final = Table(
    key="doublons",
    title="Doublons arrêtés",
    definition="Factures écartées comme doublons.",
    population="Factures reçues en octobre 2026.",
    columns=LATE.columns,
    rows=(),
    chart=LATE.chart,
)
REPORT: Final = Report(
    name="COMMUNE DE VALBRUME",
    period=period("2026-11"),
    cutoff=CUTOFF,
    closed=False,
    tables=(DELAYS, LATE, EMPTY),
)
CLOSED: Final = replace(REPORT, period=period("2026-10"), cutoff=datetime(2026, 11, 1, tzinfo=UTC), closed=True)
TEXTS: Final = (
    Column(key="fournisseur", title="Fournisseur", kind=Kind.TEXT),
    Column(key="ttc", title="TTC", kind=Kind.EUROS),
)


def with_tables(*tables: Table) -> Report:
    """Return the report with other tables."""
    return replace(REPORT, tables=tables)


def named(*names: str, **changes: Any) -> Report:
    """Return a report of one table, where suppliers are called this way; each was paid 1,50 euro."""
    rows = tuple((name, Decimal("1.50")) for name in names)
    chart = Chart(label="fournisseur", value="ttc")
    return with_tables(replace(DELAYS, columns=TEXTS, rows=rows, total=None, chart=chart, **changes))
