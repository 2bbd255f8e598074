"""A ledger in memory, with the same contract as the SQL one."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from dematfin.domain.end import End
from dematfin.domain.event import Event, Subject
from dematfin.domain.head import NOTHING, Head
from dematfin.domain.invoice.words import is_beginning, sought, words_of
from dematfin.domain.money import ZERO
from dematfin.errors import AlreadyRunning, ComeBackLater, UnknownRecord
from dematfin.ports.documents import Documents
from dematfin.ports.ledger import All, Between, Ending, Holding, JournalReport, Record, SealedEvent, WrittenEvent

R = TypeVar("R", bound=Record)


class FakeBooks:
    """One transaction, on copies that are kept only if it ends well."""

    def __init__(self, ledger: "FakeLedger") -> None:
        self.records = dict(ledger.records)
        self.series = dict(ledger.series)
        self.events = list(ledger.events)
        self.texts = dict(ledger.texts)
        self.turns = ledger.turns

    def get(self, kind: type[R], /, key: str) -> R:
        for found in self.find(kind, id=key):
            return found
        message = f"« {key} » n'existe pas dans le registre."
        raise UnknownRecord(message)

    def find(self, kind: type[R], /, **where: object) -> tuple[R, ...]:
        found = [record for (of, _), record in self.records.items() if of is kind and _matches(record, where)]
        return tuple(sorted(found, key=lambda record: record.id))

    def last(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        found = self.find(kind, **where)
        return tuple(sorted(found, key=lambda record: (getattr(record, by), record.id), reverse=True)[:count])

    def first(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        found = self.find(kind, **where)
        return tuple(sorted(found, key=lambda record: (getattr(record, by), record.id))[:count])

    def total(self, kind: type[Record], /, of: str, **where: object) -> Decimal:
        return sum((getattr(one, of) for one in self.find(kind, **where)), ZERO)

    def count(self, kind: type[R], /, by: str, **where: object) -> dict[object, int]:
        return dict(Counter(getattr(one, by) for one in self.find(kind, **where)))

    def save(self, *records: Record) -> None:
        for record in records:
            self.records[type(record), record.id] = record

    def record(self, *events: Event) -> None:
        for event in events:
            previous, sequence = self.events[-1].hash if self.events else "", len(self.events) + 1
            sealed = hashlib.sha256(f"{previous}{_content(sequence, event)}".encode()).hexdigest()
            self.events.append(WrittenEvent(sequence=sequence, event=event, hash=sealed))

    def index_text(self, key: str, text: str) -> None:
        self.texts[key] = words_of(text)

    def find_text(self, words: str, count: int) -> tuple[str, ...]:
        *whole, last = sought(words) or ("",)
        return tuple(
            key
            for key, said in reversed(self.texts.items())
            if last and set(whole) <= set(said) and any(_begins(one, last) for one in said)
        )[:count]

    def next_number(self, series: str, start: int = 0) -> int:
        self.series[series] = self.series.get(series, start) + 1
        return self.series[series]

    def pass_number(self, series: str, number: int) -> None:
        self.series[series] = max(self.series.get(series, number), number)

    def check_turn(self, step: str, turn: str) -> None:
        if self.turns.get(step) != turn:
            message = f"L'étape « {step} » a été reprise par un autre traitement."
            raise ComeBackLater(message)


class FakeLedger:
    """Everything in dictionaries."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime(2026, 3, 2, tzinfo=UTC)) -> None:
        self.records: dict[tuple[type[Any], str], Any] = {}
        self.series: dict[str, int] = {}
        self.events: list[WrittenEvent] = []
        self.texts: dict[str, tuple[str, ...]] = {}
        self.leases: dict[str, str] = {}
        self.turns: dict[str, str] = {}
        self._taken = count(1)
        self._turn = threading.RLock()
        self._now = now

    @contextmanager
    def transaction(self) -> Iterator[FakeBooks]:
        with self._turn:
            books = FakeBooks(self)
            yield books
            self.records, self.series, self.events = books.records, books.series, books.events
            self.texts = books.texts

    @contextmanager
    def reading(self) -> Iterator[FakeBooks]:
        yield FakeBooks(self)

    @contextmanager
    def lease(self, step: str, holder: str) -> Iterator[str]:
        if step in self.leases:
            message = f"L'étape « {step} » est déjà en cours ({self.leases[step]}, depuis {self._now():%H:%M})."
            raise AlreadyRunning(message)
        self.leases[step] = holder
        turn = self.turns[step] = f"{next(self._taken)}"
        try:
            yield turn
        finally:
            if self.turns.get(step) == turn:
                del self.leases[step], self.turns[step]

    def history(self, subject: Subject | None = None, keys: Sequence[str] = ()) -> tuple[WrittenEvent, ...]:
        return tuple(
            written
            for written in self.events
            if (subject is None or written.event.subject is subject) and (not keys or written.event.subject_id in keys)
        )

    def following(self, after: int, count: int) -> tuple[WrittenEvent, ...]:
        return tuple(self.events[after : after + count])

    def end(self) -> End:
        return End(genesis="0", sequence=len(self.events), hash=self.events[-1].hash if self.events else "")

    def head(self) -> Head:
        return Head(sequence=len(self.events), hash=self.events[-1].hash) if self.events else NOTHING

    def sealed(self, sequences: Sequence[int]) -> tuple[SealedEvent, ...]:
        return tuple(
            SealedEvent(
                sequence=one.sequence,
                previous=self.events[one.sequence - 2].hash if one.sequence > 1 else "",
                content=_content(one.sequence, one.event),
                hash=one.hash,
            )
            for one in self.events
            if one.sequence in sequences
        )

    def named_elsewhere(self, fingerprints: Set[str]) -> frozenset[str]:
        return frozenset()

    def verify_journal(
        self, *, documents: Documents | None = None, heads: Sequence[Head] = (), only_end: bool = False
    ) -> JournalReport:
        return JournalReport(events=len(self.events), head=self.head())


def _content(sequence: int, event: Event) -> str:
    data = json.dumps(event.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    said = {"sequence": sequence, "collectivite": "", "data": data} | {
        name: str(getattr(event, name)) for name in ("subject", "subject_id", "before", "after", "at", "by", "motif")
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _begins(word: str, last: str) -> bool:
    return word == last or (is_beginning(last) and word.startswith(last))


def _matches(record: object, where: dict[str, object]) -> bool:
    return all(_satisfies(getattr(record, name), wanted) for name, wanted in where.items())


def _satisfies(value: Any, wanted: Any) -> bool:
    match wanted:
        case All():
            return all(_satisfies(value, one) for one in wanted.wishes)
        case Between():
            return (
                value is not None
                and (wanted.low is None or value >= wanted.low)
                and (wanted.high is None or value <= wanted.high)
            )
        case Holding():
            return wanted.text in value if isinstance(value, tuple) else wanted.text.lower() in value.lower()
        case Ending():
            return bool(value.lower().endswith(wanted.text.lower()))
        case tuple() | list() | set() | frozenset():
            return value in wanted
        case _:
            return bool(value == wanted)
