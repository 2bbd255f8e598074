"""What happens to workers in the middle of a day: they are killed, the database is stopped at once."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from crash.syndicat import past
from crash.syndicat.cluster import Cluster
from crash.syndicat.crew import Crew
from dematfin.domain.unattended.run import DAY
from dematfin.store.engine import open_engine

ENDED: Final = text("SELECT collectivite, id, ended_at FROM run WHERE ended_at >= :since")
AT_WORK: Final = text("SELECT count(*) FROM dematfin_file.procrastinate_workers")
LANES: Final = 3
"""Of each worker."""
STEPS: Final = 15
"""That end in a day, the day itself counted."""
EVERY: Final = 0.2
LONG: Final = 1800
Mishap = tuple[float, Callable[[], None]]
"""The part of the day that is over when it happens, and what does."""


class NeverEnds(Exception):
    """What was waited for did not come."""


@dataclass(kw_only=True)
class Course:
    """What is done to the workers while the day goes on, at moments drawn at random: by steps ended, not by seconds."""

    cluster: Cluster
    crew: Crew
    chance: random.Random
    kills: int
    since: datetime = field(default_factory=past.PARIS.now)

    def mishaps(self) -> list[Mishap]:
        """Draw them."""
        drawn = [(self.chance.uniform(0.05, 0.85), self._kill) for _ in range(self.kills)]
        return sorted([*drawn, (self.chance.uniform(0.35, 0.6), self._power_cut)], key=lambda one: one[0])

    def live(self, chosen: Sequence[str]) -> None:
        """Let the day go on, with all that happens in it, until that of some communes has ended."""
        ahead = self.mishaps()
        self.until(lambda: len(self._undergo(ahead, chosen)) == 0 and self.are_done(chosen))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something."""
        limit = time.monotonic() + LONG
        while not holds():
            self._wait(limit)

    def _undergo(self, ahead: list[Mishap], chosen: Sequence[str]) -> list[Mishap]:
        """Do what is to be done by now, and return what is still ahead."""
        if ahead and len(self.ended()) >= ahead[0][0] * STEPS * len(chosen):
            ahead.pop(0)[1]()
        return ahead

    def _wait(self, limit: float) -> None:
        """Wait a moment; raises NeverEnds when there were too many."""
        if time.monotonic() > limit or self.crew.fallen():
            message = f"{self.crew.fallen()} {sorted(self.ended())} {self.crew.log.read_text(encoding='utf-8')[-9000:]}"
            raise NeverEnds(message)
        threading.Event().wait(EVERY)

    def ended(self) -> dict[tuple[str, str], datetime]:
        """Return when each step has ended, and each day, since the beginning."""
        with open_engine(self.cluster.url).connect() as connection:
            found = connection.execute(ENDED, {"since": self.since.isoformat()})
            return {(siret, key): datetime.fromisoformat(at) for siret, key, at in found}

    def at_work(self) -> int:
        """Return how many workers have begun to look for work."""
        try:
            with open_engine(self.cluster.url).connect() as connection:
                return int(connection.execute(AT_WORK).scalar_one()) // LANES
        except ProgrammingError:  # none has made the tables yet
            return 0

    def days(self) -> dict[str, datetime]:
        """Return when each day has ended."""
        return {siret: at for (siret, key), at in self.ended().items() if key == DAY}

    def are_done(self, chosen: Sequence[str]) -> bool:
        return not set(chosen) - self.days().keys()

    def _kill(self) -> None:
        self.crew.kill_one(self.chance)

    def _power_cut(self) -> None:
        self.cluster.stop_at_once()
        self.cluster.start()
