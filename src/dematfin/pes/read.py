"""Reading PES files: values by local name, since some senders put children in a namespace."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.domain import money
from dematfin.support.xml import local_name

WHOLE: Final = re.compile("[0-9]{1,12}", re.ASCII)
TRUE: Final = frozenset({"1", "true"})


def child(element: Any, path: str) -> Any | None:
    """Return the first descendant along a path of local names, or None."""
    for name in path.split("/"):
        element = next(children(element, name), None) if element is not None else None
    return element


def children(element: Any, name: str) -> Iterator[Any]:
    """Yield the children of a local name."""
    return (one for one in element if local_name(one) == name)


def value(element: Any, path: str) -> str:
    """Return the attribute `V` at a path, or an empty text."""
    found = child(element, path)
    return "" if found is None else (found.get("V") or "").strip()


def whole(element: Any, path: str) -> int:
    """Return a whole number, 0 when it is absent or unreadable."""
    text = value(element, path)
    return int(text) if WHOLE.fullmatch(text) else 0


def yes(element: Any, path: str) -> bool:
    """Return a boolean, which may be written 1 or true."""
    return value(element, path).lower() in TRUE


def day(element: Any, path: str) -> date | None:
    """Return a date, or None when it is absent or unreadable."""
    try:
        return date.fromisoformat(value(element, path)[:10])
    except ValueError:
        return None


def amount(element: Any, path: str) -> Decimal:
    """Return an amount, 0 when it is absent or unreadable."""
    try:
        return money.parse(value(element, path))
    except ValueError:
        return money.ZERO
