"""Starts the processes that open files, and watches over them: one that dies, or thinks too long, is a refusal."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import IO, Any, Final

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import ComeBackLater, ConfigError, PaperRefused

COMMAND: Final = (sys.executable, "-P", "-m", "dematfin.scanning.child")
START: Final = 30
"""Seconds given to a process to load what it needs, beyond its first page."""
MOST_SECONDS: Final = 1800
Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one process may take: bytes of memory, seconds between two lines."""

    memory: int
    seconds: int


def watch(tasks: Sequence[Line], bounds: Bounds) -> Iterator[Line]:
    """Run tasks side by side, and yield their lines, those of the first task first.

    Raises:
        PaperRefused: what a process refuses; `timeout` or `crash` when it ends otherwise.
        ConfigError: a program that it needs is not installed.
        ComeBackLater: the disk is full.
    """
    with ExitStack() as stack:
        running = [Running(task, bounds) for task in tasks]
        for one in running:
            stack.callback(one.stop)
        for one in running:
            yield from one.lines()


class Running:
    """One process at work."""

    def __init__(self, task: Line, bounds: Bounds) -> None:
        """Start the process, and give it its task."""
        self._patience = bounds.seconds
        self._said: queue.Queue[str] = queue.Queue()
        self._errors: list[str] = []
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr  # noqa: S101 - asked for
        self._drains = [
            threading.Thread(target=_drain, args=(self._process.stdout, self._said.put), daemon=True),
            threading.Thread(target=_drain, args=(self._process.stderr, self._errors.append), daemon=True),
        ]
        for drain in self._drains:
            drain.start()
        _give(self._process.stdin, task | {"memory": bounds.memory, "seconds": MOST_SECONDS})

    def lines(self) -> Iterator[Line]:
        """Yield what the process says, until it says that it has ended."""
        patience = self._patience + START
        while True:
            said = self._next(patience)
            if "end" in said:
                return
            if "refused" in said:
                raise PaperRefused(said["refused"], said["sentence"])
            if "lacks" in said:
                raise ConfigError(said["lacks"])
            yield said
            patience = self._patience

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for drain in self._drains:
            drain.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _next(self, patience: int) -> Line:
        try:
            line = self._said.get(timeout=patience)
        except queue.Empty as error:
            message = f"Une page demande plus de {patience} secondes : le fichier est piégé ou abîmé."
            raise PaperRefused(Reason.TIMEOUT, message) from error
        if not line:
            self._drains[1].join()
            raise _crashed("".join(self._errors))
        try:
            said: Line = json.loads(line)
        except ValueError as error:  # a library that speaks on its own has lost its mind
            raise _crashed(line) from error
        return said


def _drain(pipe: IO[str], keep: Callable[[str], None]) -> None:
    for line in pipe:
        keep(line)
    keep("")


def _give(pipe: IO[str], task: Line) -> None:
    with suppress(BrokenPipeError), pipe:  # a process that is dead already says so by its silence
        json.dump(task, pipe)


def _crashed(errors: str) -> Exception:
    if "No space left" in errors:
        return ComeBackLater("Le disque est plein. Faites de la place puis relancez : rien n'est perdu.")
    message = "Le fichier fait échouer le programme qui l'ouvre (mémoire dépassée, ou PDF piégé)."
    return PaperRefused(Reason.CRASH, message)
