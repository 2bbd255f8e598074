"""One collectivité as the service keeps it: wired once, visited as soon as something may be due."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from dematfin.acts import run as acts
from dematfin.config.service import hours_of
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.run import DAY, SLOW, Run
from dematfin.errors import ComeBackLater, DematfinError, UnknownStep
from dematfin.ports.app import App
from dematfin.service.alone import carried, carried_alone
from dematfin.service.beats import Beats, Running, Trouble
from dematfin.service.due import Due, Hours, due
from dematfin.service.service_lock import Guard, path_of
from dematfin.steps.outcome import Outcome, Tally
from dematfin.support.clock import SystemClock
from dematfin.wiring import ask_nobody, build

PARIS: Final = SystemClock("Europe/Paris")
Tell = Callable[[str], None]
log = structlog.get_logger()


class Home:
    """What is known of one collectivité; whatever goes wrong in it stays in it.

    Attributes:
        hours: when things are due; empty as long as its configuration could not be read.
        runs: the last runs, as they were last read.
        slow: whether its last visit, or its last run, waited so long that the next one takes the slow lane.
    """

    def __init__(self, house: House, beats: Beats, stopping: threading.Event, tell: Tell) -> None:
        self.house = house
        self.key = house.siret or house.where
        self.name = house.name or self.key
        self.hours: Hours = {}
        self.runs: Mapping[str, Run] = {}
        self.slow = False
        self._beats = beats
        self._stopping = stopping
        self._tell = tell
        self._app: App | None = None
        self._served: House | None = None
        self._kept: DematfinError | None = None
        self._guard: Guard | None = None
        self._put_off = False
        self._said = ""
        self._wiring = threading.Lock()

    def change(self, house: House) -> None:
        """Take another configuration, or the same one again; it serves from the next run on."""
        self.house, self.name = house, house.name or self.key

    def close(self) -> None:
        """Let another service take care of it."""
        if self._guard:
            self._guard.release()
            self._guard = None

    def guard(self, house: House) -> Settings:
        """Keep other services out, and return its settings; raises ConfigError, ComeBackLater."""
        settings = house.settings()
        documents, siret = settings.stockage.documents, settings.collectivite.siret
        if self._guard and self._guard.path != path_of(documents, siret):
            self._guard.release()
            self._guard = None
        if self._guard is None:
            self._guard = Guard.take(documents, siret, f"{PARIS.local(PARIS.now()):%d/%m/%Y à %H:%M}")
        return settings

    def open(self) -> App:
        """Return it wired; raises ConfigError, ComeBackLater."""
        with self._wiring:
            while self._app is None or self._served is not self.house:
                self._app = self._wire(self.house)
            return self._app

    def wired(self) -> App:
        """Return it as it was last wired; raises what has kept it from being wired since."""
        if self._app is None or self._kept:
            raise self._kept or ComeBackLater
        return self._app

    def _wire(self, house: House) -> App:
        try:
            settings = self.guard(house)
            app = build(settings, house.folder, ask_nobody)
        except DematfinError as error:
            self._kept = error
            raise
        self._served, self._kept, self.hours = house, None, hours_of(settings.horaires, settings.fuseau)
        return app

    def look(self) -> None:
        """Open it, and read how its last runs went."""
        with self._trap():
            self._read(self.open())
            self._mended()

    def visit(self) -> None:
        """Run what is due in it, until all was run or the service stops."""
        began = time.monotonic()
        with self._trap():
            app = self.open()
            self._read(app)
            self._mended()
            for one in due(self.runs, self.hours, app.clock.now()):
                if not self._stopping.is_set():
                    self._run(app, one)
            self._said = self._said if self._put_off else ""
        self.slow = self.slow or time.monotonic() - began > SLOW.total_seconds()

    def _read(self, app: App) -> None:
        with app.ledger.reading() as books:
            self.runs = {one.id: one for one in books.find(Run)}
        self.slow = any(one.is_slow for key, one in self.runs.items() if key in self.hours)

    def _run(self, app: App, one: Due) -> None:
        self._beats.began(Running(collectivite=self.key, name=self.name, key=one.key, since=app.clock.now()))
        began = time.monotonic()
        try:
            outcomes = tuple(self._day(app, one) if one.key == DAY else self._step(app, one))
        except ComeBackLater as error:
            self._put_off = True
            self._trouble(str(error), aloud=isinstance(error, UnknownStep))
            return
        finally:
            self._beats.ended(self.key)
        self._read(app)
        self._account(one, outcomes, time.monotonic() - began)

    def _day(self, app: App, one: Due) -> Iterator[Outcome]:
        """Run the day, or what is left of it, up to the end of the step in which the service is told to stop."""
        carry = partial(carried, self._served or self.house)
        days = acts.day(app, UNATTENDED, one.hour, carry) if one.hour else acts.take_up(app, UNATTENDED, carry)
        with closing(days) as day:
            for outcome in day:
                yield outcome
                if self._stopping.is_set():
                    return

    def _step(self, app: App, one: Due) -> Iterator[Outcome]:
        carry = partial(carried_alone, self._served or self.house)
        outcome = acts.step_since(app, UNATTENDED, one.key, one.hour, carry) if one.hour else None
        yield from (outcome,) if outcome else ()

    def _account(self, one: Due, outcomes: tuple[Outcome, ...], seconds: float) -> None:
        failures = [failure.sentence for outcome in outcomes for failure in outcome.failures]
        log.info("run_ended", step=one.key, seconds=round(seconds, 1), failed=len(failures))
        if one.key == DAY and outcomes:
            self._tell(f"{self.name} : {_told(self.runs[DAY], outcomes[-1], failures)}")
        if failures:
            self._served = None  # a certificate or a secret may be replaced meanwhile: they are read again
            self._trouble(failures[0], aloud=False)
        elif outcomes and (one.key == DAY or DAY not in self.hours):
            self._beats.went_well(self.key)

    def _mended(self) -> None:
        """Forget what kept it from being opened, or run."""
        if self._put_off:
            self._put_off = False
            self._beats.went_well(self.key)

    def _trouble(self, sentence: str, *, aloud: bool = True) -> None:
        trouble = Trouble(collectivite=self.key, name=self.name, at=PARIS.now(), sentence=sentence)
        if self._beats.failed(trouble) and aloud and sentence != self._said:
            self._said = sentence
            log.error("collectivite_put_off", reason=sentence)
            self._tell(f"{self.name} : {sentence}")

    @contextmanager
    def _trap(self) -> Iterator[None]:
        """Keep inside what goes wrong here: it is told once, and tried again at each tick."""
        tally = Tally("service")
        with bound_contextvars(coll=self.key), tally.whole(self.name):
            try:
                yield
            except DematfinError as error:
                self._put_off = True
                self._trouble(str(error))
        for failure in tally.outcome().failures:
            self._put_off = True
            self._trouble(failure.sentence)


def _told(day: Run, last: Outcome, failures: list[str]) -> str:
    state = f"journée arrêtée après « {last.step} », elle sera reprise" if day.position else "journée faite"
    return f"{state}, à voir : {len(failures)} ({failures[0]})" if failures else f"{state}, rien à signaler"
