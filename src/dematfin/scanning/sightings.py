"""How long a file has been left alone, by the clock of whoever serves its folder.

A network share has its own clock, and a copier a third one: a file may even come from the future. Such a file is
remembered, and its age counted from the day when it was first seen as it is.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.support.files import write_atomically
from dematfin.support.json_object import noted

CLOCK: Final = "horloge"
MEMORY: Final = "vus.json"
BILLION: Final = 1_000_000_000
Seen = tuple[int, int, float]
"""Size, time of the last change in nanoseconds, and when it was first seen so."""


class Sightings:
    """The memory of one folder, kept inside it; used for one pass."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Read the memory, and what time it is there."""
        self._memory = folder / MEMORY
        self._now = now().timestamp()
        (folder / CLOCK).write_bytes(b"")
        self._there = (folder / CLOCK).stat().st_mtime_ns
        self._before = _remembered(self._memory)
        self._seen: dict[str, Seen] = {}

    def age(self, path: Path) -> float:
        """Return for how many seconds a file has not changed."""
        state = path.stat(follow_symlinks=False)
        changed = max(state.st_mtime_ns, state.st_ctime_ns)
        if changed <= self._there:
            return (self._there - changed) / BILLION
        size, before, since = self._before.get(os.fsdecode(path), (-1, -1, self._now))
        first = since if (size, before) == (state.st_size, changed) else self._now
        self._seen[os.fsdecode(path)] = (state.st_size, changed, first)
        return self._now - first

    def keep(self) -> None:
        """Remember the files from the future that were seen in this pass."""
        if self._seen != self._before:
            write_atomically(self._memory, json.dumps(self._seen).encode())


def _remembered(memory: Path) -> dict[str, Seen]:
    with suppress(OSError, ValueError, TypeError):
        found = noted(memory)
        return {str(name): (int(size), int(changed), float(since)) for name, (size, changed, since) in found.items()}
    return {}
