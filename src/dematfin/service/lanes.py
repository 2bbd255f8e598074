"""Two lanes of threads: what waits on somebody else delays nobody who does not.

A run takes a place, and gives it to another once it has lasted too long; it then goes on beside.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

NORMAL_PATIENCE: Final = 60.0
SLOW_PATIENCE: Final = 600.0
"""Seconds after which a run gives its place away."""


@dataclass
class Lane:
    """Places, who is in them since when, who waits for one."""

    places: int
    patience: float
    waiting: deque[str] = field(default_factory=deque)
    seated: dict[str, float] = field(default_factory=dict)


class Lanes:
    """Runs the work of each key in a thread of its own: one at a time for a key, few at a time in all."""

    def __init__(self, places: int, work: Callable[[str], None], monotonic: Callable[[], float]) -> None:
        self._work = work
        self._monotonic = monotonic
        self._normal = Lane(places, NORMAL_PATIENCE)
        self._slow = Lane(max(1, places // 4), SLOW_PATIENCE)
        self._busy: set[str] = set()
        self._open = True
        self._changed = threading.Condition()

    def ask(self, key: str, *, slow: bool = False) -> None:
        """Let this key be worked on as soon as there is a place; one that waits or runs already is not asked twice."""
        with self._changed:
            if self._open and key not in self._busy:
                self._busy.add(key)
                (self._slow if slow else self._normal).waiting.append(key)
                self._fill()

    def tend(self) -> None:
        """Take their places from those who have lasted too long; raises RuntimeError when no thread begins any more."""
        with self._changed:
            for lane in (self._normal, self._slow):
                now = self._monotonic()
                lane.seated = {key: since for key, since in lane.seated.items() if now - since < lane.patience}
            self._fill()

    def resize(self, places: int) -> None:
        """Change the number of places; nobody is disturbed."""
        with self._changed:
            self._normal.places, self._slow.places = places, max(1, places // 4)

    def close(self) -> None:
        """Begin nothing more; what runs goes on."""
        with self._changed:
            self._open = False
            for lane in (self._normal, self._slow):
                self._busy.difference_update(lane.waiting)
                lane.waiting.clear()
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing runs nor waits; False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy, seconds)

    def _fill(self) -> None:
        for lane in (self._normal, self._slow):
            while lane.waiting and len(lane.seated) < lane.places:
                key = lane.waiting[0]
                threading.Thread(target=self._run, args=(key, lane), name=f"service-{key}", daemon=True).start()
                lane.seated[lane.waiting.popleft()] = self._monotonic()

    def _run(self, key: str, lane: Lane) -> None:
        try:
            self._work(key)
        finally:
            with self._changed:
                lane.seated.pop(key, None)
                self._busy.discard(key)
                self._fill()
                self._changed.notify_all()
