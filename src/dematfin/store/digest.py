"""What a record says, as one text and as one hash, whichever base keeps it.

Attributes that have the value which their class gives when nobody says anything are left out, in what a record holds
too: a version that only adds attributes changes no hash. For this, what a class gives by itself never changes.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Final

from dematfin.store.codec import CANONICAL, SCALARS, instant

UNSAID: Final = object()
"""The default of an attribute that has none."""


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(record: object) -> str:
    """Return all that a record says: sorted keys, no spaces; amounts without the zeros that end them."""
    return CANONICAL.encode(_said(record))


def _said(value: Any) -> Any:
    kind: Any = type(value)
    return value if kind in SCALARS else _writer(kind)(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    if is_dataclass(kind):
        return _of_dataclass(kind)
    if issubclass(kind, Mapping):
        return lambda value: {str(key): _said(item) for key, item in value.items()}
    if issubclass(kind, frozenset | set):
        return lambda value: sorted(map(_said, value))
    if issubclass(kind, tuple | list):
        return lambda value: [_said(item) for item in value]
    return _of_scalar(kind)


def _of_scalar(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Decimal):
        return _amount
    if issubclass(kind, datetime):
        return instant
    if issubclass(kind, date):
        return date.isoformat
    return str


def _of_dataclass(kind: Any) -> Callable[[Any], Any]:
    """Return how a class tells its attributes, worked out once."""
    names = tuple(field.name for field in fields(kind))
    silent = tuple(map(_default, fields(kind)))
    held = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def said(value: Any) -> dict[str, Any]:
        told = zip(names, silent, held(value), strict=True)
        return {name: _said(one) for name, default, one in told if one is not default and one != default}

    return said


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return UNSAID if field.default_factory is MISSING else field.default_factory()


def _amount(value: Decimal) -> str:
    """Return an amount alike whether it was read from cents or computed: 10 and 10.00 are the same."""
    return f"{value.normalize():f}" if value else "0"
