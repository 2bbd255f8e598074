"""What is due by the ledger: the hours that came since each thing last began, and the day that was cut short."""

from collections.abc import Iterator, Mapping
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
        hour: the first hour that nothing has answered; None: no hour asks, a day was cut short and is taken up.
    """

    key: str
    hour: datetime | None


def due(runs: Mapping[str, Run], hours: Hours, now: datetime) -> tuple[Due, ...]:
    """Return what is to be run now, the day first: several hours that were missed ask for one run.

    A day that begins does all that was left of the one before.
    """
    missed = {one.key: one for one in _missed(runs, hours, now)}
    day = runs.get(DAY)
    if DAY not in missed and day and day.position:
        missed[DAY] = Due(key=DAY, hour=None)
    return tuple(sorted(missed.values(), key=lambda one: one.key != DAY))


def following(runs: Mapping[str, Run], hours: Hours, now: datetime) -> dict[str, datetime]:
    """Return the next hour of each thing that has one, from now on."""
    found = {key: next_after(one, now) for key, one in hours.items()}
    return {key: hour for key, hour in found.items() if hour and not _waits_for_a_person(runs.get(key))}


def _missed(runs: Mapping[str, Run], hours: Hours, now: datetime) -> Iterator[Due]:
    for key, one in hours.items():
        last = runs.get(key)
        hour = _first_hour(one, last, now)
        if hour and hour <= now and not _waits_for_a_person(last):
            yield Due(key=key, hour=hour)


def _first_hour(hours: Timetable, last: Run | None, now: datetime) -> datetime | None:
    if last is None:
        return EVER
    return now if last.is_ahead(now) else next_after(hours, last.began_at)


def _waits_for_a_person(last: Run | None) -> bool:
    """Say whether a step was set aside: the day goes on without it, and tells it."""
    return last is not None and last.aside_since is not None
