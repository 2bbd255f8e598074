"""Workers as an installation has them: processes of the real command line, killed without a word and replaced."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

PLACES: Final = 4
"""Communes that one process serves at once."""
LONG: Final = 240
"""Seconds in which a process that was asked to stop has ended what it does."""
DEMATFIN: Final = ("-m", "dematfin")


@dataclass(slots=True, kw_only=True)
class Crew:
    """Some processes of workers on one configuration."""

    config: Path
    log: Path
    program: Sequence[str] = DEMATFIN
    places: int = PLACES
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0

    @classmethod
    @contextmanager
    def hired(cls, config: Path, log: Path, count: int, **more: Any) -> Iterator[Self]:
        """Lend so many, and leave none behind."""
        crew = cls(config=config, log=log, **more)
        try:
            for _ in range(count):
                crew.start()
            yield crew
        finally:
            for one in crew.workers:
                one.kill()
                one.wait()

    def start(self) -> None:
        """Start one more."""
        command = [sys.executable, *self.program, "ouvrier", "-c", str(self.config), "--simultanes", str(self.places)]
        with self.log.open("ab") as log:
            self.workers.append(subprocess.Popen(command, stdout=log, stderr=log))

    def kill_one(self, chance: random.Random) -> None:
        """Kill one of them, whatever it does, and put another in its place."""
        victim = chance.choice(self.workers)
        victim.kill()
        victim.wait()
        self.killed += 1
        self.workers.remove(victim)
        self.start()

    def fallen(self) -> list[int]:
        """Return how those ended that nobody asked to: a worker outlives everything but a kill."""
        return [one.returncode for one in self.workers if one.poll() is not None]

    def dismiss(self) -> list[int]:
        """Ask all of them to stop, as systemd does; return how they ended."""
        for one in self.workers:
            one.send_signal(signal.SIGTERM)
        return [one.wait(LONG) for one in self.workers]

    def asked(self, *words: str) -> Any:
        """Return what a command answers in JSON."""
        command = [sys.executable, *DEMATFIN, *words, "-c", str(self.config), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
