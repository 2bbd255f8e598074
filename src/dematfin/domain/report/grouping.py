"""Facts put in groups: what weighs most first, all the rest in one line, so that parts still make the whole."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeAlias, TypeVar

from dematfin.domain.report.table import Cell

T = TypeVar("T")
Labels: TypeAlias = tuple[str, ...]
Weight: TypeAlias = tuple[Decimal | int, ...]
Figures: TypeAlias = Callable[[Sequence[T]], tuple[Cell, ...]]

MOST: Final = 20
"""Lines of a long table that are told one by one."""
UNTOLD: Final = "(non précisé)"
NO_SERVICE: Final = "(sans service)"


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Facts of one line, and the words that begin it."""

    labels: Labels
    items: tuple[T, ...]


def grouped(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Put together what has the same key, in the order of keys."""
    found: dict[str, list[T]] = {}
    for one in items:
        found.setdefault(key(one), []).append(one)
    return dict(sorted(found.items()))


def groups(
    items: Iterable[T],
    key: Callable[[T], Labels],
    *,
    shown: Callable[[T], Labels] | None = None,
    weight: Callable[[Sequence[T]], Weight] = lambda items: (len(items),),
) -> tuple[Group[T], ...]:
    """Return the groups that weigh most, then the others as one; those that weigh nothing are told with the others.

    `shown`: what a group is called, where that is not its key (a firm has one SIREN and writes its name in two ways).
    """
    found: dict[Labels, list[T]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    named = [(weight(some), _usual(some, shown, labels), labels, some) for labels, some in found.items()]
    named.sort(key=lambda one: ([-part for part in one[0]], *one[1:3]))
    first = [one for one in named[:MOST] if any(one[0])]
    rest = named[len(first) :]
    told = [Group(tuple(word or UNTOLD for word in words), tuple(some)) for _, words, _, some in first]
    return (*told, *_others([some for *_, some in rest], len(rest[0][1]) if rest else 0))


def _others(rest: Sequence[Sequence[T]], width: int) -> tuple[Group[T], ...]:
    if not rest:
        return ()
    labels = (f"autres ({len(rest)})", *("" for _ in range(width - 1)))
    return (Group(labels, tuple(item for some in rest for item in some)),)


def _usual(items: Sequence[T], shown: Callable[[T], Labels] | None, key: Labels) -> Labels:
    """Return the most frequent name, the first in the alphabet of those; the key where no fact tells one."""
    if shown is None:
        return key
    counted = Counter(map(shown, items))
    told = [words for words in counted if any(words)]
    unnamed = (*key, *("" for _ in range(len(shown(items[0])) - len(key))))
    return min(told, key=lambda words: (-counted[words], words), default=unnamed)


def lines(found: Iterable[Group[T]], figures: Figures[T]) -> tuple[tuple[Cell, ...], ...]:
    """Return one row a group: its words, then its figures."""
    return tuple((*group.labels, *figures(group.items)) for group in found)


def whole(items: Sequence[T], figures: Figures[T], width: int = 1) -> tuple[Cell, ...] | None:
    """Return the last line, computed on all the facts at once; None where there are none."""
    return ("Total", *("" for _ in range(width - 1)), *figures(items)) if items else None
