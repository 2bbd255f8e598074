"""What is printed: the letter that interrupts the legal delay, the other letters, sheets, visa slips, books.

What draws one is loaded when it is asked for.
"""

from collections.abc import Callable, Sequence
from typing import IO

from dematfin.domain.interruption import Interruption
from dematfin.domain.mandat.book import Book, Entry
from dematfin.domain.paper.notice import Notice
from dematfin.domain.paper.sheet import Sheet
from dematfin.domain.retention.written import Sheet as EliminationSheet
from dematfin.domain.visa.slip import Slip


class PdfLetters:
    """Implements ports.letters.Letters."""

    def interruption(self, words: Interruption) -> bytes:
        """Return the letter; it takes effect on its receipt, or on the day of the status in Chorus Pro, which sends it.

        The same words give the same bytes.
        """
        from dematfin.reports.interruption import interruption_pdf  # noqa: PLC0415 - heavy, and only here

        return interruption_pdf(words)

    def notice(self, words: Notice) -> bytes:
        """Return a letter about a paper invoice."""
        from dematfin.reports.notice import notice_pdf  # noqa: PLC0415 - heavy, and only here

        return notice_pdf(words)

    def sheets(self, sheets: Sequence[tuple[Sheet, str]]) -> bytes:
        """Return separator sheets."""
        from dematfin.reports.layout import drawable  # noqa: PLC0415 - heavy, and only here
        from dematfin.reports.sheets import sheets_pdf  # noqa: PLC0415 - idem

        return sheets_pdf([(sheet, drawable(label)) for sheet, label in sheets])

    def slip(self, words: Slip) -> bytes:
        """Return a visa slip."""
        from dematfin.reports.slip import slip_pdf  # noqa: PLC0415 - heavy, and only here

        return slip_pdf(words)

    def elimination(self, words: EliminationSheet) -> bytes:
        """Return the bordereau d'élimination."""
        from dematfin.reports.elimination import elimination_page  # noqa: PLC0415 - heavy, and only here

        return elimination_page(words)

    def book(self, book: Book, draw: Callable[[Entry], bytes], sink: IO[bytes]) -> tuple[str, ...]:
        """Write the mayor's book."""
        from dematfin.reports.book import write  # noqa: PLC0415 - heavy, and only here

        return write(book, draw, sink)
