"""DGP, délai global de paiement: 30 calendar days, never moved by a holiday (CCP R. 2192-10 to 15).

It runs from the day when the request was received: notified by Chorus Pro (R. 2192-15), or arrived on paper, as whoever
opened the mail recorded it (R. 2192-12, R. 2192-14). Where Chorus Pro shows no notification, the day of the deposit
stands for it: the law would give two days more (R. 2192-14), the supplier loses none.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from dematfin.domain.interruption import NEW_DELAY

DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Dgp:
    """The legal delay of one invoice; a mandat must state these three values."""

    start: date
    days: int
    deadline: date


def delay(notified_on: date, executed_on: date | None, days: int = DAYS) -> Dgp:
    """Return the delay that runs from the notification, or from the execution when that came later.

    The first day does not count (CCP R. 2192-12, R. 2192-13).

    >>> delay(date(2026, 3, 2), None).deadline
    datetime.date(2026, 4, 1)
    """
    start = max(notified_on, executed_on or notified_on)
    return Dgp(start=start, days=days, deadline=start + timedelta(days=days))


def resumed(first: Dgp, interrupted_on: date | None, received_on: date | None) -> Dgp:
    """Return the delay after its interruption: thirty new days, or what was left when that is more.

    Start and duration stay those of the first delay, as Hélios wants them; only the deadline moves. As long as
    nobody knows when everything was received, the first deadline holds: it is the one that cannot be too late.

    >>> resumed(delay(date(2026, 3, 2), None), date(2026, 3, 12), date(2026, 4, 10)).deadline
    datetime.date(2026, 5, 10)
    """
    if interrupted_on is None or received_on is None or received_on < interrupted_on:
        return first
    left = max(NEW_DELAY, (first.deadline - max(interrupted_on, first.start)).days)
    return replace(first, deadline=max(first.deadline, received_on + timedelta(days=left)))


def restarted(first: Dgp, interrupted_on: date | None, received_on: date | None) -> date:
    """Return the day from which the days of a payment are counted in figures: the start of its last delay.

    After an interruption it is the day when everything was received (CCP R. 2192-29): the supplier's own days are
    nobody's delay. Counted from `first.start`, they are the gross days.

    >>> restarted(delay(date(2026, 3, 2), None), date(2026, 3, 12), date(2026, 4, 10))
    datetime.date(2026, 4, 10)
    """
    if interrupted_on is None or received_on is None or received_on < interrupted_on:
        return first.start
    return max(first.start, received_on)
