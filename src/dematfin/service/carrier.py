"""One job: one step of the open day of a collectivité, or one step alone; and which jobs there should be."""

from datetime import datetime
from typing import Final

import structlog

from dematfin.domain.unattended.run import DAY, Run
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.service.due import hour_due, to_put
from dematfin.service.houses import Houses
from dematfin.service.queue import NORMAL, SLOW, Queue
from dematfin.steps.progress import BY_KEY, begin_day, go_alone, go_on, leave, open_day, put_off
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

    def carry(self, collectivite: str, key: str, attempts: int, lane: str) -> None:
        """Run what a job asks for.

        Raises:
            ComeBackLater: it cannot be run now.
        """
        with structlog.contextvars.bound_contextvars(collectivite=collectivite, travail=key):
            try:
                app = self._houses.app(collectivite)
            except ConfigError as error:
                LOG.warning("collectivité non servie", raison=str(error))
                return  # each look at what is due asks again: once mended, it goes on by itself
            if key == DAY:
                self._day(app, attempts, lane)
            else:
                self._alone(app, key, attempts, lane)

    def put_what_is_due(self) -> int:
        """Put in the queue what the ledger says is due, open or cut short, and is not there; return how much."""
        served = self._houses.served()
        keys = {DAY}.union(*(one.schedules for one in served.values()))
        known, runs, missing = self._queue.known(), self._runs.of(keys), []
        for siret, one in served.items():
            own = {key: runs[siret, key] for key in keys if (siret, key) in runs}
            now = open_clock(one.settings).now()
            missing += [(siret, key) for key in to_put(one.schedules, own, now) if (siret, key) not in known]
        return self._queue.put_now(missing) if missing else 0

    def _day(self, app: App, attempts: int, lane: str) -> None:
        day = open_day(app) or self._begun(app)
        if day is None or self._changes_lane(app, DAY, day.position, lane):
            return
        if day.position not in BY_KEY:
            self._hand_back(app, DAY, day.position)
            return
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
            return
        hour = self._hour(app, key)
        if hour is None or self._changes_lane(app, key, key, lane):
            return
        try:
            go_alone(app, BY_KEY[key], hour)
        except ComeBackLater:
            if attempts < TRIES:
                raise
            LOG.warning("étape laissée à sa prochaine heure", etape=key)

    def _hour(self, app: App, key: str) -> datetime | None:
        """Return the hour for which something is to be run now."""
        last = _last(app, key)
        if last and last.was_cut_short and key != DAY:
            return last.began_at
        one = self._houses.served().get(app.policy.collectivite)
        return hour_due(one.schedules[key], last, app.clock.now()) if one and key in one.schedules else None

    def _following(self, app: App) -> Then:
        """Put the next step of a day in the queue, in the transaction that comes to it."""

        def put(books: Books, day: Run) -> None:
            if day.position:
                self._queue.put(books, app.policy.collectivite, DAY)

        return put

    def _changes_lane(self, app: App, key: str, step: str, lane: str) -> bool:
        """Send what was slow the last time where it delays nobody."""
        last = _last(app, step)
        if lane != NORMAL or last is None or not last.is_slow:
            return False
        self._queue.put_now([(app.policy.collectivite, key)], SLOW)
        return True

    def _hand_back(self, app: App, key: str, step: str) -> None:
        """Leave a step to the newer version that knows it."""
        LOG.warning("étape laissée à un ouvrier d'une version plus récente", etape=step)
        self._queue.put_now([(app.policy.collectivite, key)], after=self._later)


def _last(app: App, key: str) -> Run | None:
    with app.ledger.reading() as books:
        return next(iter(books.find(Run, id=key)), None)
