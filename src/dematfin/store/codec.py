"""Records as text and back: every value of the domain has one canonical JSON form.

How a kind is written and read is worked out once: a run reads and writes thousands of rows.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

SCALARS: Final = frozenset({str, int, bool, type(None)})
"""What JSON has already: most of what a record holds."""
SHORT: Final = 1_000
"""Characters of a text that is worth remembering."""
CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
DECODER: Final = json.JSONDecoder()
Tell = Callable[[Any], Any]
"""What turns a value of some class into what JSON has."""


def dumps(value: object) -> str:
    """Return the canonical text of a value: sorted keys, no spaces, amounts as text with all their decimals."""
    return CANONICAL.encode(_plain(value))


def loads(kind: Any, text: str) -> Any:
    """Return the value of type `kind` (an annotation) that `text` describes."""
    return _reader(kind)(DECODER.decode(text))


def remembering(kind: Any) -> Callable[[str], Any]:
    """Return `loads` of one kind for many rows: they often say the same, of their creditor or of nothing at all."""
    read = _reader(kind)
    if get_origin(kind) in {dict, Mapping}:  # somebody might change it
        return lambda text: read(DECODER.decode(text))
    again = lru_cache(maxsize=1024)(lambda text: read(DECODER.decode(text)))
    return lambda text: again(text) if len(text) <= SHORT else read(DECODER.decode(text))


@cache
def hints(kind: type) -> dict[str, Any]:
    """Return the annotation of each field of a dataclass."""
    found = get_type_hints(kind)
    return {field.name: found[field.name] for field in fields(kind)}


def optional(kind: Any) -> Any | None:
    """Return X when the annotation is `X | None`, else None."""
    if get_origin(kind) in {Union, UnionType}:
        others = [part for part in get_args(kind) if part is not type(None)]
        return others[0] if len(others) < len(get_args(kind)) else None
    return None


def instant(value: datetime) -> str:
    """Return an instant as UTC text of fixed width, so that text order is time order."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def written(value: datetime | str) -> str:
    """Return an instant as a table keeps it, read or not."""
    return value if isinstance(value, str) else instant(value)


def telling(of_dataclass: Callable[[Any, Tell], Tell], amount: Tell) -> Tell:
    """Return what turns a value into what JSON has; for a class, how is worked out once.

    `of_dataclass` makes what tells the attributes of one, by the function that it is given; `amount` tells a Decimal.
    """

    def tell(value: Any) -> Any:
        kind: Any = type(value)
        return value if kind in SCALARS else writer(kind)(value)

    @cache
    def writer(kind: Any) -> Tell:
        if is_dataclass(kind):
            return of_dataclass(kind, tell)
        if issubclass(kind, Mapping):
            return lambda value: {str(key): tell(item) for key, item in value.items()}
        if issubclass(kind, frozenset | set):
            return lambda value: sorted(map(tell, value))
        if issubclass(kind, tuple | list):
            return lambda value: [tell(item) for item in value]
        return amount if issubclass(kind, Decimal) else _text_of(kind)

    return tell


def _whole(kind: Any, tell: Tell) -> Tell:
    names = tuple(field.name for field in fields(kind))
    return lambda value: {name: tell(getattr(value, name)) for name in names}


def _text_of(kind: type) -> Callable[[Any], Any]:
    """Return how a scalar is turned into the form that JSON has for it."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, datetime):
        return instant
    if issubclass(kind, date):
        return date.isoformat
    return _same


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return how what JSON has is turned into a value of an annotation."""
    if (inner := optional(kind)) is not None:
        read = _reader(inner)
        return lambda data: None if data is None else read(data)
    origin = get_origin(kind)
    if origin is not None:
        return _collection(origin, get_args(kind))
    if is_dataclass(kind):
        return _record(kind)
    if kind is datetime or kind is date:
        return kind.fromisoformat
    return _same if kind in {str, int, bool} else kind


def _record(kind: Any) -> Callable[[Any], Any]:
    def read(data: dict[str, Any]) -> Any:
        for name, reader in _to_read(kind):
            if name in data:
                data[name] = reader(data[name])
        return kind(**data)

    return read


@cache
def _to_read(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return what a kind holds that is not as JSON has it, worked out at its first row: it may hold its own kind."""
    readers = ((name, _reader(annotation)) for name, annotation in hints(kind).items())
    return tuple((name, reader) for name, reader in readers if reader is not _same)


def _collection(origin: Any, parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    if origin is tuple and parts[-1] is not Ellipsis:
        each = tuple(map(_reader, parts))
        return lambda data: tuple(read(item) for read, item in zip(each, data, strict=True))
    if origin in {tuple, frozenset}:
        item = _reader(parts[0])
        return lambda data: origin(map(item, data))
    value = _reader(parts[1])
    return lambda data: {key: value(item) for key, item in data.items()}


def _same(value: Any) -> Any:
    return value


_plain: Final = telling(_whole, str)
