"""Records as text and back: every value of the domain has one canonical JSON form."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

SCALARS: Final = frozenset({str, int, bool, type(None)})
"""What JSON has already: most of what a record holds."""


def dumps(value: object) -> str:
    """Return the canonical text of a value: sorted keys, no spaces, amounts as text with all their decimals."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(kind: Any, text: str) -> Any:
    """Return the value of type `kind` (an annotation) that `text` describes."""
    return _typed(kind, json.loads(text))


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


def _plain(value: Any) -> Any:
    if type(value) in SCALARS:
        return value
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(_plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return _text(value)


def _text(value: Any) -> Any:
    """Return a scalar in the form that JSON has for it."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _typed(kind: Any, data: Any) -> Any:
    if (inner := optional(kind)) is not None:
        return None if data is None else _typed(inner, data)
    origin = get_origin(kind)
    if origin is not None:
        return _collection(origin, get_args(kind), data)
    if is_dataclass(kind):
        known = hints(kind)  # type: ignore[arg-type]  # a class, since it comes from an annotation
        return kind(**{name: _typed(known[name], item) for name, item in data.items()})  # type: ignore[operator]  # idem
    return _scalar(kind, data)


def _collection(origin: Any, parts: tuple[Any, ...], data: Any) -> Any:
    if origin is tuple and parts[-1] is not Ellipsis:
        return tuple(_typed(part, item) for part, item in zip(parts, data, strict=True))
    if origin in {tuple, frozenset}:
        return origin(_typed(parts[0], item) for item in data)
    return {key: _typed(parts[1], item) for key, item in data.items()}


def _scalar(kind: Any, data: Any) -> Any:
    if kind is datetime or kind is date:
        return kind.fromisoformat(data)
    return data if kind in {str, int, bool} else kind(data)
