"""What is due, as the ledger knows it: a missed hour is caught up, an hour that was answered is not asked again."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from dematfin.domain.unattended.run import DAY, Run
from dematfin.support.timetable import next_after

FIRST: Final = timedelta(days=1)
"""How far back hours are looked for where nothing was ever run."""


def hour_due(hours: Any, last: Run | None, now: datetime) -> datetime | None:
    """Return the first hour of a schedule that has passed since something last began; None when it is not due."""
    if last and last.is_ahead(now):
        return now
    hour = next_after(hours, last.began_at if last else now - FIRST)
    return hour if hour and hour <= now else None


def to_put(schedules: Mapping[str, Any], runs: Mapping[str, Run], now: datetime) -> Iterator[str]:
    """Yield what should be in the queue of a collectivité: what is due, what is open, what was cut short."""
    for key in sorted({DAY} | schedules.keys()):
        last = runs.get(key)
        if last and last.aside_since:
            continue
        unfinished = last and (last.position if key == DAY else last.was_cut_short)
        if unfinished or (key in schedules and hour_due(schedules[key], last, now)):
            yield key
