"""DGP, délai global de paiement: 30 calendar days, never moved by a holiday (CCP R. 2192-10 to 15)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

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
