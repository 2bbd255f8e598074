"""What many waits come to: mean, median, ninth decile, share; None where there is nothing to say."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

TENTH: Final = Decimal("0.1")
HUNDREDTH_OF_PER_CENT: Final = Decimal("0.0001")


def tenths(value: Decimal) -> Decimal:
    """Round to the tenth, half up."""
    return value.quantize(TENTH, ROUND_HALF_UP)


def mean(total: int | Decimal, count: int | Decimal) -> Decimal | None:
    """Return a mean to the tenth, half up.

    >>> mean(61, 4), mean(0, 0)
    (Decimal('15.3'), None)
    """
    return tenths(Decimal(total) / count) if count else None


def median(ordered: Sequence[int], unit: int = 1) -> Decimal | None:
    """Return the middle of what is in order, or half-way between its two middles, in units.

    >>> median([3, 10, 12, 40])
    Decimal('11.0')
    """
    half, odd = divmod(len(ordered), 2)
    if not ordered:
        return None
    return mean(ordered[half], unit) if odd else mean(ordered[half - 1] + ordered[half], 2 * unit)


def ninth_decile(ordered: Sequence[int]) -> int | None:
    """Return what nine in ten do not exceed: the nearest rank, one of the values and never a point between two.

    >>> ninth_decile(range(1, 12))
    10
    """
    return ordered[-(-9 * len(ordered) // 10) - 1] if ordered else None


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Return a share from 0 to 1, to the hundredth of a per cent.

    >>> share(2, 3)
    Decimal('0.6667')
    """
    return (Decimal(part) / whole).quantize(HUNDREDTH_OF_PER_CENT, ROUND_HALF_UP) if whole else None
