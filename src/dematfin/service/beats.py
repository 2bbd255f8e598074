"""What the service does now, and what last went wrong in each collectivité: what a status server reads."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A run that goes on.

    Attributes:
        key: the day, or the key of a step.
    """

    collectivite: str
    name: str
    key: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The last thing that went wrong in a collectivité, until a run goes well again."""

    collectivite: str
    name: str
    at: datetime
    sentence: str


@dataclass
class Beats:
    """The state of the service, written by its threads, read by anybody.

    Attributes:
        running: what goes on, by collectivité.
        troubles: what last went wrong, by collectivité.
        beaten_at: when the scheduler last beat, on the monotonic clock; 0: never.
    """

    running: dict[str, Running] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    beaten_at: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def beat(self) -> None:
        """Note that the scheduler is alive, and its threads with it."""
        self.beaten_at = time.monotonic()

    def alive(self, within: float) -> bool:
        """Say whether it has beaten within so many seconds."""
        return time.monotonic() - self.beaten_at < within

    def began(self, running: Running) -> None:
        """Note a run."""
        with self._lock:
            self.running[running.collectivite] = running

    def ended(self, collectivite: str) -> None:
        """Note the end of a run."""
        with self._lock:
            self.running.pop(collectivite, None)

    def failed(self, trouble: Trouble) -> bool:
        """Note what went wrong; say whether it is news."""
        with self._lock:
            before = self.troubles.get(trouble.collectivite)
            if before and before.sentence == trouble.sentence:
                return False
            self.troubles[trouble.collectivite] = trouble
            return True

    def went_well(self, collectivite: str) -> None:
        """Forget what went wrong before, or with a collectivité that the configuration names no more."""
        with self._lock:
            self.troubles.pop(collectivite, None)

    def now_running(self) -> tuple[Running, ...]:
        """Return what goes on, oldest first."""
        with self._lock:
            return tuple(sorted(self.running.values(), key=lambda one: one.since))
