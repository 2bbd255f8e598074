"""The invoices that claims may pay, arranged so that each claim looks at few of them."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from dematfin.domain.editor.asked import Asked, Item

CROWD: Final = 100
"""Invoices of one amount that are all compared; of more, those that a claim names, or that arrived on its day."""
USUAL: Final = 3
"""Invoices from which a firm is known to number them in one series."""


class Shelf:
    """Invoices, or credit notes, found by firm and by what they say."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._firms: defaultdict[str, list[Item]] = defaultdict(list)
        self._amounts: defaultdict[tuple[str, Decimal], list[Item]] = defaultdict(list)
        self._any_firm: defaultdict[Decimal, list[Item]] = defaultdict(list)
        self._days: defaultdict[tuple[str, date], list[Item]] = defaultdict(list)
        self._keys: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        self._written: defaultdict[tuple[Decimal, str], list[Item]] = defaultdict(list)
        self._marks: defaultdict[str, list[Item]] = defaultdict(list)
        self._orders: defaultdict[str, list[Item]] = defaultdict(list)
        self._letters: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        self._arrivals: dict[tuple[str, Decimal], list[date]] = {}
        for item in items:
            self._put(item)

    def _put(self, item: Item) -> None:
        one = item.candidate
        self._firms[item.firm].append(item)
        self._amounts[item.firm, one.amount].append(item)
        self._any_firm[one.amount].append(item)
        self._days[item.firm, one.notified_on].append(item)
        self._letters[item.firm][item.number.letters] += 1
        for key in filter(None, set(item.number.keys)):
            self._keys[item.firm, key].append(item)
            self._written[one.amount, key].append(item)
        for mark in item.marks:
            self._marks[mark].append(item)
        if item.order:
            self._orders[item.order].append(item)

    def of_firm(self, firm: str) -> list[Item]:
        """Return all those of a firm."""
        return self._firms.get(firm, []) if firm else []

    def equal(self, firm: str, amount: Decimal) -> list[Item]:
        """Return those of a firm and of an amount."""
        return self._amounts.get((firm, amount), []) if firm else []

    def near(self, asked: Asked) -> list[Item]:
        """Return those of its firm and of its amount that a claim may pay."""
        found = self.equal(asked.firm, asked.amount)
        if len(found) <= CROWD:
            return found
        named = [one for one in self._of_number(asked, asked.amount) if one.firm == asked.firm]
        return named + [one for one in self.arrived(asked) if one.candidate.amount == asked.amount]

    def of_amount(self, asked: Asked, amount: Decimal) -> list[Item]:
        """Return those of an amount, of any firm, that a claim may pay."""
        found = self._any_firm.get(amount, [])
        return found if len(found) <= CROWD else self._of_number(asked, amount)

    def _of_number(self, asked: Asked, amount: Decimal) -> list[Item]:
        return [one for key in asked.keys for one in self._written.get((amount, key), [])]

    def alike(self, item: Item) -> Iterator[Item]:
        """Yield the others of its firm and amount whose numbers may be written as that of an invoice."""
        for key in filter(None, set(item.number.keys)):
            for one in self._written[item.candidate.amount, key]:
                if one is not item and one.firm == item.firm:
                    yield one

    def arrived(self, asked: Asked) -> list[Item]:
        """Return those of its firm, as many as one looks at, that arrived when a claim says that its delay starts."""
        day = asked.claim.starts_on
        return self._days.get((asked.firm, day), [])[:CROWD] if asked.firm and day else []

    def is_alone(self, item: Item, within: timedelta) -> bool:
        """Say whether no other of its firm and amount arrived within some days of an invoice."""
        one = item.candidate
        key = (item.firm, one.amount)
        if key not in self._arrivals:
            self._arrivals[key] = sorted(other.candidate.notified_on for other in self._amounts[key])
        days = self._arrivals[key]
        return bisect_right(days, one.notified_on + within) - bisect_left(days, one.notified_on - within) == 1

    def is_usual(self, item: Item) -> bool:
        """Say whether its firm is known to number its invoices in one series alone, that of this one."""
        known = self._letters[item.firm]
        return len(known) == 1 and known[item.number.letters] >= USUAL

    def named(self, asked: Asked) -> Iterator[Item]:
        """Yield those of its firm that a claim names, whatever their amounts."""
        for key in asked.keys if asked.firm else ():
            yield from self._keys.get((asked.firm, key), [])
        for mark in asked.marks:
            yield from (one for one in self._marks.get(mark, []) if one.firm == asked.firm)

    def orders(self, asked: Asked) -> set[str]:
        """Return the engagements, of whatever firm, that stand in the words of a claim.

        The words of a mandat that pays several invoices do not say which of them an engagement is of.
        """
        return set() if asked.is_shared else {key for key in asked.mentions if key in self._orders}

    def ordered(self, asked: Asked) -> Iterator[Item]:
        """Yield those of its firm, as many as one looks at, whose engagement stands in the words of a claim."""
        for key in self.orders(asked):
            yield from islice((one for one in self._orders[key] if one.firm == asked.firm), CROWD)
