"""What a child does with a town: the work of one part, which may be struck; then all that follows, in peace."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from crash.chain.disk import Disk
from crash.chain.parts import Part, ends, whole_round
from crash.chain.people import People
from crash.chain.place import Place
from crash.chain.points import Points, Strikes, opened, watch
from crash.chain.power import Power
from crash.chain.waiting import census, is_settled, standing
from dematfin.errors import DematfinError
from dematfin.support.clock import SystemClock

STILL: Final = 2
"""Rounds without any change, after which what is left waits for somebody."""
MOST: Final = 14
"""Rounds of a town that is left in peace."""


def work(place: Place, part: Part, strikes: Strikes, log: Path, jump: timedelta = timedelta(0)) -> None:
    """Do the work of a part once, as one process does; a full disk or a lost call may end it, and is told."""
    quiet()
    power, disk = Power(root=place.root, aside=place.log("écartés")), Disk(place.root)
    disk.listen()
    points = Points(opened(log), strikes, disk, power, lambda: shift(jump))
    app = watch(place.app(), points)
    points.listen()
    power.listen()
    with _told(place):
        part.work(People(place, app))


def finish(place: Place, part: Part, *, whole: bool, shifted: timedelta = timedelta(0)) -> None:
    """Do the work again, in peace, until it changes nothing; `whole`: live until all is settled."""
    quiet()
    shift(shifted)
    people = People(place, place.app())
    _until_still(people, lambda _: part.work(people))
    if whole:
        alone = replace(people, alone=True)
        _until_still(alone, lambda number: whole_round(alone, number))
    with _told(place):
        ends(people, part)
    kept = json.dumps(census(people))
    place.log("recensement.json").write_text(kept, encoding="utf-8")


def _until_still(people: People, day: Callable[[int], None]) -> None:
    seen: list[Any] = []
    for number in range(MOST):
        with _told(people.place):
            day(number)
        people.waits()
        seen.append(standing(people))
        if is_settled(people) or seen[-STILL:] == seen[-1:] * STILL:
            return


def shift(by: timedelta) -> None:
    """Have the clock of this process tell another time."""

    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + by  # noqa: TID251 - it is the clock

    SystemClock.now = now  # type: ignore[method-assign, assignment]


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Let what stops the whole work be told to a person when it is one of our errors; the rest is a fault."""
    try:
        yield
    except DematfinError:
        return
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        with place.log("imprévu").open("a", encoding="utf-8") as sink:
            sink.write(f"{type(error).__name__} {error} ({last.filename.rpartition('/')[2]}:{last.lineno})\n")


def quiet() -> None:
    """Say nothing of what goes well."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
