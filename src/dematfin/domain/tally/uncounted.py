"""An event that could not be counted: put off so that it blocks no other, tried again at each run until it can be."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """One event put off.

    Attributes:
        id: its place in the journal, as text; `sequence`: the same.
        at: its instant; `about`: what it happened to.
        waiting: whether it is still to be counted.
    """

    id: str
    sequence: int
    at: datetime
    about: str
    waiting: bool = True


def uncounted_id(sequence: int) -> str:
    """Name it so that ids sort as the journal does."""
    return f"{sequence:012d}"
