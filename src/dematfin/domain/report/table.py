"""A table of figures with what it means: drawn as a page, a sheet, a file, always from this one form."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from dematfin.domain.head import NOTHING, Head
from dematfin.domain.report.period import Period

Cell: TypeAlias = str | int | Decimal | date | None
"""None: there is nothing to say (a mean of nothing)."""
FEW: Final = 20
"""Below so many items a rate says little: it is shown with a warning."""


class Kind(StrEnum):
    """What a column holds: how it is written, and by what type in a spreadsheet."""

    TEXT = "TEXT"
    COUNT = "COUNT"  # int
    EUROS = "EUROS"  # Decimal, to the cent
    DAYS = "DAYS"  # Decimal or int, days with one decimal at most
    NUMBER = "NUMBER"  # Decimal with one decimal at most, of nothing that has a unit (a mean of mandats a day)
    RATE = "RATE"  # Decimal from 0 to 1, shown in per cent
    DAY = "DAY"  # date


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `key` is stable, for JSON and programs."""

    key: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of two columns: what is named, and how much of it; `target`: a line to stay under, if any."""

    label: str
    value: str
    target: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One subject.

    Attributes:
        key: stable, ASCII, at most 31 signs: names a sheet, a file, an anchor.
        definition: how each figure is computed, with the article it follows; `population`: what is counted and what is
            left out. Both in French, shown with the table wherever it goes.
        rows: one value a column, in their order; `total`: the last line, where parts add up.
        warnings: what makes a figure doubtful (few items, a rate that nobody entered).
    """

    key: str
    title: str
    definition: str
    population: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    warnings: tuple[str, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All the tables of a period.

    Attributes:
        cutoff: local instant up to which the journal was counted, or the end of the period when it is over.
        closed: the period is over and counted whole: asked again, the same figures come to the cent.
        scope: what it was narrowed to (a budget, a service), empty for the whole collectivité.
        head: of what was sealed when it was drawn up.
    """

    name: str
    period: Period
    cutoff: datetime
    closed: bool
    scope: str = ""
    head: Head = NOTHING
    tables: tuple[Table, ...]
