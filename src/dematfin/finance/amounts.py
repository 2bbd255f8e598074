"""Amounts as exports write them: French or English, when only one reading is possible."""

import re
from decimal import Decimal
from typing import Final

from dematfin.domain import money

READINGS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<whole>\d+|[1-9]\d{0,2}(?: \d{3})+)(?:[.,](?P<cents>\d+))?",
        r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+)(?:,(?P<cents>\d+))?",
        r"(?P<whole>[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<cents>\d+))?",
    )
)
"""Thousands set apart by nothing or by spaces, by points, by commas."""
MINUS: Final = frozenset("-\N{MINUS SIGN}\N{EN DASH}(")


def parse_signed(text: str) -> Decimal:
    """Return the euros written in a cell, below zero when they are: a chapter may be overspent; raises as `parse`."""
    bare = text.strip()
    if bare[:1] in MINUS and not bare.startswith("("):
        return -parse(bare[1:])
    return parse(bare)


def parse(text: str) -> Decimal:
    """Return the euros written in a cell, to the cent.

    Raises:
        ValueError: in French; no amount, below zero, or one that can be read in two ways, as `1,234`.
    """
    bare = " ".join(text.split()).removesuffix("€").rstrip()
    if bare and (bare[0] in MINUS or bare[-1] in MINUS):
        message = "un montant négatif ne peut pas être pris"
        raise ValueError(message)
    found = {_value(match) for reading in READINGS if (match := reading.fullmatch(bare))}
    if not found:
        message = "montant illisible, écrivez par exemple 1234,50"
        raise ValueError(message)
    if len(found) > 1:
        message = "ce montant peut se lire de deux façons, écrivez-le avec deux décimales"
        raise ValueError(message)
    return money.euros(money.parse(found.pop()))


def _value(match: re.Match[str]) -> str:
    whole = "".join(sign for sign in match["whole"] if sign.isdigit())
    return f"{whole}.{match['cents'] or ''}"
