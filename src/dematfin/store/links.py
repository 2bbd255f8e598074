"""One chain walked to its head: what was changed, taken out, put in or moved is told, and the walk goes on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dematfin.domain.defect import Defect, Thing, Wrong
from dematfin.store.raw import moment

Row = Mapping[str, Any]
Fold = Callable[[str, Row], str]
FEW: Final = 20
"""Links in doubt of which it is sought whether they were moved, or stand beside one that was."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """What is known of a chain so far.

    Attributes:
        fold: gives the hash of a row from the hash before it.
        about: says in French what a row is about.
        last: number of the last link that was seen; `hash`: its hash, None when the next one cannot be judged by it.
    """

    thing: Thing
    fold: Fold
    about: Callable[[Row], tuple[str, ...]]
    last: int
    hash: str | None
    found: list[Defect] = field(default_factory=list)
    _doubted: list[tuple[Row, str]] = field(default_factory=list)

    def step(self, row: Row) -> None:
        """Judge the next link."""
        if row["sequence"] <= self.last:
            self._tell(Wrong.ADDED, row)
            return
        if row["sequence"] > self.last + 1:
            self._gap(row["sequence"] - 1)
        if self.hash is not None and row["hash"] != self.fold(self.hash, row):
            self._doubted.append((row, self.hash))
        self.last, self.hash = row["sequence"], str(row["hash"])

    def end(self, sequence: int, head: str) -> tuple[Defect, ...]:
        """Compare with the head that was kept apart; return all that is wrong."""
        for row, before in self._doubted:
            self._conclude(row, before)
        self._compare(sequence, head)
        return tuple(sorted(self.found, key=lambda one: one.sequence))

    def _compare(self, sequence: int, head: str) -> None:
        if (self.last, self.hash or "") == (sequence, head):
            return
        if self.hash == head or (self.last == sequence and not self.found):
            self.found.append(Defect(thing=Thing.CHAIN, wrong=Wrong.CHANGED))
        elif self.last < sequence:
            self._gap(sequence)
        elif self.last > sequence:
            added = Defect(thing=self.thing, wrong=Wrong.ADDED, sequence=sequence + 1, until=self.last)
            self.found.append(added)

    def _gap(self, until: int) -> None:
        self.found.append(Defect(thing=self.thing, wrong=Wrong.REMOVED, sequence=self.last + 1, until=until))
        self.hash = None

    def _conclude(self, row: Row, before: str) -> None:
        """A link that does not follow was changed, or moved; or it is whole, and the one before it is not."""
        if len(self._doubted) > FEW:
            self._tell(Wrong.CHANGED, row)
            return
        known = set(self._hashes())
        if any(self.fold(one, row) == row["hash"] for one in known - {before}):
            return
        place = next(self._places(row, known), 0)
        self._tell(Wrong.MOVED if place else Wrong.CHANGED, row, str(place or ""))

    def _places(self, row: Row, known: set[str]) -> Iterator[int]:
        """Yield the other number under which a link holds."""
        for other, _ in self._doubted:
            moved = {**row, "sequence": other["sequence"]}
            if other is not row and any(self.fold(one, moved) == row["hash"] for one in known):
                yield other["sequence"]

    def _hashes(self) -> Iterator[str]:
        """Yield the hashes that may have stood before a link in doubt."""
        for row, before in self._doubted:
            yield from (before, str(row["hash"]), self.fold(before, row))

    def _tell(self, wrong: Wrong, row: Row, known_as: str = "") -> None:
        self.found.append(
            Defect(
                thing=self.thing,
                wrong=wrong,
                id=known_as,
                sequence=row["sequence"],
                at=moment(row["at"]),
                about=self.about(row),
            )
        )
