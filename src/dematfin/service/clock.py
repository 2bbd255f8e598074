"""The one process that runs every collectivité of a configuration on one machine.

APScheduler only says what time it is: what is due, and what was cut short, is in the ledgers. So a tick that is missed,
doubled or late changes nothing.
"""

import logging
import os
import resource
import signal
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from dematfin.domain.unattended.run import DAY
from dematfin.service.attendant import Attendant, attended
from dematfin.service.beats import Beats
from dematfin.service.home import PARIS, Home, Tell
from dematfin.service.homes import Homes
from dematfin.service.lanes import Lanes
from dematfin.service.notify import Notifier

MINUTE: Final = 60
BEAT: Final = 5
"""Seconds between two beats of the scheduler."""
TICK: Final = 1.0
OPENING: Final = 60.0
"""Seconds after which a collectivité that is still being opened keeps the others waiting no more."""
HOUR: Final = 3600
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """So many seconds after now: an interval of APScheduler counts all those that a clock set forward has passed."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _: datetime | None, now: datetime) -> datetime:
        """Return when it rings next."""
        return now + self._interval


class Clock:
    """Rings, listens to signals, and tells systemd how it fares."""

    def __init__(self, path: Path, siret: str, tell: Tell, notifier: Notifier | None = None) -> None:
        """Read the configuration; raises ConfigError."""
        self.beats = Beats()
        self._tell = tell
        self._notifier = notifier or Notifier(os.environ)
        self._stopping = threading.Event()
        self._signals: SimpleQueue[int] = SimpleQueue()
        self._homes = Homes(path, siret, self.beats, self._stopping, tell)
        self._settings = self._homes.settings()
        self._lanes = Lanes(self._settings.simultanees, self._visit, time.monotonic)
        self._scheduled: dict[str, Any] = {}
        self._ahead = _ahead()
        self._turn = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(3)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": HOUR},
        )
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def run(self) -> None:
        """Serve until told to stop; raises ComeBackLater when another service does it already."""
        _open_many_files()
        self._homes.guard()
        for one in SIGNALS:
            signal.signal(one, lambda number, _: self._signals.put(number))
        with attended(self._homes.houses, self._settings, self._homes.app) as attendant:
            self._open_all(attendant)
            self._start(attendant)
            while not self._stopping.is_set():
                self._listen(TICK)
                self._live(attendant)
            self._finish()
            attendant.write()

    def _open_all(self, attendant: Attendant) -> None:
        """Open every ledger, and learn which days were cut short; one that takes long is waited for no more."""
        lanes = Lanes(self._settings.simultanees, lambda key: self._homes.by_key[key].look(), time.monotonic)
        for key in self._homes.by_key:
            lanes.ask(key)
        began = time.monotonic()
        while not lanes.wait(0.2) and time.monotonic() - began < OPENING and not self._stopping.is_set():
            lanes.tend()
            attendant.beat()
            self._listen(0)
            self._notifier.more_time(int(OPENING))
            self._notifier.status("Ouverture des registres")

    def _start(self, attendant: Attendant) -> None:
        self._scheduler.add_job(self._beat, Every(BEAT), next_run_time=PARIS.now())
        self._scheduler.add_job(self._look_at_all, Every(MINUTE), next_run_time=PARIS.now())
        self._scheduler.add_job(attendant.write, Every(BEAT))
        self._scheduler.start()
        homes = self._homes.by_key.values()
        cut = [home.name for home in homes if DAY in home.runs and home.runs[DAY].position]
        taken_up = f", journée interrompue à reprendre : {', '.join(cut)}" if cut else ""
        self._tell(f"Service prêt, collectivités : {len(homes)}{taken_up}.")
        self._notifier.ready()

    def _beat(self) -> None:
        """Show that the scheduler and its threads live: no beat when no thread begins any more."""
        self._lanes.tend()
        self.beats.beat()

    def _look_at_all(self) -> None:
        self._refresh()
        with self._turn:
            for key in self._scheduled.keys() - self._homes.by_key.keys():
                self._unschedule(key)
            for home in self._homes.by_key.values():
                self._schedule(home)
        for key in self._homes.by_key:
            self._ring(key)

    def _ring(self, key: str) -> None:
        """Have a collectivité looked at: the ledger says what is due in it."""
        if home := self._homes.by_key.get(key):
            self._lanes.ask(key, slow=home.slow)

    def _visit(self, key: str) -> None:
        self._refresh()
        if home := self._homes.by_key.get(key):
            home.visit()

    def _refresh(self, *, all_of_them: bool = False) -> None:
        """Read again a configuration that was changed."""
        if self._homes.refresh(all_of_them=all_of_them):
            self._settings = self._homes.settings()
            self._lanes.resize(self._settings.simultanees)

    def _schedule(self, home: Home) -> None:
        """Ring at the hours of a collectivité, once they are known, or have changed."""
        if self._scheduled.get(home.key) is not home.hours:
            self._unschedule(home.key)
            self._scheduled[home.key] = home.hours
            for one, hours in home.hours.items():
                self._scheduler.add_job(
                    self._ring, hours, args=[home.key], id=f"{home.key} {one}", replace_existing=True
                )

    def _set_again(self) -> None:
        """Ring on by the new hour of the machine: once set back, APScheduler would wait until it is what it was."""
        with self._turn:
            for key in tuple(self._scheduled):
                self._unschedule(key)
        for job in self._scheduler.get_jobs():
            if not job.args:
                job.modify(next_run_time=PARIS.now())

    def _unschedule(self, key: str) -> None:
        for one in self._scheduled.pop(key, {}):
            if self._scheduler.get_job(f"{key} {one}"):
                self._scheduler.remove_job(f"{key} {one}")

    def _listen(self, seconds: float) -> None:
        """Wait for a signal: stop, or read the configuration and what it names again."""
        try:
            number = self._signals.get(timeout=seconds) if seconds else self._signals.get_nowait()
        except Empty:
            return
        if number == signal.SIGHUP:
            self._refresh(all_of_them=True)
            self._tell("Configuration relue.")
            self._look_at_all()
        else:
            self._stopping.set()

    def _live(self, attendant: Attendant) -> None:
        """Tell what goes on, and that we live as long as the scheduler does: to systemd, and to who asks."""
        before, self._ahead = self._ahead, _ahead()
        if abs(self._ahead - before) > TICK:
            self._set_again()
        self._notifier.status(self._sentence())
        if self.beats.alive(max(self._notifier.watchdog / 2, BEAT + TICK)):
            self._notifier.alive()
            attendant.beat()

    def _sentence(self) -> str:
        running = [f"{one.name} depuis {PARIS.local(one.since):%H:%M}" for one in self.beats.now_running()]
        troubled = len(self.beats.troubles)
        said = f"En cours : {', '.join(running[:3])}{'…' if running[3:] else ''}" if running else "Au repos"
        at = self._next_hour()
        following = f", prochaine heure prévue : {PARIS.local(at):%d/%m à %H:%M}" if at and not running else ""
        return f"{said}{following}{f', collectivités en difficulté : {troubled}' if troubled else ''}"

    def _next_hour(self) -> datetime | None:
        hours = [job.next_run_time for job in self._scheduler.get_jobs() if job.args and job.next_run_time]
        return min(hours, default=None)

    def _finish(self) -> None:
        """End the step of each day that runs; a second signal stops at once, and loses nothing either."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_DFL)
        self._notifier.stopping()
        self._tell("Arrêt demandé : les étapes en cours se terminent.")
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self._lanes.close()
        while not self._lanes.wait(TICK):
            self._notifier.more_time(MINUTE)
            self._notifier.status(self._sentence())


def _open_many_files() -> None:
    """Let hundreds of bases be open at the same time, as far as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _ahead() -> float:
    """Return how far the hour of the machine, which may be set, is ahead of the clock that nobody sets."""
    return PARIS.now().timestamp() - time.monotonic()
