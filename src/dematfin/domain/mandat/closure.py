"""When nothing is sent to Hélios, which closes for maintenance and at the end of the year: flows wait for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One closed period, from `start` to before `end` (aware instants), and why."""

    start: datetime
    end: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an acquit may take before somebody is told, and with what insistence.

    No delay is published; most acquits come within minutes or hours.
    """

    information: timedelta = timedelta(hours=4)
    warning: timedelta = timedelta(hours=24)
    critical: timedelta = timedelta(hours=48)


def closed(closures: Iterable[Closure], now: datetime) -> Closure | None:
    """Return the closed period that an instant falls in, if any.

    Compared in UTC: two instants of one zone are compared by their watches, which show an hour twice in October.
    """
    instant = now.astimezone(UTC)
    return next((one for one in closures if one.start.astimezone(UTC) <= instant < one.end.astimezone(UTC)), None)


def reopens_at(closures: Iterable[Closure], now: datetime) -> datetime:
    """Return the first instant from `now` that is in no closed period: they may touch or overlap."""
    known, moment = tuple(closures), now
    while one := closed(known, moment):
        moment = one.end
    return moment
