"""Intentions: what must be told to a neighbour, written before it is told.

An intention is committed with the change that calls for it. Telling it always begins by asking the neighbour what
it knows, so an intention found open after a crash is carried out like any other, and never twice.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

LONGEST_MOTIF: Final = 255
"""Characters that Chorus Pro keeps of a motif."""


class SupplierStatus(StrEnum):
    """The statuses of Chorus Pro that the ordonnateur sets; the comptable's are only read."""

    SERVICE_FAIT = "SERVICE_FAIT"
    MANDATEE = "MANDATEE"
    SUSPENDED = "SUSPENDUE"
    RECYCLED = "A_RECYCLER"
    REFUSED = "REJETEE"


class IntentionState(StrEnum):
    """What became of it."""

    OPEN = "OPEN"
    DONE = "DONE"
    REFUSED = "REFUSED"  # the neighbour says no: a person must look
    GIVEN_UP = "GIVEN_UP"  # not told in time, or taken back: the neighbour's picture differs, and a person knows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """One status to publish for one invoice.

    Attributes:
        id: `<remote id>:<episode>:<status>`; the same intention twice is one.
        sequence: order in which intentions were formed: a later one of the same invoice waits for the earlier.
        mandat: mandat number, with MANDATEE only.
        attempts: how many times it was tried; `outcome` is the neighbour's last word.
    """

    id: str
    sequence: int = 0
    invoice_id: str
    remote_id: str
    status: SupplierStatus
    motif: str = ""
    mandat: str = ""
    state: IntentionState = IntentionState.OPEN
    attempts: int = 0
    outcome: str = ""
    formed_at: datetime


def intention_id(remote_id: str, episode: int, status: SupplierStatus) -> str:
    """Name an intention by what it says, so that it cannot be formed twice."""
    return f"{remote_id}:{episode}:{status}"
