"""What is due, by the ledger alone: the same answer for the clock, the workers and a rehearsal.

An hour that was missed is caught up once, an hour that was answered is not asked again, what was cut short is taken up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from dematfin.domain.unattended.run import DAY, Run
from dematfin.support.timetable import Timetable, next_after

EVER: Final = datetime.min.replace(tzinfo=UTC)
"""Hour that a thing which never ran has missed: it is due at once, so that whoever installs sees it work."""

Hours = Mapping[str, Timetable]
"""When the day, and some of its steps, are to be run, by their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A thing to run now.

    Attributes:
        key: `DAY`, or the key of a step.
        hour: the first hour that nothing has answered, or when a step that was cut short had begun; None: a day is open
            and is taken up where it stands.
    """

    key: str
    hour: datetime | None


def due(runs: Mapping[str, Run], hours: Hours, now: datetime) -> tuple[Due, ...]:
    """Return what is to be run now, the day first: several hours that were missed ask for one run."""
    keys = (DAY, *sorted(hours.keys() - {DAY}))
    return tuple(found for key in keys if (found := due_of(key, runs.get(key), hours, now)))


def due_of(key: str, last: Run | None, hours: Hours, now: datetime) -> Due | None:
    """Return what is to be run of one thing; None: nothing, or it was set aside and waits for a person.

    A day that is open is ended before another one begins: hours that come faster than days go would never let one end.
    """
    if last and last.aside_since:
        return None
    if last and key == DAY and last.position:
        return Due(key=key, hour=None)
    if last and key != DAY and last.was_cut_short:
        return Due(key=key, hour=last.began_at)
    hour = _missed(hours[key], last, now) if key in hours else None
    return Due(key=key, hour=hour) if hour and hour <= now else None


def following(runs: Mapping[str, Run], hours: Hours, now: datetime) -> dict[str, datetime]:
    """Return the next hour of each thing that has one, from now on."""
    found = {key: next_after(one, now) for key, one in hours.items()}
    aside = {key for key, run in runs.items() if run.aside_since}
    return {key: hour for key, hour in found.items() if hour and key not in aside}


def _missed(hours: Timetable, last: Run | None, now: datetime) -> datetime | None:
    """Return the first hour after something last began, which may be to come."""
    if last is None:
        return EVER
    return now if last.is_ahead(now) else next_after(hours, last.began_at)
