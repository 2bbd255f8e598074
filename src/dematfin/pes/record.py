"""One element of an answer, looked through once: a year of mandats is read in little more than the time of its parse.

Names are local names, since some senders put children in a namespace. A name that is there twice keeps its first value
as a text; of a word on which something hangs (a code, a number, a day, an amount), two values are none.
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

    __slots__ = ("_below", "_said", "_torn")

    def __init__(self, element: Any) -> None:
        self._said: dict[str, str] = {}
        self._below: dict[str, list[Any]] = {}
        self._torn: tuple[str, ...] = ()
        for one in element:
            tag = one.tag
            if not isinstance(tag, str):  # a comment
                continue
            name = tag.rpartition("}")[2]
            said = one.get("V")
            if said is None:
                self._below.setdefault(name, []).append(one)
                continue
            said = said.strip()
            if self._said.setdefault(name, said) != said:
                self._torn += (name,)

    def all(self, name: str) -> "Iterator[Record]":
        """Look through the children of a name."""
        return map(Record, self._below.get(name, ()))

    def one(self, name: str) -> "Record":
        """Look through the first child of a name; one that says nothing when there is none."""
        return Record(next(iter(self._below.get(name, ())), ()))

    def text(self, name: str) -> str:
        """Return a text, empty when it is absent."""
        return self._said.get(name, "")

    def code(self, name: str) -> str:
        """Return a word on which something hangs, empty when it is absent or told in two ways."""
        return "" if name in self._torn or name in self._below else self._said.get(name, "")

    def whole(self, name: str) -> int | None:
        """Return a whole number, None when it is absent or unreadable."""
        text = self.code(name)
        return int(text) if WHOLE.fullmatch(text) else None

    def flag(self, name: str) -> bool | None:
        """Return a boolean, None when it is absent or unreadable: neither a yes nor a no."""
        return BOOLEANS.get(self.code(name).lower())

    def day(self, name: str) -> date | None:
        """Return a date, None when it is absent or unreadable."""
        try:
            return date.fromisoformat(self.code(name)[:DAY])
        except ValueError:
            return None

    def amount(self, name: str) -> Decimal | None:
        """Return an amount, None when it is absent or unreadable."""
        try:
            return money.parse(self.code(name))
        except ValueError:
            return None
