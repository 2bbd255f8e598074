"""A witness beside the base: how far its journal had gone when it was last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dematfin.domain.end import End


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen last, and when."""

    end: End
    at: datetime


class Witness(Protocol):
    """Remembers outside the base, so that a base put back to an older point is known for one."""

    def last(self) -> Seen | None:
        """Return what was seen last; None: nothing, or it cannot be read any more."""
        ...

    def keep(self, seen: Seen) -> None:
        """Remember what is seen now; where nothing can be written, nothing is remembered."""
        ...
