"""Together: the same small thing done to each of many, some in one transaction, for a commit costs more than they do.

What cannot be done holds nobody up: its companions and itself are then done one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally, attempted

SOME: Final = 16
"""Of one transaction: a person who acts meanwhile waits for so many at most, and a crash undoes so many."""

T = TypeVar("T")
R = TypeVar("R")


def nothing(books: Books, items: object) -> None:
    """Read nothing ahead."""


def together(
    app: App,
    items: Iterable[T],
    do: Callable[[Books, T], R],
    tally: Tally,
    label: Callable[[T], str],
    ahead: Callable[[Books, Sequence[T]], None] = nothing,
) -> Iterator[tuple[T, R]]:
    """Yield what has been done, once it is written down; what failed is in the tally, with its label.

    `do` only writes to the books that it is given: it may be undone, and done again. `ahead` asks the books at once
    for what `do` will want of each: a transaction reads a record once.
    """
    remaining = iter(items)
    while some := list(islice(remaining, SOME)):
        with attempted() as wrong, app.ledger.transaction() as books:
            ahead(books, some)
            done = [(one, do(books, one)) for one in some]
        if not wrong:
            yield from done
            continue
        for one in some:
            with tally.item(label(one)):
                with app.ledger.transaction() as books:
                    alone = do(books, one)
                yield one, alone
