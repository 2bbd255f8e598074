"""Children of a parent that has imported everything: born in milliseconds, killed without ceremony.

The parent holds no thread and no open base when it forks.
"""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LONGEST: Final = 180.0
EVERY: Final = 0.002
FAILED: Final = 70
WATCH: Final = threading.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process; what went wrong in it is written in `cry`."""

    pid: int
    cry: Path

    def end(self, killed_after: float | None = None) -> bool:
        """Wait for the end, or kill -9 it after some seconds; return whether it was killed.

        Raises:
            ChildFailed: it ended by a fault of its own.
        """
        began = time.monotonic()
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return self._verdict(status)
            if time.monotonic() - began > (LONGEST if killed_after is None else killed_after):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                if killed_after is None:
                    message = f"un processus n'a pas fini en {LONGEST:.0f} s"
                    raise ChildFailed(message)
                return True
            WATCH.wait(EVERY)

    def _verdict(self, status: int) -> bool:
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        if status:
            said = self.cry.read_text(encoding="utf-8") if self.cry.exists() else f"statut {status}"
            raise ChildFailed(said)
        return False


class ChildFailed(Exception):
    """A child stopped by itself where it should not have; its traceback."""


def fork(work: Callable[[], None], cry: Path) -> Child:
    """Start a child."""
    sys.stdout.flush()
    if pid := os.fork():
        return Child(pid=pid, cry=cry)
    try:
        work()
    except BaseException:
        cry.write_text(traceback.format_exc(), encoding="utf-8")
        os._exit(FAILED)
    os._exit(0)
