"""Crossings: each time that the pipeline passes from itself to the world, under the name of who crosses.

A failpoint is not a hook in the product: it is the boundary of a port (a commit, a remote call, a document kept), or
what the adapters ask of the system (a rename, a connection), named after the step that was at work.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

BEFORE, AFTER = "avant", "après"
OURS: Final = "dematfin."
WORKERS: Final = ("dematfin.steps.", "dematfin.acts.")
SYSTEM: Final = {"os.rename": "renommer", "os.link": "lier", "socket.connect": "connecter"}
"""Audit events of Python, whichever library asks."""
Fatal = Callable[[int, str], bool]
"""Whether to die at a crossing, given its rank and its name."""


@dataclass
class Crossings:
    """Writes each crossing down, where a killed process leaves it, and dies where it is told."""

    log: int
    fatal: Fatal
    rank: int = 0

    @classmethod
    def to(cls, path: Path, fatal: Fatal) -> "Crossings":
        """Write into a file."""
        return cls(log=os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), fatal=fatal)

    def cross(self, what: str, moment: str) -> None:
        """Pass, or die."""
        self.rank += 1
        name = f"{what} {moment}"
        dies = self.fatal(self.rank, name)
        os.write(self.log, f"{name}{DEADLY if dies else ''}\n".encode())
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def listen(self) -> None:
        """Catch, for as long as this process lives, what adapters ask of the system."""
        sys.addaudithook(self._heard)

    def _heard(self, event: str, _: tuple[Any, ...]) -> None:
        if event in SYSTEM and (path := adapter(sys._getframe(1))):
            self.cross(f"{SYSTEM[event]} {path} {worker(sys._getframe(1))}", BEFORE)


DEADLY: Final = " †"


def crossed(log: Path) -> tuple[str, ...]:
    """Return the names that a process wrote down."""
    return tuple(line.removesuffix(DEADLY) for line in _lines(log))


def struck(log: Path) -> str:
    """Return the crossing at which a process died by itself; empty when it did not."""
    lines = _lines(log)
    return lines[-1].removesuffix(DEADLY) if lines and lines[-1].endswith(DEADLY) else ""


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def worker(frame: FrameType | None) -> str:
    """Name the step or act at work, with its function."""
    for one in _frames(frame):
        if _module(one).startswith(WORKERS):
            return _name(one)
    return "ailleurs"


def adapter(frame: FrameType | None) -> str:
    """Name the adapter's door that a step has passed, and its innermost function; empty when none of ours asks."""
    inside: list[str] = []
    for one in _frames(frame):
        if _module(one).startswith(WORKERS):
            break
        if _module(one).startswith(OURS) and not _module(one).startswith(f"{OURS}support"):
            inside.append(_name(one))
    return " < ".join(dict.fromkeys((*inside[:1], *inside[-1:])))


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _name(frame: FrameType) -> str:
    return f"{_module(frame).removeprefix(OURS)}.{frame.f_code.co_name}"
