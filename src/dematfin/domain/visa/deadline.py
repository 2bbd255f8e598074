"""J+5: the day by which a visa is due.

An internal rule, not a law: the day of arrival does not count, five calendar days are added, and a term that
falls on a Saturday, a Sunday or a public holiday moves to the next working day. Five working days by option.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.calendar import METROPOLE, Calendar


class DeadlineMode(StrEnum):
    """How the days are counted."""

    CALENDAR = "calendaires"
    WORKING = "ouvres"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """How long a head of service has.

    Attributes:
        roll: move a calendar term to the next working day.
    """

    days: int = 5
    mode: DeadlineMode = DeadlineMode.CALENDAR
    roll: bool = True
    calendar: Calendar = METROPOLE


J_PLUS_5: Final = DeadlineRule()


def due_on(activated_on: date, rule: DeadlineRule) -> date:
    """Return the last day on which the visa is on time.

    >>> due_on(date(2026, 4, 1), J_PLUS_5)
    datetime.date(2026, 4, 7)
    """
    if rule.mode is DeadlineMode.WORKING:
        return rule.calendar.add_working_days(activated_on, rule.days)
    term = activated_on + timedelta(days=rule.days)
    return rule.calendar.next_working_day(term) if rule.roll else term
