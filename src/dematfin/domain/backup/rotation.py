"""Which backups are kept. Periods that have a backup are counted, not time: nothing goes when none is made any more,
nor when the clock of the machine jumps.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LAST: Final = 2
"""Good backups that are kept whatever their age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many periods are kept: of each of the newest `days`, all; of the newest `weeks` and `months`, the last."""

    days: int = 0
    weeks: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A backup among others: its name, when (in local time), whether it is good to restore."""

    name: str
    at: datetime
    good: bool


def outdated(taken: Sequence[Taken], retention: Retention) -> frozenset[str]:
    """Return the names of those that nothing keeps any more.

    >>> old, new = (Taken(name=f"{day}", at=datetime(2026, 3, day), good=True) for day in (1, 2))
    >>> outdated([old, new], Retention(days=1))
    frozenset()
    """
    newest_first = sorted(taken, key=lambda one: one.at, reverse=True)
    good = [one for one in newest_first if one.good]
    kept = {
        *_in_the_newest(newest_first, retention.days, _day),
        *(one.name for one in good[:LAST]),
        *_last_of_each(good, retention.weeks, _week),
        *_last_of_each(good, retention.months, _month),
    }
    return frozenset(one.name for one in taken) - kept


def is_due(taken: Iterable[Taken], at: datetime) -> bool:
    """Say whether a place that has one a week lacks that of this week."""
    return _week(at) not in {_week(one.at) for one in taken if one.good}


def _in_the_newest(newest_first: Sequence[Taken], count: int, period: Callable[[datetime], object]) -> set[str]:
    periods = list(dict.fromkeys(period(one.at) for one in newest_first))[:count]
    return {one.name for one in newest_first if period(one.at) in periods}


def _last_of_each(newest_first: Sequence[Taken], count: int, period: Callable[[datetime], object]) -> set[str]:
    last: dict[object, str] = {}
    for one in newest_first:
        last.setdefault(period(one.at), one.name)
    return set(list(last.values())[:count])


def _day(at: datetime) -> object:
    return at.date()


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]


def _month(at: datetime) -> object:
    return (at.year, at.month)
