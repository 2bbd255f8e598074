"""A sum shared out to the cent: what is rounded down is given back to the largest remainders, nothing is lost."""

from collections.abc import Sequence
from decimal import Decimal

from dematfin.domain.money import from_cents, to_cents


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Share an amount in proportion to weights, none of them negative and not all nil.

    A part never passes its weight when the amount does not pass their sum.

    >>> apportion(Decimal("100.00"), (Decimal(1), Decimal(1), Decimal(1)))
    (Decimal('33.34'), Decimal('33.33'), Decimal('33.33'))
    """
    cents, whole = to_cents(amount), sum(weights)
    exact = [cents * weight / whole for weight in weights]
    parts = [int(one) for one in exact]
    largest = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in largest[: cents - sum(parts)]:
        parts[place] += 1
    return tuple(from_cents(one) for one in parts)


def apart(total: Decimal, ht: Decimal, tva: Decimal) -> tuple[Decimal, Decimal]:
    """Share a TTC into HT and TVA as they stand to one another."""
    if ht + tva == 0:
        return total, total - total
    first, second = apportion(total, (ht, tva))
    return first, second
