"""Reading a list to its end, whatever Chorus Pro says, or does not say, of its pages."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from dematfin.chorus.wire.base import Wire, number

W = TypeVar("W", bound=Wire)


def every(ask: Callable[[int], tuple[list[W], Any]]) -> Iterator[W]:
    """Yield each row once; `ask(page)` returns the rows of a page, from 1, and the announced count of pages.

    That count may be null or nought, and the size of a page less than what was asked for: without it, only a page
    that brings nothing new is the last one.
    """
    seen: set[W] = set()
    page = 1
    while True:
        rows, announced = ask(page)
        fresh = [row for row in dict.fromkeys(rows) if row not in seen]
        seen.update(fresh)
        yield from fresh
        if not rows or _last(page, number(announced), fresh):
            return
        page += 1


def _last(page: int, pages: int | None, fresh: list[W]) -> bool:
    return page >= pages if pages else not fresh
