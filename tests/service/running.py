"""`dematfin service` as a real process, and what can be seen of it from outside."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from dematfin.domain.unattended.run import DAY, Run
from dematfin.ports.app import App

PATIENCE: Final = 120.0


@dataclass
class Service:
    """A process of the service, its lines and what it tells systemd."""

    process: subprocess.Popen[str]
    manager: socket.socket
    lines: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def started(cls, configuration: Path, manager: Path, name: str = "service", *words: str) -> Iterator[Self]:
        """Start it; kill it in the end if it still runs."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            manager.unlink(missing_ok=True)
            door.bind(str(manager))
            door.settimeout(PATIENCE)
            known = {**os.environ, "NOTIFY_SOCKET": str(manager), "WATCHDOG_USEC": "60000000"}
            process = subprocess.Popen(
                command(name, configuration, *words),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=known,
            )
            try:
                yield cls(process=process, manager=door)
            finally:
                process.kill()
                process.communicate()

    def tells(self, words: str) -> str:
        """Wait until systemd is told something that begins so."""
        while not (told := self.manager.recv(4096).decode()).startswith(words):
            pass
        return told

    def says(self, words: str) -> str:
        """Wait for a line with these words."""
        assert self.process.stdout
        while line := self.process.stdout.readline():
            self.lines.append(line)
            if words in line:
                return line
        assert self.process.stderr
        message = f"{words!r} not in {self.lines}, errors: {self.process.stderr.read()}"
        raise AssertionError(message)

    def ends(self) -> int:
        """Wait for its end; return its exit code."""
        return self.process.wait(timeout=PATIENCE)


def command(name: str, configuration: Path, *words: str) -> list[str]:
    """Return a command line of the program."""
    return [sys.executable, "-m", "dematfin", name, *words, "-c", str(configuration)]


def day_of(app: App) -> Run:
    """Return the last day."""
    with app.ledger.reading() as books:
        return books.get(Run, DAY)
