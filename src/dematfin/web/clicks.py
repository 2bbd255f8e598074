"""One click is one act: what it has led to is remembered, so that the same one sent again leads there again."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

REMEMBERED: Final = 5000
"""Clicks kept; a browser sends one again within seconds. A restart ends all sessions, and their forms with them."""
QUEUES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a decision leads, and what is told there."""

    path: str
    notice: str


class Clicks:
    """The decisions of agents: one at a time on each subject, each click once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues = tuple(Lock() for _ in range(QUEUES))
        self._ends: OrderedDict[tuple[str, str, str], End] = OrderedDict()

    def once(self, subject: str, person: str, click: str, act: Callable[[], End]) -> End:
        """Do an act on a subject, or return what this very click has led to; one that was refused may be sent again."""
        key = (subject, person, click)
        with self._queues[hash(subject) % QUEUES]:
            known = self._ends.get(key) if click else None
            if known is not None:
                return known
            end = act()
            with self._lock:
                self._ends[key] = end
                while len(self._ends) > REMEMBERED:
                    self._ends.popitem(last=False)
            return end
