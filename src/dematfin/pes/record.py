"""One element of an answer, looked through once: a year of mandats is read in little more than the time of its parse.

Names are local names, since some senders put children in a namespace; a name that is there twice keeps its first value.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.domain import money

WHOLE: Final = re.compile("[0-9]{1,18}", re.ASCII)
DAY: Final = 10
BOOLEANS: Final = {"1": True, "true": True, "0": False, "false": False}


class Record:
    """What an element says: the attribute `V` of its children, and the children that have others below."""

    __slots__ = ("_below", "_said")

    def __init__(self, element: Any) -> None:
        self._said: dict[str, str] = {}
        self._below: dict[str, list[Any]] = {}
        for one in element:
            tag = one.tag
            if not isinstance(tag, str):  # a comment
                continue
            name = tag.rpartition("}")[2]
            value = one.get("V")
            if value is None:
                self._below.setdefault(name, []).append(one)
            else:
                self._said.setdefault(name, value.strip())

    def all(self, name: str) -> "Iterator[Record]":
        """Look through the children of a name."""
        return map(Record, self._below.get(name, ()))

    def one(self, name: str) -> "Record":
        """Look through the first child of a name; one that says nothing when there is none."""
        return Record(next(iter(self._below.get(name, ())), ()))

    def text(self, name: str) -> str:
        """Return a text, empty when it is absent."""
        return self._said.get(name, "")

    def whole(self, name: str) -> int | None:
        """Return a whole number, None when it is absent or unreadable."""
        text = self._said.get(name, "")
        return int(text) if WHOLE.fullmatch(text) else None

    def flag(self, name: str) -> bool | None:
        """Return a boolean, None when it is absent or unreadable: neither a yes nor a no."""
        return BOOLEANS.get(self._said.get(name, "").lower())

    def day(self, name: str) -> date | None:
        """Return a date, None when it is absent or unreadable."""
        try:
            return date.fromisoformat(self._said.get(name, "")[:DAY])
        except ValueError:
            return None

    def amount(self, name: str) -> Decimal | None:
        """Return an amount, None when it is absent or unreadable."""
        text = self._said.get(name)
        if text is None:
            return None
        try:
            return money.parse(text)
        except ValueError:
            return None
