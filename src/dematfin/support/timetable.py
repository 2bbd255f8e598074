"""Hours of a schedule, written in the five fields of cron, in the time zone of the collectivité."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

FIELDS: Final = 5
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""cron counts days from Sunday, 0 or 7; APScheduler from Monday."""
CHANGING_HOURS: Final = frozenset({2})
"""The hour of the night that comes twice, or never, when clocks change."""


Timetable = OrTrigger


def timetable(expressions: tuple[str, ...], zone: str) -> OrTrigger:
    """Return the hours of some expressions together.

    >>> hours = timetable(("5 7-19 * * 1-5",), "Europe/Paris")
    >>> str(next_after(hours, datetime.fromisoformat("2026-11-27T19:30:00+01:00")))
    '2026-11-30 07:05:00+01:00'

    Raises:
        ValueError: in French, an expression cannot be read, or falls in the hour when clocks change.
    """
    return OrTrigger([_trigger(one, zone) for one in expressions])


def next_after(hours: OrTrigger, instant: datetime) -> datetime | None:
    """Return the first hour after an instant; None when there is none any more."""
    found: datetime | None = hours.get_next_fire_time(instant, instant)
    return found


def _trigger(expression: str, zone: str) -> CronTrigger:
    fields = expression.split()
    if len(fields) != FIELDS:
        message = f"« {expression} » : cinq champs sont attendus (minute heure jour mois jour-de-semaine)"
        raise ValueError(message)
    minute, hour, day, month, weekday = fields
    try:
        trigger = CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=re.sub(r"(?<!/)\b[0-7]\b", lambda found: DAYS[int(found[0])], weekday),
            timezone=ZoneInfo(zone),
        )
    except ValueError as error:
        message = f"« {expression} » n'est pas un horaire : par exemple « 5 7-19 * * 1-5 »"
        raise ValueError(message) from error
    if CHANGING_HOURS & _hours_of(trigger):
        message = f"« {expression} » : rien entre 2 h et 3 h, cette heure manque ou revient aux changements d'heure"
        raise ValueError(message)
    return trigger


def _hours_of(trigger: CronTrigger) -> frozenset[int]:
    """Return the hours of the day at which a trigger may fire."""
    field = next(one for one in trigger.fields if one.name == "hour")
    noon = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("UTC"))
    return frozenset(hour for hour in range(24) if field.get_next_value(noon.replace(hour=hour)) == hour)
