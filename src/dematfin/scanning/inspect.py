"""Looks at the pages of a file: what is admitted, what each page shows. Runs in a process of its own (`child`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dematfin.domain.paper.pages import Sight
from dematfin.scanning.admission import Limits, admit, check_undamaged, digest, open_pdf
from dematfin.scanning.blanks import is_blank
from dematfin.scanning.pictures import Picture, Pictures
from dematfin.scanning.separators import Found, find_sheet


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
            page = pdf.pages[number]
            admit(page, number + 1, limits)
            seal = digest(page)
            if not watch.sheets:
                yield Sight(page=number + 1, digest=seal)
                continue
            small = pictures.small(number)
            found = find_sheet(pictures, number, small, patcht=watch.patcht)
            blank = _blank(small, found, watch) if _matters(number, watch, after_sheet=after_sheet) else None
            after_sheet = found.sheet is not None
            yield _sight(number + 1, seal, found, blank)
        check_undamaged(pdf)


def _matters(number: int, watch: Watch, *, after_sheet: bool) -> bool:
    """Say whether the blankness of a page may change what it is: only that of a back does."""
    return bool(number % 2) and (watch.backs or after_sheet)


def _blank(small: Picture, found: Found, watch: Watch) -> bool:
    return found.sheet is None and is_blank(small.image, small.dpi, watch.threshold, watch.cells)


def _sight(page: int, seal: str, found: Found, blank: bool | None) -> Sight:  # noqa: FBT001 - a fact, not a switch
    return Sight(
        page=page,
        digest=seal,
        sheet=found.sheet,
        rung=found.rung,
        turn=found.turn,
        suspicion=found.suspicion,
        ghost=found.ghost,
        blank=blank,
    )
