"""Time that passes while offices are open: weekends and holidays do not count, a working day counts whole."""

from datetime import datetime, time, timedelta
from typing import Final

from dematfin.domain.delay.calendar import Calendar

ONE_DAY: Final = timedelta(days=1)
IN_HOURS: Final = 48
"""Hours up to which an age is said in hours."""


def worked(since: datetime, now: datetime, calendar: Calendar) -> timedelta:
    """Return how long somebody has waited, in the local time of `now`.

    From Friday evening to Monday morning a few hours have passed, not two days and a half.
    """
    start, waited = since.astimezone(now.tzinfo), timedelta()
    while start < now:
        tomorrow = datetime.combine(start.date() + ONE_DAY, time(), now.tzinfo)
        if calendar.is_working_day(start.date()):
            waited += min(tomorrow, now) - start
        start = tomorrow
    return waited


def age(since: datetime, now: datetime) -> str:
    """Say how old something is, as people count: minutes, hours, then days."""
    passed = max(now - since, timedelta())
    minutes, hours, days = passed // timedelta(minutes=1), passed // timedelta(hours=1), passed // ONE_DAY
    if hours < 1:
        return f"{minutes} min"
    if hours < IN_HOURS:
        return f"{hours} h"
    return f"{days} jours"
