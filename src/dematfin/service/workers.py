"""Workers on Procrastinate: several processes, on several machines, carry the days of many collectivités on.

A process keeps lanes, each on its own: what was slow the last time waits in the slow one and delays nobody, the queue
is held up to date in a third. A lane that loses the base rests, and begins again.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from dematfin.config.service import ServiceSettings
from dematfin.errors import ComeBackLater
from dematfin.service.attendant import Attendant, attended
from dematfin.service.carrier import TRIES, Carrier
from dematfin.service.houses import Houses
from dematfin.service.notify import Notifier
from dematfin.service.pace import Pace
from dematfin.service.queue import CARRY, NORMAL, SLOW, UPKEEP, Queue
from dematfin.service.recovery import recover

DUE: Final = "echeances"
FEW: Final = 4
"""One slow place for so many normal ones."""
BASE_AWAY: Final = (ConnectorException, psycopg.OperationalError, ComeBackLater)
LOG: Final = structlog.get_logger()
MINUTE: Final = 60
TICK: Final = 1.0
"""Seconds between two signs of life."""
BEAT: Final = 5
"""Seconds between two looks at what has to be measured."""
SPARE: Final = 4
"""Threads for one place: what was left to end, when the base went away, keeps its own."""
Work = Callable[[asyncio.Event], Awaitable[None]]
"""What is told of says when it takes nothing more, which may be long before it has ended."""


class Later(BaseRetryStrategy):
    """Try again what says to come back later, and a few times what nobody foresaw."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when, or None to give the job up."""
        if isinstance(exception, ComeBackLater):
            return RetryDecision(retry_in={"seconds": self._seconds})
        if job.priority < TRIES:
            return RetryDecision(retry_in={"seconds": self._seconds}, priority=job.priority + 1)
        return None


