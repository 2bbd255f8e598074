"""Letters to suppliers."""

from typing import Protocol

from dematfin.domain.interruption import Interruption


class Letters(Protocol):
    """Writes letters as PDF."""

    def interruption(self, words: Interruption) -> bytes:
        """Return the notification that interrupts the legal delay."""
        ...
