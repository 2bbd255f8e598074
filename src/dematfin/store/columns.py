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


class Cents(TypeDecorator[Decimal]):
    """An amount in whole cents; never a float."""

    impl = WHOLE
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Store cents."""
        return None if value is None else to_cents(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give euros back."""
        return None if value is None else from_cents(value)


class Flag(TypeDecorator[bool]):
    """Yes or no, as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: FBT001 - SQLAlchemy's
        """Store 0 or 1."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        """Give a boolean back."""
        return None if value is None else bool(value)


class Day(TypeDecorator[date]):
    """A legal day, `YYYY-MM-DD`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Store text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Give a date back."""
        return None if value is None else date.fromisoformat(value)


class Instant(TypeDecorator[datetime]):
    """An instant, UTC text of fixed width."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Store text."""
        return None if value is None else instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Give an aware instant back."""
        return None if value is None else datetime.fromisoformat(value)


class Word(TypeDecorator[StrEnum]):
    """One of our codes."""

    impl = Text
    cache_ok = True

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Store its value."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give the code back."""
        return None if value is None else self.codes(value)


class Nested(TypeDecorator[Any]):
    """A value of the domain that is not searched by, as canonical JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._read = remembering(annotation)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Store text."""
        return None if value is None else dumps(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        """Give the value back; thousands of rows come through here."""
        read = self._read
        return lambda value: None if value is None else read(value)


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
