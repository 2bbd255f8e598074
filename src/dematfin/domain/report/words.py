"""What a report says of itself wherever it goes: up to when it counts, and whether it may still change."""

from typing import Final

from dematfin.domain.report.period import Period
from dematfin.domain.report.table import Report

PROVISIONAL: Final = "provisoire"
CLOSED: Final = {"mois": "mois clos", "trimestre": "trimestre clos", "année": "année close"}


def cut_off(report: Report) -> str:
    """Return up to when figures are counted; a period that is over is counted to the last minute of its last day."""
    if report.closed:
        return f"{report.period.last:%d/%m/%Y} à 24 h 00"
    return f"{report.cutoff:%d/%m/%Y} à {report.cutoff:%H} h {report.cutoff:%M}"


def state(report: Report) -> str:
    """Return whether the same figures will come again."""
    return CLOSED[kind(report.period)] if report.closed else PROVISIONAL


def heading(report: Report) -> tuple[tuple[str, str], ...]:
    """Return what is written above all figures."""
    return (
        ("Collectivité", report.name),
        ("Périmètre", report.scope or "toute la collectivité"),
        ("Période", f"{report.period.label}, du {report.period.first:%d/%m/%Y} au {report.period.last:%d/%m/%Y}"),
        ("Chiffres arrêtés au", cut_off(report)),
        ("État", state(report)),
        ("Empreinte du journal", str(report.head)),
    )


def kind(period: Period) -> str:
    """Return what kind of period it is.

    >>> from dematfin.domain.report.period import period
    >>> kind(period("2026-10")), kind(period("2026-T4")), kind(period("2026"))
    ('mois', 'trimestre', 'année')
    """
    if period.key.isdecimal():
        return "année"
    return "trimestre" if "T" in period.key else "mois"
