"""Books in which every table has two rows, all attributes said; each document that they name is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count
from types import UnionType
from typing import Any, Final, Protocol, Union, get_args, get_origin

from sqlalchemy import Engine

import examples
from contracts.ledger import event
from dematfin.domain.document import DocumentRef
from dematfin.store.codec import hints
from dematfin.store.ledger import SqlLedger
from dematfin.store.tables import RECORDS

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEEP: Final = 5
TWICE: Final = ("A", "B")


class Keeps(Protocol):
    """Where documents are put."""

    def put(self, data: bytes) -> DocumentRef:
        """Keep bytes."""
        ...


class Filler:
    """Makes values of any annotation: two that follow each other are never alike, and no default is among them."""

    def __init__(self, documents: Keeps | None = None, first: int = 1) -> None:
        self._documents = documents
        self._numbers = count(first)

    def record(self, kind: Any, key: str) -> Any:
        """Return a record that says everything."""
        return kind(**{name: key if name == "id" else self.value(one) for name, one in hints(kind).items()})

    def value(self, annotation: Any, depth: int = 0) -> Any:
        """Return a value."""
        if get_origin(annotation) in {Union, UnionType}:
            inner = next(one for one in get_args(annotation) if one is not type(None))
            return self.value(inner, depth) if depth < DEEP else None
        if get_origin(annotation) is not None:
            return self._many(get_origin(annotation), get_args(annotation), depth + 1)
        if annotation is DocumentRef and self._documents:
            return self._documents.put(f"document {next(self._numbers)}".encode() * 40)
        if is_dataclass(annotation):
            kind: Any = annotation
            return kind(**{name: self.value(one, depth + 1) for name, one in hints(kind).items()})
        return self._scalar(annotation)

    def _many(self, origin: Any, parts: tuple[Any, ...], depth: int) -> Any:
        if issubclass(origin, Mapping):
            return {} if depth > DEEP else {f"clé {next(self._numbers)}": self.value(parts[1], depth)}
        if origin is tuple and parts[-1] is not Ellipsis:
            return tuple(self.value(one, depth) for one in parts)
        return origin([] if depth > DEEP else [self.value(parts[0], depth)])

    def _scalar(self, annotation: Any) -> Any:
        number = next(self._numbers)
        if issubclass(annotation, Enum):
            return list(annotation)[number % len(annotation)]
        made: dict[Any, Any] = {
            str: f"mot {number}",
            int: number,
            bool: bool(number % 2),
            Decimal: Decimal(number) / 4,
            datetime: NOW + timedelta(hours=number),
            date: NOW.date() + timedelta(days=number),
        }
        return made[annotation]


def fill(engine: Engine, documents: Keeps) -> SqlLedger:
    """Return books in a base; each record is of a transaction of its own, with an event."""
    ledger, filler = SqlLedger(engine, examples.COMMUNE, lambda: NOW), Filler(documents)
    for kind in RECORDS:
        for key in TWICE:
            with ledger.transaction() as books:
                books.save(filler.record(kind, key))
                books.record(replace(event(), subject_id=f"{kind.__name__} {key}"))
    for series in TWICE:
        with ledger.transaction() as books:
            books.next_number(series)
    return ledger


def named(record: Any) -> Iterator[tuple[str, DocumentRef]]:
    """Yield the attributes of a record that name documents."""
    kind: Any = type(record)
    for name in hints(kind):
        yield from ((name, one) for one in _refs(getattr(record, name)))


def _refs(value: Any) -> Iterator[DocumentRef]:
    if isinstance(value, DocumentRef):
        yield value
    elif is_dataclass(value):
        yield from (one for _, one in named(value))
    elif isinstance(value, tuple | list | frozenset):
        yield from (one for item in value for one in _refs(item))
    elif isinstance(value, Mapping):
        yield from (one for item in value.values() for one in _refs(item))
