"""Levels of reminders: how pressing a visa has become, and on which days that is told."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.calendar import METROPOLE, Calendar


class Level(StrEnum):
    """What a reminder says, the mildest first."""

    ARRIVAL = "ARRIVAL"  # a desk has it
    BEFORE = "BEFORE"  # its term is near
    DUE = "DUE"  # its term is today
    LATE = "LATE"  # its term is past: every day until it is decided
    ESCALATION = "ESCALATION"  # the direction is told
    WEEKLY = "WEEKLY"  # figures of the week, of no folder


ONCE: Final = (Level.ARRIVAL, Level.BEFORE, Level.DUE, Level.ESCALATION)
"""Said once for each folder, step and person; LATE is said once a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """When reminders are sent.

    Attributes:
        before: days before the term when a second reminder is sent.
        escalation: calendar days after which a step that is not decided is told to the direction.
        working_days_only: nothing is sent when offices are closed; what fell on such a day is told before it.
        weekly: whether the direction gets figures on the first day of each week.
    """

    active: bool = True
    before: int = 2
    escalation: int = 8
    working_days_only: bool = True
    weekly: bool = True
    calendar: Calendar = METROPOLE

    def speaks_on(self, day: date) -> bool:
        """Say whether reminders are sent on a day."""
        return self.active and (not self.working_days_only or self.calendar.is_working_day(day))

    def level(self, due_on: date, today: date) -> Level:
        """Return what a desk is told today of a visa due on a day; a missed run is made good by the next."""
        near = due_on - timedelta(days=self.before)
        if self.working_days_only:
            near = self.calendar.previous_working_day(near)
        if today > due_on:
            return Level.LATE
        if today == due_on:
            return Level.DUE
        return Level.BEFORE if today >= near else Level.ARRIVAL

    def escalates(self, activated_on: date, today: date) -> bool:
        """Say whether a step begun on a day is to be told to the direction."""
        return today >= activated_on + timedelta(days=self.escalation)


def monday(today: date) -> date:
    """Return the first day of a week."""
    return today - timedelta(days=today.weekday())
