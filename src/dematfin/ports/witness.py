"""A witness beside the base: how far its journal had gone when it was last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dematfin.domain.end import End


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen, and when: all that had happened by then is in a journal that passes through that end."""

    end: End
    at: datetime


class Witness(Protocol):
    """Remembers outside the base, so that a base put back to an older point is known for one."""

    def trail(self, genesis: str) -> tuple[Seen, ...]:
        """Return what was seen of a chain, the last sight of each day, in order; empty: nothing, or it is spoilt."""
        ...

    def keep(self, seen: Seen) -> None:
        """Remember what is seen now, beside what was seen of other chains; where nothing can be written, nothing is."""
        ...
