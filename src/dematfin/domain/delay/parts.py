"""Whose days they were: the ordonnateur's up to the comptable's desk, the comptable's from there to the payment.

The comptable's suspension stops his own days only: the supplier's delay goes on (décret 2013-269, art. 13-III).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ON_ITS_WAY: Final = timedelta(days=2)
"""From the order to its reception by the comptable, where nobody recorded it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The days of one payment; together they are the whole delay."""

    ordonnateur: int
    comptable: int
    suspended: int


def received_by_comptable(recorded: date | None, ordered_on: date) -> date:
    """Return when the ordonnateur's part ended: as the comptable recorded it, failing that two days after the order.

    Décret 2013-269, art. 13-I.
    """
    return recorded or ordered_on + ON_ITS_WAY


def parts(start: date, mandated_on: date, paid_on: date, suspended: int = 0) -> Parts:
    """Share the days from the start of the delay to the payment (décret 2013-269, art. 12 and 13).

    What was ordered before the delay began, or paid before it was ordered, took no day of whoever came after.

    >>> parts(date(2026, 3, 2), date(2026, 3, 20), date(2026, 4, 1), 5)
    Parts(ordonnateur=18, comptable=7, suspended=5)
    """
    end = max(start, paid_on)
    handed = min(max(start, mandated_on), end)
    stopped = min(suspended, (end - handed).days)
    return Parts(ordonnateur=(handed - start).days, comptable=(end - handed).days - stopped, suspended=stopped)
