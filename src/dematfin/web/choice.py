"""Which pages of a batch somebody has chosen: those of the screen, and those of the others, which travel along."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData

from dematfin.domain.paper.pages import Page, Verdict
from dematfin.domain.paper.sheet import Mark
from dematfin.errors import RuleError
from dematfin.web.forms import text, texts

AT_A_TIME: Final = 40
"""Pages of one screen."""
DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where invoices begin without a sheet, and which pages are sheets that nobody read."""

    starts: frozenset[int]
    sheets: frozenset[int]

    @classmethod
    def of(cls, form: FormData) -> "Choice":
        """Return what a form says; raises RuleError when it is none of ours."""
        starts = _numbers(texts(form, "debut")) | _numbers(text(form, "debuts").split(","))
        return cls(starts=starts, sheets=_numbers(texts(form, "feuille")) | _numbers(text(form, "feuilles").split(",")))

    @classmethod
    def made(cls, pages: Sequence[Page]) -> "Choice":
        """Return what a person has chosen already: sheets that no reader saw, invoices that no sheet announces."""
        starts = [page.page for before, page in _pairs(pages) if page.piece and page.piece != before]
        announced = frozenset(first for first in starts if _is_announced(pages, first))
        named = (page.page for page in pages if page.verdict is Verdict.SEPARATOR and not page.mark)
        return cls(starts=frozenset(starts) - announced, sheets=frozenset(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Some pages of a batch, from 1."""

    number: int
    pages: int

    @property
    def last(self) -> int:
        """The number of screens."""
        return max(1, -(-self.pages // AT_A_TIME))

    @property
    def shown(self) -> range:
        """The pages on it."""
        here = min(max(self.number, 1), self.last)
        return range((here - 1) * AT_A_TIME + 1, min(here * AT_A_TIME, self.pages) + 1)

    def others(self) -> list[tuple[int, range]]:
        """Return each screen, with its pages."""
        return [(number, Screen(number=number, pages=self.pages).shown) for number in range(1, self.last + 1)]

    def elsewhere(self, chosen: Iterable[int]) -> str:
        """Write the chosen pages that are on other screens."""
        return ",".join(str(page) for page in sorted(chosen) if page not in self.shown)


def number(words: str) -> int:
    """Return a small number; raises RuleError."""
    if not words.isascii() or not words.isdecimal() or len(words) > DIGITS:
        message = f"« {words[:20]} » n'est pas un numéro de page."
        raise RuleError(message)
    return int(words)


def _numbers(words: Iterable[str]) -> frozenset[int]:
    return frozenset(number(one.strip()) for one in words if one.strip())


def _pairs(pages: Sequence[Page]) -> list[tuple[int, Page]]:
    """Return each page of a document with the document of the page of content before it."""
    pieces, found = 0, []
    for page in pages:
        found.append((pieces, page))
        pieces = page.piece or pieces
    return found


def _is_announced(pages: Sequence[Page], first: int) -> bool:
    """Say whether a sheet, or the beginning of the batch, announces the document that begins on a page."""
    for page in reversed(pages[: first - 1]):
        if page.verdict is Verdict.CONTENT:
            return False
        if page.verdict is Verdict.SEPARATOR and page.mark != Mark.ANNEX:
            return True
    return True
