"""What a record says, as one text and as one hash, whichever base keeps it.

Attributes that have the value which their class gives when nobody says anything are left out, in what a record holds
too: a version that only adds attributes changes no hash. For this, what a class gives by itself never changes.
"""

import hashlib
from dataclasses import MISSING, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from dematfin.store.codec import CANONICAL, Tell, telling

UNSAID: Final = object()
"""The default of an attribute that has none."""


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(record: object) -> str:
    """Return all that a record says: sorted keys, no spaces; amounts without the zeros that end them."""
    return CANONICAL.encode(_said(record))


def _but_defaults(kind: Any, tell: Tell) -> Tell:
    """Return how a class tells its attributes, worked out once."""
    names = tuple(field.name for field in fields(kind))
    silent = tuple(map(_default, fields(kind)))
    held = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def said(value: Any) -> dict[str, Any]:
        told = zip(names, silent, held(value), strict=True)
        return {name: tell(one) for name, default, one in told if one is not default and one != default}

    return said


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return UNSAID if field.default_factory is MISSING else field.default_factory()


def _amount(value: Decimal) -> str:
    """Return an amount alike whether it was read from cents or computed: 10 and 10.00 are the same."""
    return f"{value.normalize():f}" if value else "0"


_said: Final = telling(_but_defaults, _amount)
