"""What is printed: letters to suppliers, separator sheets, visa slips, the mayor's book."""

from collections.abc import Callable, Sequence
from typing import IO, Protocol

from dematfin.domain.interruption import Interruption
from dematfin.domain.mandat.book import Book, Entry
from dematfin.domain.paper.notice import Notice
from dematfin.domain.paper.sheet import Sheet
from dematfin.domain.retention.written import Sheet as EliminationSheet
from dematfin.domain.visa.slip import Slip


class Letters(Protocol):
    """Writes PDF; the book, which is read on a screen first, is HTML."""

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

    def elimination(self, words: EliminationSheet) -> bytes:
        """Return the bordereau d'élimination as one HTML page, to be printed and signed; same words, same bytes."""
        ...

    def book(self, book: Book, draw: Callable[[Entry], bytes], sink: IO[bytes]) -> tuple[str, ...]:
        """Write the mayor's book as one HTML page; return, in French, why some first pages are missing.

        `draw` gives the first page of an entry as JPEG, or raises DocumentError or PaperRefused.
        """
        ...
