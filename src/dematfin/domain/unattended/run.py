"""The last run of a step, or of a whole day, as the ledger keeps it: what a clock, a queue and a watchman ask."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

DAY: Final = "journee"
"""Key of the run of a whole day; the others are the keys of the steps."""
JOURNAL: Final = "journal"
"""Key of the run that is no step's: when the journal was last walked along, and what was found."""
FEW: Final = 5
"""Sentences of a run that are kept."""
SLOW: Final = timedelta(minutes=1)
"""A run that lasted longer waited on somebody else: the next one takes the slow lane, where it delays nobody."""
AHEAD: Final = timedelta(minutes=10)
"""How far the clocks of two machines may be from one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One step of a collectivité, or its whole day, as it was last run.

    Attributes:
        id: `DAY`, or the key of a step.
        began_at: when it last began, whoever asked for it.
        ended_at: when that run ended, well or not; None: it runs, or died.
        done_at: when a run last ended with nothing failed.
        position: of a day, the key of the step that comes next; empty: all were run.
        attempts: how often it has begun since it last ended: more than once, its process has died in it.
        aside_since: when it was given up because its process had died in it too often; None: it is run.
        failed: how many items of this run failed; `said`: the first of them, in French.
        failing_since: when the first of the runs that failed one after the other until now ended.
    """

    id: str
    began_at: datetime
    ended_at: datetime | None = None
    done_at: datetime | None = None
    position: str = ""
    attempts: int = 0
    aside_since: datetime | None = None
    failed: int = 0
    said: tuple[str, ...] = ()
    failing_since: datetime | None = None

    def begun(self, at: datetime, position: str = "") -> "Run":
        """Return it once it has begun again."""
        attempts = 1 if self.ended_at else self.attempts + 1
        return replace(self, began_at=at, ended_at=None, position=position, attempts=attempts, failed=0, said=())

    def told(self, failed: int, sentences: tuple[str, ...], *, first: bool = False) -> "Run":
        """Return it with what has failed since: how many items, and what is to be said of the first of them.

        `first`: that is said before what it says already, and is not what is left out.
        """
        said = (*sentences, *self.said) if first else (*self.said, *sentences)
        return replace(self, failed=self.failed + failed, said=said[:FEW])

    def moved(self, position: str) -> "Run":
        """Return a day that comes to its next step."""
        return replace(self, position=position)

    def ended(self, at: datetime) -> "Run":
        """Return it once it has ended."""
        ended = replace(self, ended_at=at, position="", attempts=0, aside_since=None)
        if self.failed:
            return replace(ended, failing_since=self.failing_since or at)
        return replace(ended, done_at=at, failing_since=None)

    def set_aside(self, at: datetime) -> "Run":
        """Return it once it has been given up: it waits for a person."""
        return replace(self, aside_since=self.aside_since or at)

    def relaunched(self) -> "Run":
        """Return it once a person has asked for it again: its deaths are forgotten."""
        return replace(self, attempts=0, aside_since=None)

    def has_begun_since(self, hour: datetime, now: datetime) -> bool:
        """Say whether it has answered an hour."""
        return self.began_at >= hour and not self.is_ahead(now)

    def is_ahead(self, now: datetime) -> bool:
        """Say whether it was dated before the clock was set back: nobody knows how long ago it began."""
        return self.began_at > now + AHEAD

    def keeps_dying(self, patience: int) -> bool:
        """Say whether it has begun so many times since it last ended."""
        return self.ended_at is None and self.attempts >= patience

    @property
    def was_cut_short(self) -> bool:
        """Say whether it has begun and neither ended nor been set aside: it runs, or its process has died in it."""
        return self.ended_at is None and self.aside_since is None

    @property
    def is_slow(self) -> bool:
        """Say whether its last run took so long that the next one should delay nobody."""
        return self.ended_at is not None and self.ended_at - self.began_at > SLOW
