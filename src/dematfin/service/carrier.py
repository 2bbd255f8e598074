"""One job: one step of the open day of a collectivité, or one step alone; and which jobs there should be."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from dematfin.domain.unattended.run import DAY, Run
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.service.due import due, due_of
from dematfin.service.houses import Houses
from dematfin.service.own_process import is_suspect, run_apart
from dematfin.service.queue import NORMAL, SLOW, Queue
from dematfin.steps.progress import BY_KEY, WHOLE_DAY, begin_day, go_alone, go_on, leave, open_day, put_off
from dematfin.steps.running import Then
from dematfin.wiring import open_clock, open_runs

LATER: Final = 30
"""Seconds before what could not be run is tried again."""
TRIES: Final = 20
"""Tries of a step that runs elsewhere: after ten minutes the day goes on without it."""
LOG: Final = structlog.get_logger()


class Carrier:
    """Carries the days on, from what the ledger says of them; the queue only says whose turn it is."""

    def __init__(self, houses: Houses, queue: Queue, later: int = LATER) -> None:
        self._houses = houses
        self._queue = queue
        self._runs = open_runs(houses.base)
        self._later = later

    def carry_apart(self, collectivite: str, key: str, attempts: int) -> None:
        """Run what a job asks for, here: this process was made for it."""
        app = self._houses.app(collectivite)
        if key == DAY:
            self._go_on(app, open_day(app), attempts)
        else:
            self._go_alone(app, key, attempts)

    def carry(self, collectivite: str, key: str, attempts: int, lane: str) -> None:
        """Run what a job asks for.

        Raises:
            ComeBackLater: it cannot be run now.
        """
        with structlog.contextvars.bound_contextvars(coll=collectivite, job=key):
            try:
                app = self._houses.app(collectivite)
            except ConfigError as error:
                LOG.warning("collectivite_put_off", reason=str(error))
                return  # each look at what is due asks again: once mended, it goes on by itself
            if key == DAY:
                self._day(app, attempts, lane)
            else:
                self._alone(app, key, attempts, lane)

    def put_what_is_due(self) -> int:
        """Put in the queue what the ledger says is due, open or cut short, and is not there; return how much.

        Raises:
            ComeBackLater: the base is away.
        """
        served = self._houses.served()
        keys = {DAY}.union(*(one.schedules for one in served.values()))
        known, runs, missing = self._queue.known(), self._runs.of(keys), []
        for siret, one in served.items():
            own = {key: runs[siret, key] for key in keys if (siret, key) in runs}
            now = open_clock(one.settings).now()
            missing += [(siret, it.key) for it in due(own, one.schedules, now) if (siret, it.key) not in known]
        return self._queue.put_now(missing) if missing else 0

    def _day(self, app: App, attempts: int, lane: str) -> None:
        day = open_day(app) or self._begun(app)
        if day is None or self._changes_lane(app, DAY, day.position, lane):
            return
        if day.position not in BY_KEY:
            self._hand_back(app, DAY, day.position)
        elif self._is_suspect(app, day.position):
            self._apart(app, DAY, attempts)
        else:
            self._go_on(app, day, attempts)

    def _go_on(self, app: App, day: Run | None, attempts: int) -> None:
        if day is None:
            return
        with app.ledger.lease(WHOLE_DAY, app.holder):
            try:
                go_on(app, day, self._following(app))
            except ComeBackLater as error:
                if attempts < TRIES:
                    raise
                leave(app, day, put_off(BY_KEY[day.position], error), self._following(app))

    def _begun(self, app: App) -> Run | None:
        hour = self._hour(app, DAY)
        return begin_day(app, hour) if hour else None

    def _alone(self, app: App, key: str, attempts: int, lane: str) -> None:
        if key not in BY_KEY:
            self._hand_back(app, key, key)
        elif self._hour(app, key) is None or self._changes_lane(app, key, key, lane):
            return
        elif self._is_suspect(app, key):
            self._apart(app, key, attempts)
        else:
            self._go_alone(app, key, attempts)

    def _go_alone(self, app: App, key: str, attempts: int) -> None:
        hour = self._hour(app, key)
        if hour is None:
            return
        try:
            go_alone(app, BY_KEY[key], hour)
        except ComeBackLater:
            if attempts < TRIES:
                raise
            LOG.warning("step_left_to_its_next_hour", step=key)

    def _apart(self, app: App, key: str, attempts: int) -> None:
        run_apart(partial(_carry_apart, self._houses.again, app.policy.collectivite, key, attempts))

    def _is_suspect(self, app: App, step: str) -> bool:
        last = _last(app, step)
        return last is not None and is_suspect(last)

    def _hour(self, app: App, key: str) -> datetime | None:
        """Return the hour for which something is to be run now."""
        one = self._houses.served().get(app.policy.collectivite)
        found = due_of(key, _last(app, key), one.schedules, app.clock.now()) if one else None
        return found.hour if found else None

    def _following(self, app: App) -> Then:
        """Put the next step of a day in the queue, in the transaction that comes to it."""

        def put(books: Books, day: Run) -> None:
            if day.position:
                self._queue.put(books, app.policy.collectivite, DAY)

        return put

    def _changes_lane(self, app: App, key: str, step: str, lane: str) -> bool:
        """Send what was slow the last time, or kills, where it delays nobody."""
        last = _last(app, step)
        if lane != NORMAL or last is None or not (last.is_slow or is_suspect(last)):
            return False
        self._queue.put_now([(app.policy.collectivite, key)], SLOW)
        return True

    def _hand_back(self, app: App, key: str, step: str) -> None:
        """Leave a step to the newer version that knows it."""
        LOG.warning("step_of_a_newer_version", step=step)
        self._queue.put_now([(app.policy.collectivite, key)], after=self._later)


def _carry_apart(again: Callable[[], Houses], collectivite: str, key: str, attempts: int) -> None:
    """Do in a process of its own what was asked of the one that made it."""
    houses = again()
    Carrier(houses, Queue(houses.base)).carry_apart(collectivite, key, attempts)


def _last(app: App, key: str) -> Run | None:
    with app.ledger.reading() as books:
        return next(iter(books.find(Run, id=key)), None)
