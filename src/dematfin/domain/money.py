"""Amounts in euros: `Decimal` from text, rounded half up to the cent, never a float."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
PLAIN: Final = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)
LARGEST: Final = Decimal("999999999999.99")
"""Largest amount of the PES schema: 14 digits, two of them after the point."""


def parse(text: str) -> Decimal:
    """Return the amount written in `text`, with all its decimals (a pivot may carry six).

    >>> parse(" 3245.681450 ")
    Decimal('3245.681450')

    Raises:
        ValueError: not a plain decimal number, or beyond the largest amount of the PES.
    """
    if not PLAIN.fullmatch(text.strip()):
        message = f"montant illisible : {text[:40]!r}"
        raise ValueError(message)
    value = Decimal(text.strip())
    if abs(value) > LARGEST:
        message = f"montant hors limites : {text[:40]!r}"
        raise ValueError(message)
    return value


def euros(value: Decimal) -> Decimal:
    """Round to the cent, half up, as the public accounts do.

    >>> euros(Decimal("3245.681450"))
    Decimal('3245.68')
    """
    return value.quantize(CENT, ROUND_HALF_UP)


def typed(text: str) -> Decimal:
    """Return an amount as people type it; raises ValueError, on a part of a cent too: a figure was mistyped.

    >>> typed("1 234,5 €")
    Decimal('1234.50')
    """
    value = parse("".join(text.split()).rstrip("€").replace(",", "."))
    if value != euros(value):
        message = f"montant qui a plus de deux décimales : {text!r}"
        raise ValueError(message)
    return euros(value)


def to_cents(value: Decimal) -> int:
    """Return the whole number of cents of an amount."""
    return int(euros(value) * 100)


def from_cents(cents: int) -> Decimal:
    """Return the amount of a whole number of cents."""
    return (Decimal(cents) / 100).quantize(CENT)


def french(value: Decimal) -> str:
    """Write an amount as French readers expect it, with no-break spaces.

    >>> french(Decimal("1234.5"))
    '1\\xa0234,50\\xa0€'
    """
    return f"{euros(value):,.2f}".replace(",", "\xa0").replace(".", ",") + "\xa0€"
