"""How far the journal has been counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

JOURNAL: Final = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The last event that was counted, saved in the transaction that counts it.

    Attributes:
        at: when all of the journal had been counted: the cut-off of what figures say.
    """

    id: str = JOURNAL
    sequence: int = 0
    at: datetime
