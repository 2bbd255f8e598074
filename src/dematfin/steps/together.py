"""Together: the same small thing done to each of many, some in one transaction, for a commit costs more than they do.

What cannot be done holds nobody up: its companions and itself are then done one by one.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally

SOME: Final = 16
"""Of one transaction: a person who acts meanwhile waits for so many at most, and a crash undoes so many."""

T = TypeVar("T")
R = TypeVar("R")


def together(
    app: App, items: Iterable[T], do: Callable[[Books, T], R], tally: Tally, label: Callable[[T], str]
) -> Iterator[tuple[T, R]]:
    """Yield what has been done, once it is written down; what failed is in the tally, with its label.

    `do` only writes to the books that it is given: it may be undone, and done again.
    """
    remaining = iter(items)
    while some := list(islice(remaining, SOME)):
        attempt = Tally(tally.step)
        with attempt.item("ensemble"):
            done = _in_one(app, some, do)
        if not attempt.outcome().failures:
            yield from done
            continue
        for one in some:
            with tally.item(label(one)):
                yield from _in_one(app, [one], do)


def _in_one(app: App, items: list[T], do: Callable[[Books, T], R]) -> list[tuple[T, R]]:
    with app.ledger.transaction() as books:
        return [(one, do(books, one)) for one in items]
