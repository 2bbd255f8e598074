"""Looks at the pages of a file: what is admitted, what each page shows. Runs in a process of its own (`child`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2

from dematfin.domain.paper.pages import Sight
from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.scanning.admission import Limits, admit, check_undamaged, digest, open_pdf
from dematfin.scanning.blanks import is_blank
from dematfin.scanning.pictures import Picture, Pictures
from dematfin.scanning.separators import Found, find_sheet

SPOILED: Final = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    ArithmeticError,
    RecursionError,
)
"""What a library raises on a page that is not as it should be: an object missing, another one in its place."""

NO_MEMORY: Final = "bad_alloc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to look for.

    Attributes:
        sheets: look for separator sheets; a file that holds one invoice has none.
        backs: tell the blank backs, on every second page.
        threshold, cells: what a blank is (see `blanks`).
    """

    sheets: bool = True
    patcht: bool = False
    backs: bool = False
    threshold: int = 45
    cells: int = 2


def inspect(path: Path, limits: Limits, watch: Watch, part: int = 0, parts: int = 1) -> Iterator[Sight]:
    """Yield what is seen on each page of one part of a file, out of `parts`.

    Raises:
        PaperRefused: the file, or one of its pages, is not admitted.
    """
    with open_pdf(path, limits) as pdf, Pictures(path, pdf) as pictures:
        count = len(pdf.pages)
        first, last = count * part // parts, count * (part + 1) // parts
        after_sheet = bool(first)  # what comes before is another part's: it may be a sheet
        for number in range(first, last):
            try:
                sight = _look(pdf, pictures, number, (limits, watch), after_sheet=after_sheet)
            except SPOILED as error:
                raise _spoiled(number + 1, error) from error
            after_sheet = sight.sheet is not None
            yield sight
        check_undamaged(pdf)


def _spoiled(page: int, error: Exception) -> PaperRefused:
    if NO_MEMORY in str(error):
        return PaperRefused(Reason.CRASH, f"La page {page} demande trop de mémoire. Baissez la résolution du copieur.")
    return PaperRefused(Reason.DAMAGED, f"La page {page} est abîmée. Refaites la numérisation.")


def _look(
    pdf: pikepdf.Pdf, pictures: Pictures, number: int, asked: tuple[Limits, Watch], *, after_sheet: bool
) -> Sight:
    """Look at one page, once it is admitted."""
    limits, watch = asked
    page = pdf.pages[number]
    admit(page, number + 1, limits)
    if not watch.sheets:
        return Sight(page=number + 1, digest=digest(page))
    small = pictures.small(number)
    found = find_sheet(pictures, number, small, patcht=watch.patcht)
    return Sight(
        page=number + 1,
        digest=digest(page, pictures.raw),
        sheet=found.sheet,
        rung=found.rung,
        turn=found.turn,
        suspicion=found.suspicion,
        ghost=found.ghost,
        blank=_blank(small, found, watch) if _matters(number, watch, after_sheet=after_sheet) else None,
    )


def _matters(number: int, watch: Watch, *, after_sheet: bool) -> bool:
    """Say whether the blankness of a page may change what it is: only that of a back does."""
    return bool(number % 2) and (watch.backs or after_sheet)


def _blank(small: Picture, found: Found, watch: Watch) -> bool:
    return found.sheet is None and is_blank(small.image, small.dpi, watch.threshold, watch.cells)
