"""How a figure is written for a French reader, on any page."""

from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.money import french
from dematfin.domain.report.averages import tenths
from dematfin.domain.report.table import Cell, Kind

NOTHING: Final = "—"
WORDS: Final = frozenset({Kind.TEXT, Kind.DAY})
"""What is read from the left; figures stand under one another by their right."""


def written(cell: Cell, kind: Kind) -> str:
    """Write a cell as people read it, with no-break spaces inside its figures.

    >>> written(Decimal("0.125"), Kind.RATE), written(1234, Kind.COUNT), written(Decimal("12.50"), Kind.DAYS)
    ('12,5\\xa0%', '1\\xa0234', '12,5\\xa0j')
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return _figure(Decimal(cell), kind)


def _figure(value: Decimal, kind: Kind) -> str:
    if kind is Kind.EUROS:
        return french(value)
    if kind is Kind.RATE:
        return f"{_grouped(tenths(value * 100))}\xa0%"
    if kind is Kind.DAYS:
        return f"{_grouped(tenths(value))}\xa0j"
    return _grouped(tenths(value) if kind is Kind.NUMBER else value)


def _grouped(value: Decimal) -> str:
    return f"{value:,f}".replace(",", "\xa0").replace(".", ",")
