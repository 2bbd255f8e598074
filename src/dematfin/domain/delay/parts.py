"""Whose days they were: the ordonnateur's up to the comptable's desk, the comptable's from there to the payment.

The comptable's suspension stops his own days only: the supplier's delay goes on (décret 2013-269, art. 13-III).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

ON_ITS_WAY: Final = 2
LEAST: Final = 7
"""Days that a comptable has at least, once what he waited for is there (décret 2013-269, art. 13-III)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """The comptable stopped on `since`; he received what he waited for on `until`, None as long as he has not."""

    since: date
    until: date | None = None


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
    return recorded or ordered_on + timedelta(days=ON_ITS_WAY)


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


def suspended_days(suspensions: Iterable[Suspension], until: date) -> int:
    """Return for how many days a comptable had stopped, up to a day; days that two suspensions share count once."""
    total, reached = 0, date.min
    for one in sorted(suspensions, key=lambda one: one.since):
        first, last = max(one.since, reached), min(one.until or until, until)
        total += max(0, (last - first).days)
        reached = max(reached, last)
    return total


def comptable_deadline(received_on: date, days: int, suspensions: Iterable[Suspension] = ()) -> date | None:
    """Return the last day of the comptable's own part; None while he has stopped.

    On regularisation what was left runs, never under seven days (décret 2013-269, art. 13-III).

    >>> comptable_deadline(date(2026, 3, 2), 10, [Suspension(since=date(2026, 3, 11), until=date(2026, 3, 20))])
    datetime.date(2026, 3, 27)
    """
    deadline = received_on + timedelta(days=days)
    for one in sorted(suspensions, key=lambda one: one.since):
        if one.until is None:
            return None
        left = (deadline - max(one.since, received_on)).days
        deadline = max(deadline, one.until + timedelta(days=max(left, LEAST)))
    return deadline
