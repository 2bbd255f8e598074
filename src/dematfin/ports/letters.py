"""What is printed: letters to suppliers, separator sheets, visa slips."""

from collections.abc import Sequence
from typing import Protocol

from dematfin.domain.interruption import Interruption
from dematfin.domain.paper.notice import Notice
from dematfin.domain.paper.sheet import Sheet
from dematfin.domain.visa.slip import Slip


class Letters(Protocol):
    """Writes PDF."""

    def interruption(self, words: Interruption) -> bytes:
        """Return the notification that interrupts the legal delay."""
        ...

    def notice(self, words: Notice) -> bytes:
        """Return a letter about a paper invoice."""
        ...

    def sheets(self, sheets: Sequence[tuple[Sheet, str]]) -> bytes:
        """Return one page for each separator sheet, with the label of its service."""
        ...

    def slip(self, words: Slip) -> bytes:
        """Return a visa slip; the same words give the same bytes."""
        ...
