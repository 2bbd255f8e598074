"""The hour of a machine may be set, either way: the service rings on, at the hours of the collectivités."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

import pytest

from dematfin.config.service import ScheduleSettings, ServiceSettings, hours_of
from dematfin.service.attendant import attended
from dematfin.service.clock import Clock
from dematfin.support.clock import SystemClock

PATIENCE: Final = 20.0
HOURLY: Final = ScheduleSettings(journee=("7 3-23 * * *",))
NIGHT: Final = timedelta(hours=5, minutes=9)
"""The longest wait between two of these hours: that of the night on which an hour comes twice."""


class Machine:
    """A machine whose hour is set."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        real, machine = SystemClock("UTC").now, self

        class Set(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return machine.now().astimezone(tz)

        self.now: Callable[[], datetime] = lambda: real() + self.ahead
        for one in ("schedulers", "executors"):
            patch.setattr(f"apscheduler.{one}.base.datetime", Set)
        patch.setattr(SystemClock, "now", lambda _: self.now())


def becomes(said: Callable[[], bool]) -> bool:
    """Wait until something is so; False: it never was."""
    end = time.monotonic() + PATIENCE
    while not said() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return said()


@pytest.mark.parametrize("by", [timedelta(hours=-3), timedelta(days=-400), timedelta(hours=3), timedelta(days=4_000)])
def test_a_clock_that_is_set_stops_nothing(by: timedelta, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dematfin.service.clock.BEAT", 0.1)
    machine = Machine(monkeypatch)
    (tmp_path / "config.toml").write_text('[collectivite]\nsiret = "21990042000015"\n', encoding="utf-8")
    clock = Clock(tmp_path / "config.toml", "", lambda _: None)
    (home,) = clock._homes.by_key.values()
    home.hours = hours_of(HOURLY, "Europe/Paris")
    looks: list[str] = []
    clock._lanes._work = looks.append
    beats: list[float] = []
    monkeypatch.setattr(clock.beats, "beat", lambda: beats.append(time.monotonic()))
    with attended(lambda: (), ServiceSettings(), clock._homes.app) as attendant:
        clock._start(attendant)
        assert becomes(lambda: bool(looks and beats) and clock._next_hour() is not None)
        machine.ahead += by
        clock._live(attendant)
        beaten, looked = len(beats), len(looks)
        assert becomes(lambda: len(beats) > beaten + 3 and len(looks) > looked)
        at = clock._next_hour()
        assert at and timedelta() <= at - machine.now() + timedelta(minutes=1) <= NIGHT
        clock._finish()
