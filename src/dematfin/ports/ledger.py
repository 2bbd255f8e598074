"""The ledger: the only memory of the pipeline, and its queue."""

from collections.abc import Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, TypeVar

from dematfin.domain.defect import Defect, Thing
from dematfin.domain.end import End
from dematfin.domain.event import Event, Subject
from dematfin.domain.head import NOTHING, Head
from dematfin.ports.documents import Documents


class Record(Protocol):
    """Anything that the ledger keeps: a frozen dataclass with an `id`."""

    @property
    def id(self) -> str:
        """Return its key, unique for its kind within the collectivité."""
        ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A wish of `find`: a value from `low` to `high`, both included; None leaves that side open."""

    low: object | None = None
    high: object | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A wish of `find`: a text that holds another one, sign for sign; letters of both cases may count as one.

    Of a list of ids: the one of which this id is an element.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Ending:
    """A wish of `find`: a text that ends with another one, as `Holding`."""

    text: str


@dataclass(frozen=True, slots=True)
class All:
    """Several wishes of `find` on one attribute, which must all hold."""

    wishes: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEvent:
    """An event of the journal with its place in the hash chain."""

    sequence: int
    event: Event
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEvent:
    """An event as it is sealed: `hash` is the SHA-256 of `previous` followed by `content`, its canonical JSON."""

    sequence: int
    previous: str
    content: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """What a verification looked at, and what it found wrong.

    Attributes:
        events, seals: how many there are; `records`, `documents`: how many were compared.
        eliminated: documents that are away as they should be: how many, by visa.
        first: the first event that was judged, 1 unless only the end was looked at.
        head: what to write down, to verify against it later.
        defects: what is wrong, in the order of the chains, a limited number; `untold`: how many more there are.
    """

    events: int
    seals: int = 0
    records: int = 0
    documents: int = 0
    eliminated: Mapping[str, int] = field(default_factory=dict)
    first: int = 1
    head: Head = NOTHING
    defects: tuple[Defect, ...] = ()
    untold: int = 0

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.defects

    @property
    def broken_at(self) -> int:
        """The first event that is wrong, 0 when every link of the journal holds."""
        return min((one.sequence for one in self.defects if one.thing is Thing.EVENT), default=0)


class Books(Protocol):
    """The ledger inside one transaction: all is written, or nothing."""

    def get(self, kind: type[R], /, key: str) -> R:
        """Return one record, or raise UnknownRecord."""
        ...

    def find(self, kind: type[R], /, **where: object) -> tuple[R, ...]:
        """Return the records whose attributes equal `where`, by `id`.

        A tuple or a set means "one of"; `Between`, `Holding`, `Ending` and `All` say other wishes.
        """
        ...

    def last(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        """Return, of the records that `find` would return, the `count` with the greatest `by`, greatest first."""
        ...

    def first(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        """Return, of the records that `find` would return, the `count` with the smallest `by`, smallest first."""
        ...

    def total(self, kind: type[Record], /, of: str, **where: object) -> Decimal:
        """Return the sum of an amount in the records that `find` would return."""
        ...

    def count(self, kind: type[R], /, by: str, **where: object) -> dict[object, int]:
        """Return how many records `find` would return for each value of `by`; a value that none has is left out."""
        ...

    def save(self, *records: Record) -> None:
        """Insert or replace records of any kind."""
        ...

    def record(self, *events: Event) -> None:
        """Append events to the journal, in their order."""
        ...

    def index_text(self, key: str, text: str) -> None:
        """Let `find_text` find a key by the words of a text; a text given before under the same key is replaced."""
        ...

    def find_text(self, words: str, count: int) -> tuple[str, ...]:
        """Return the keys whose text has all these words, in any order; the last one may only begin a word.

        Case, accents, ligatures and signs count for nothing. The keys that were first indexed last come first, `count`
        of them at most; no word finds nothing.
        """
        ...

    def next_number(self, series: str, start: int = 0) -> int:
        """Return the number after the last one of a series, which begins after `start`; no gap, no repeat."""
        ...

    def pass_number(self, series: str, number: int) -> None:
        """Give no number of a series again that does not come after this one."""
        ...

    def check_turn(self, step: str, turn: str) -> None:
        """Raise ComeBackLater when a turn has lost its step: its holder was taken for dead, and another run has it."""
        ...


class Ledger(Protocol):
    """One collectivité's books."""

    def transaction(self) -> AbstractContextManager[Books]:
        """Open the books for writing; writers of one collectivité come one after the other."""
        ...

    def reading(self) -> AbstractContextManager[Books]:
        """Open the books for reading only."""
        ...

    def lease(self, step: str, holder: str) -> AbstractContextManager[str]:
        """Hold a step alone, or raise ComeBackLater with the holder and the time when it began.

        Yields its turn, which `Books.check_turn` knows as long as nobody has taken the step over.
        """
        ...

    def history(self, subject: Subject | None = None, keys: Sequence[str] = ()) -> tuple[WrittenEvent, ...]:
        """Return events, oldest first, of some subjects or of all."""
        ...

    def following(self, after: int, count: int) -> tuple[WrittenEvent, ...]:
        """Return the events that follow a place of the journal, oldest first, `count` at most."""
        ...

    def end(self) -> End:
        """Return the end of the journal; sequence 0 where nothing was ever written."""
        ...

    def head(self) -> Head:
        """Return the last seal: what to print, so that whoever keeps the paper can verify against it later."""
        ...

    def sealed(self, sequences: Sequence[int]) -> tuple[SealedEvent, ...]:
        """Return the events at some places of the journal as they are sealed, oldest first."""
        ...

    def named_elsewhere(self, fingerprints: Set[str]) -> frozenset[str]:
        """Return those of these documents that another collectivité of the same base names: they may be shared."""
        ...

    def verify_journal(
        self, *, documents: Documents | None = None, heads: Sequence[Head] = (), only_end: bool = False
    ) -> JournalReport:
        """Walk events and seals, and compare each record with its last seal.

        `documents`: read there again each one that a record names. `heads`: say whether the chain passes by them.
        `only_end`: of a long chain only what was written last, and the records that it names.

        Raises:
            ComeBackLater: the base, or the place of the documents, is away.
        """
        ...
