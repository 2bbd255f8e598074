"""Column types that mean the same on SQLite and PostgreSQL: text and whole numbers only."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from dematfin.domain.money import from_cents, to_cents
from dematfin.store.codec import dumps, instant, optional, remembering

WHOLE = BigInteger().with_variant(Integer(), "sqlite")


class Kept(TypeDecorator[Any]):
    """A value written and read by one function each, called for every row: thousands come through here."""

    cache_ok = True
    write: Callable[[Any], str | int]
    read: Callable[[Any], Any]

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return how a value is stored."""
        write = self.write
        return lambda value: None if value is None else write(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return how it is given back."""
        read = self.read
        return lambda value: None if value is None else read(value)


class Cents(Kept):
    """An amount in whole cents; never a float."""

    impl = WHOLE
    cache_ok = True
    write = staticmethod(to_cents)
    read = staticmethod(from_cents)


class Flag(Kept):
    """Yes or no, as 1 or 0."""

    impl = Integer
    cache_ok = True
    write = int
    read = bool


class Day(Kept):
    """A legal day, `YYYY-MM-DD`."""

    impl = Text
    cache_ok = True
    write = staticmethod(date.isoformat)
    read = date.fromisoformat


class Instant(Kept):
    """An instant, UTC text of fixed width."""

    impl = Text
    cache_ok = True
    write = staticmethod(instant)
    read = datetime.fromisoformat


class Word(Kept):
    """One of our codes."""

    impl = Text
    cache_ok = True
    write = str

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes
        self.read = codes


class Nested(Kept):
    """A value of the domain that is not searched by, as canonical JSON."""

    impl = Text
    cache_ok = True
    write = staticmethod(dumps)

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self.read = remembering(annotation)


SIMPLE: dict[Any, TypeEngine[Any]] = {
    str: Text(),
    int: WHOLE,
    bool: Flag(),
    Decimal: Cents(),
    date: Day(),
    datetime: Instant(),
}


def column_type(annotation: Any) -> tuple[TypeEngine[Any], bool]:
    """Return the column type of an annotation, and whether it may be empty."""
    inner = optional(annotation)
    kind = annotation if inner is None else inner
    if kind in SIMPLE:
        return SIMPLE[kind], inner is not None
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Word(kind), inner is not None
    return Nested(kind), inner is not None
