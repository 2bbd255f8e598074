"""DGP, délai global de paiement: 30 calendar days, never moved by a holiday (CCP R. 2192-10 to 15)."""

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