class Lane(Worker):
    """A worker that says when it takes nothing more: it may have to wait for a step that hangs before it ends."""

    def __init__(self, app: App, leaving: asyncio.Event, **options: Any) -> None:
        super().__init__(app, **options)
        self._leaving = leaving

    async def _shutdown(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        self._leaving.set()
        await super()._shutdown(side_tasks)


class Told(logging.Handler):
    """Says what the libraries complain of as everything else is said, without the values that they quote."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        said = getattr(record, "action", record.name)
        kind = type(record.exc_info[1]).__name__ if record.exc_info and record.exc_info[1] else ""
        LOG.warning("queue_complains", action=said, error=kind)


class Workers:
    """One process of workers."""

    def __init__(self, houses: Houses, service: ServiceSettings, pace: Pace | None = None) -> None:
        """Address the queue; `service` says how many collectivités are served at once, those that are slow apart."""
        self._pace = pace or Pace()
        self._queue = Queue(houses.base)
        self._carrier = Carrier(houses, self._queue, self._pace.later)
        self._houses = houses
        self._service = service
        self._notifier = Notifier(os.environ)
        self._ending: set[asyncio.Future[None]] = set()
        self._busy: set[str] = set()
        places = service.simultanees
        self._lanes = {NORMAL: places, SLOW: max(1, places // FEW), UPKEEP: 1}

    def serve(self) -> None:
        """Work until the system asks to stop; what has begun is ended first."""
        for name in ("procrastinate", "psycopg"):
            library = logging.getLogger(name)
            library.propagate = False
            library.handlers = [Told(logging.WARNING)]
        with attended(self._houses.named, self._service, self._houses.seen) as attendant:
            asyncio.run(self._serve(attendant))
            attendant.write()

    async def _serve(self, attendant: Attendant) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        self._anew = loop.create_future()
        loop.set_default_executor(ThreadPoolExecutor(SPARE * sum(self._lanes.values())))
        loop.set_exception_handler(self._lost)
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop, stop)
        works: list[Work] = [partial(self._lane, lane) for lane in self._lanes]
        works.append(self._watch_the_dead)
        beside = [asyncio.create_task(it) for it in (self._live(stop, attendant), self._measure(attendant))]
        self._notifier.ready()
        await asyncio.gather(*(self._keep(stop, work) for work in works))
        await asyncio.gather(*self._ending, return_exceptions=True)
        for task in beside:
            task.cancel()

    def _stop(self, stop: asyncio.Event) -> None:
        self._notifier.stopping()
        stop.set()

    async def _live(self, stop: asyncio.Event, attendant: Attendant) -> None:
        """Tell what goes on, and that the loop turns: to systemd, and to who asks."""
        while True:
            attendant.beat()
            self._notifier.alive()
            busy = sorted(self._busy)
            self._notifier.status(
                f"En cours : {', '.join(busy[:FEW])}{'…' * (len(busy) > FEW)}" if busy else "Au repos"
            )
            if stop.is_set():
                self._notifier.more_time(MINUTE)
            await asyncio.sleep(TICK)

    async def _measure(self, attendant: Attendant) -> None:
        while True:
            await asyncio.to_thread(attendant.write)
            await asyncio.sleep(BEAT)

    async def _keep(self, stop: asyncio.Event, work: Work) -> None:
        """Have some work done until the process stops, anew each time the base goes away under it.

        What had begun ends beside it, however long that lasts: its lease keeps it alone.
        """
        asked = asyncio.create_task(stop.wait())
        while not stop.is_set():
            leaving = asyncio.Event()
            left = asyncio.create_task(leaving.wait())
            task = asyncio.ensure_future(work(leaving))
            self._ending.add(task)
            task.add_done_callback(self._ended)
            await asyncio.wait({task, asked, left, self._anew}, return_when=asyncio.FIRST_COMPLETED)
            left.cancel()
            task.cancel()  # Procrastinate then takes nothing more, and ends what it has begun
            if task.done() and not task.cancelled() and (error := task.exception()):
                if not isinstance(error, BASE_AWAY):
                    raise error
                LOG.warning("base_away", error=type(error).__name__)
            await asyncio.wait({asked}, timeout=self._pace.rest)

    def _ended(self, task: asyncio.Future[None]) -> None:
        """Let go of some work; what it failed of at its end is known already, the base was away."""
        self._ending.discard(task)
        if not task.cancelled():
            task.exception()

    def _lost(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Begin anew under another name: the base went away just as the end of a job was told to it.

        That job would seem to run for as long as the worker that had it lives, and its collectivité would stand still.
        """
        error = context.get("exception")
        if error is None or isinstance(error.__cause__, psycopg.errors.RaiseException):
            return  # it was given to another worker meanwhile, which ended it
        LOG.warning("end_of_job_not_saved", error=type(error).__name__)
        before, self._anew = self._anew, loop.create_future()
        before.set_result(None)

    async def _lane(self, lane: str, leaving: asyncio.Event) -> None:
        """Take jobs of a lane, as many at once as it has places."""
        await asyncio.to_thread(self._queue.prepare)
        places = self._lanes[lane]
        app = self._app(places)
        async with app.open_async():
            worker: Any = Lane(
                app,
                leaving,
                queues=[lane],
                concurrency=places,
                name=lane,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=self._pace.look,
                update_heartbeat_interval=self._pace.heartbeat,
                stalled_worker_timeout=self._pace.dead_after,
            )
            await worker.run()

    async def _watch_the_dead(self, _: asyncio.Event) -> None:
        await asyncio.to_thread(self._queue.prepare)
        app = self._app(1)
        async with app.open_async():
            while True:
                await recover(app, self._pace)
                await asyncio.sleep(self._pace.recovery)

    def _app(self, places: int) -> App:
        """Return what a lane runs; each asks for what is due, and the queue takes one of them.

        A lane that asked nothing would lose its pulse unseen: Procrastinate minds the signs of life of a worker only
        as long as none of its other duties has ended.
        """
        connector = PsycopgConnector(conninfo=self._queue.address, min_size=1, max_size=places + 2)
        app = App(connector=connector)
        app.task(name=CARRY, pass_context=True, retry=Later(self._pace.later))(self._carry)
        task: Any = app.task(name=DUE, queue=UPKEEP, queueing_lock=DUE)(self._put_what_is_due)
        app.periodic(cron=self._pace.due)(task)
        return app

    def _carry(self, context: JobContext, collectivite: str, etape: str) -> None:
        self._busy.add(collectivite)
        try:
            self._carrier.carry(collectivite, etape, context.job.attempts, context.job.queue)
        finally:
            self._busy.discard(collectivite)

    def _put_what_is_due(self, timestamp: int) -> None:
        self._carrier.put_what_is_due()
