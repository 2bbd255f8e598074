"""Points: each time that a part of the chain passes from itself to the world, under a stable name, and what strikes it.

`step.function what moment`: `transmit.deposit transmitter.send après`. A failpoint is no hook in the product: it is
the boundary of a port, a commit, or what adapters ask of the system, which Python tells.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from crash.campaign.crossings import AFTER, BEFORE, DEADLY, SYSTEM, adapter, worker
from crash.chain.disk import Disk
from crash.chain.power import Power
from dematfin.errors import UnknownOutcome, Unreachable
from dematfin.ports.app import App

KILL, FULL, CUT, POWER, JUMP = "kill", "full", "cut", "power", "jump"
"""How a point is struck: by kill -9, a disk that is full from there on, a call whose answer is lost, a power cut, a
clock that jumps."""
DISTANT: Final = frozenset({"source", "notice", "transmitter", "signer", "mailer", "parapheur"})
CALLS: Final = {
    "source": ("structures", "changed", "to_process", "fetch", "readable"),
    "notice": ("publish",),
    "transmitter": ("send", "find", "confirm", "deposits", "follow", "returns", "fetch", "acknowledge"),
    "signer": ("submit", "collect", "release"),
    "mailer": ("send",),
    "parapheur": ("check", "submit", "moved", "history", "documents", "close", "withdraw"),
    "documents": ("put", "put_file"),
    "exchange": ("prepare", "stage", "put", "taken", "refuse"),
    "folders": ("done",),
    "paper": ("look", "split", "words"),
}
"""Calls that leave something in the world, or bring something from it, by the port's place in App."""
LISTS: Final = frozenset({"changed", "to_process", "returns", "moved"})
"""What is read to its end before the point after it is passed."""
Strikes = Callable[[int, str], str]
"""How a point is struck, given its rank and its name; an empty text when it is not."""


def calm(_: int, __: str) -> str:
    """Strike nothing."""
    return ""


@dataclass
class Points:
    """Writes each point down, where a killed process leaves it, and strikes where it is told."""

    log: int
    strikes: Strikes
    disk: Disk
    power: Power
    jump: Callable[[], None]
    rank: int = 0
    deaf: bool = field(default=False)

    def cross(self, what: str, moment: str, *, distant: bool = False) -> None:
        """Pass, or be struck."""
        self.rank += 1
        name = f"{what} {moment}"
        how = self.strikes(self.rank, name)
        os.write(self.log, f"{name}{DEADLY if how else ''}\n".encode())
        if how:
            self._struck(how, moment, distant=distant)

    def _struck(self, how: str, moment: str, *, distant: bool) -> None:
        if how == POWER:
            self.deaf = True
            self.power.cut()
        if how in {KILL, POWER}:
            os.kill(os.getpid(), signal.SIGKILL)
        elif how == FULL:
            self.disk.fill()
        elif how == JUMP:
            self.jump()
        elif how == CUT and distant:
            words = "La connexion a été coupée."
            raise Unreachable(words) if moment == BEFORE else UnknownOutcome(words)

    def listen(self) -> None:
        """Hear, for as long as this process lives, what adapters ask of the system."""
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.deaf:
            return
        if event in SYSTEM and (path := adapter(sys._getframe(1))):
            self.cross(f"{_short(worker(sys._getframe(1)))} {SYSTEM[event]} {path}", BEFORE)
        self.deaf = True
        try:
            self.disk.heard(event, arguments)
            self.power.heard(event, arguments)
        finally:
            self.deaf = False


def watch(app: App, points: Points) -> App:
    """Return the same app, watched."""
    ports: dict[str, Any] = {
        name: Watched(port, name, points) for name in CALLS if (port := getattr(app, name)) is not None
    }
    return replace(app, ledger=WatchedLedger(app.ledger, points), **ports)


@dataclass
class Watched:
    """A port whose calls are points; the rest, its name included, is the port's own."""

    _port: Any
    _place: str
    _points: Points

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._call(found, name) if name in CALLS[self._place] else found

    def _call(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        distant = self._place in DISTANT

        def call(*arguments: Any, **named: Any) -> Any:
            what = f"{_short(worker(sys._getframe(1)))} {self._place}.{name}"
            self._points.cross(what, BEFORE, distant=distant)
            result = method(*arguments, **named)
            result = tuple(result) if name in LISTS else result
            self._points.cross(what, AFTER, distant=distant)
            return result

        return call


@dataclass
class WatchedLedger:
    """A ledger whose commits are points, and so are its leases."""

    ledger: Any
    points: Points

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        what = f"{_short(worker(sys._getframe(1)))} écrire"
        with self.ledger.transaction() as books:
            yield books
            self.points.cross(what, BEFORE)
        self.points.cross(what, AFTER)

    @contextmanager
    def lease(self, step: str, holder: str) -> Iterator[str]:
        with self.ledger.lease(step, holder) as turn:
            self.points.cross(f"{_short(worker(sys._getframe(1)))} bail {step} pris", AFTER)
            yield turn
            self.points.cross(f"{_short(worker(sys._getframe(1)))} bail {step} rendu", BEFORE)


def opened(path: Path) -> int:
    """Open a log of points."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _short(name: str) -> str:
    return name.removeprefix("steps.")
