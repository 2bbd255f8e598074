"""How a cell is written for a French reader, and the names that tables take in files."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dematfin.domain.money import french
from dematfin.domain.report.table import Cell, Kind, Report

NOTHING: Final = "—"
SUMMARY: Final = "sommaire"
LONGEST: Final = 31
"""Signs in the name of a sheet."""
TENTH: Final = Decimal("0.1")
BREAKS: Final = re.compile(r"\s", re.ASCII)
UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control signs, those that turn a line around, halves of signs, and what is no sign: XML refuses many of them."""
UNNAMED: Final = re.compile(r"[^a-z0-9_-]+", re.IGNORECASE | re.ASCII)


def words(text: str) -> str:
    """Return on one line what a reader sees of a text from outside.

    >>> words("PAPETERIE\\r\\n\\u202eDUL\\x00 LAC")
    'PAPETERIE  DUL LAC'
    """
    line = BREAKS.sub(" ", text)
    return line if line.isprintable() else "".join(sign for sign in line if unicodedata.category(sign) not in UNSEEN)


def shown(cell: Cell, kind: Kind) -> str:
    """Write a cell as people read it, with no-break spaces inside its figures.

    >>> shown(Decimal("0.125"), Kind.RATE), shown(1234, Kind.COUNT)
    ('12,5\\xa0%', '1\\xa0234')
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return words(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return _figure(Decimal(cell), kind)


def _figure(value: Decimal, kind: Kind) -> str:
    if kind is Kind.EUROS:
        return french(value)
    if kind is Kind.RATE:
        return f"{_grouped(_tenths(value * 100))}\xa0%"
    if kind is Kind.DAYS:
        return f"{_grouped(_tenths(value))}\xa0j"
    return _grouped(_tenths(value) if kind is Kind.PER_DAY else value)


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(TENTH, ROUND_HALF_UP)


def _grouped(value: Decimal) -> str:
    return f"{value:,f}".replace(",", "\xa0").replace(".", ",")


def names(report: Report) -> tuple[str, ...]:
    """Return what each table is called in files: a plain word, short, alone of its kind whatever the case."""
    taken = [SUMMARY]
    for table in report.tables:
        taken.append(_free(UNNAMED.sub("-", table.key).strip("-") or "tableau", taken))
    return tuple(taken[1:])


def _free(name: str, taken: Sequence[str]) -> str:
    lowered, candidate, rank = {one.lower() for one in taken}, name[:LONGEST], 1
    while candidate.lower() in lowered:
        rank += 1
        candidate = f"{name[: LONGEST - len(str(rank)) - 1]}-{rank}"
    return candidate
