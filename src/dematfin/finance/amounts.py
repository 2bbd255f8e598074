"""Amounts as exports write them: the French way or the English one, when only one reading is possible."""

import re
from decimal import Decimal
from typing import Final

from dematfin.domain import money

READINGS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<whole>\d*)(?:[.,](?P<cents>\d*))?",
        r"(?P<whole>[1-9]\d{0,2}(?: \d{3})+)(?:[.,](?P<cents>\d*))?",
        r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+)(?:,(?P<cents>\d*))?",
        r"(?P<whole>[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<cents>\d*))?",
    )
)
"""Thousands set apart by nothing, by spaces, by points, by commas."""
SIGNS: Final = "+-\N{MINUS SIGN}"


def parse(text: str) -> Decimal:
    """Return the euros written in a cell, to the cent: `1 234,50 €`, `1.234,50`, `1234.50`, `-5`.

    Raises:
        ValueError: in French; no amount, or one that can be read in two ways, as `1.234`.
    """
    bare = " ".join(text.split()).removesuffix("€").strip()
    sign, digits = (bare[0], bare[1:].strip()) if bare[:1] in tuple(SIGNS) else ("+", bare)
    values = {_value(found) for reading in READINGS if (found := reading.fullmatch(digits))}
    if len(values) > 1:
        message = f"montant « {text[:40]} » : il se lit de deux façons, écrivez-le avec deux décimales"
        raise ValueError(message)
    try:
        value = money.euros(money.parse(values.pop() if values else ""))
    except ValueError as error:
        message = f"montant « {text[:40]} » illisible : écrivez par exemple 1234,50"
        raise ValueError(message) from error
    return value if sign == "+" else -value


def _value(found: re.Match[str]) -> str:
    whole = "".join(sign for sign in found["whole"] if sign.isdigit())
    return f"{whole}.{found['cents'] or ''}"
