"""Reading a list to its end, whatever Chorus Pro says, or does not say, of its pages."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from dematfin.chorus.wire.base import Wire, number
from dematfin.errors import BadAnswer

MOST_PAGES: Final = 10_000
"""Five million invoices, at five hundred a page: beyond, a list is not one that ends."""
W = TypeVar("W", bound=Wire)


def every(ask: Callable[[int], tuple[list[W], Any]]) -> Iterator[W]:
    """Yield each row once; `ask(page)` returns the rows of a page, from 1, and the announced count of pages.

    That count may be null or nought, and the size of a page less than what was asked for: without it, only a page
    that brings nothing new is the last one.

    Raises:
        BadAnswer: it never ends.
    """
    seen: set[W] = set()
    for page in range(1, MOST_PAGES + 1):
        rows, announced = ask(page)
        fresh = [row for row in dict.fromkeys(rows) if row not in seen]
        seen.update(fresh)
        yield from fresh
        if not rows or _last(page, number(announced), fresh):
            return
    message = f"Chorus Pro : une liste ne se termine pas ({MOST_PAGES} pages lues). Relancez plus tard."
    raise BadAnswer(message)


def _last(page: int, pages: int | None, fresh: list[W]) -> bool:
    return page >= pages if pages else not fresh
