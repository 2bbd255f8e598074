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
BELOW_ZERO: Final = tuple(
    re.compile(pattern)
    for pattern in (r"[-\u2212\u2013] ?(?P<digits>.+)", r"(?P<digits>.+?) ?[-\u2212\u2013]", r"\((?P<digits>.+)\)")
)
"""A minus sign, or the dash that stands for it, before or after; brackets, as accountants write."""


def parse(text: str) -> Decimal:
    """Return the euros written in a cell, to the cent; `-5`, `5-` and `(5)` are below zero.

    Raises:
        ValueError: in French; no amount, or one that can be read in two ways, as `1,234`.
    """
    bare = " ".join(text.split()).removesuffix("€").rstrip()
    digits = next((match["digits"] for one in BELOW_ZERO if (match := one.fullmatch(bare))), bare)
    found = {_value(match) for reading in READINGS if (match := reading.fullmatch(digits))}
    if not found:
        message = "montant illisible, écrivez par exemple 1234,50"
        raise ValueError(message)
    if len(found) > 1:
        message = "ce montant peut se lire de deux façons, écrivez-le avec deux décimales"
        raise ValueError(message)
    value = money.euros(money.parse(found.pop()))
    return value if digits == bare else -value


def _value(match: re.Match[str]) -> str:
    whole = "".join(sign for sign in match["whole"] if sign.isdigit())
    return f"{whole}.{match['cents'] or ''}"
