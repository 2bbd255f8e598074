"""The invoices that claims may pay, arranged so that each claim looks at few of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.mentions import SHORTEST, mentions
from dematfin.domain.editor.numbers import COMPATIBLE, Fit, Number, fit, number_of
from dematfin.domain.editor.reading import firm_of
from dematfin.domain.mandat.kind import BordereauKind


@dataclass(frozen=True)
class Item:
    """A candidate, its number taken apart."""

    candidate: Candidate

    @cached_property
    def id(self) -> str:
        """The invoice that it is."""
        return self.candidate.invoice_id

    @cached_property
    def firm(self) -> str:
        """Its firm, the SIREN inside a French VAT number."""
        return firm_key(self.candidate.siren)

    @cached_property
    def number(self) -> Number:
        """Its number, taken apart."""
        return number_of(self.candidate.number)

    @cached_property
    def order(self) -> str:
        """The key of its engagement, empty when that has too few digits to be told from another number."""
        order = number_of(self.candidate.engagement)
        return order.keys[0] if order.digits >= SHORTEST else ""


@dataclass(frozen=True)
class Asked:
    """A claim, its texts taken apart; `siblings` are the keys of all the numbers that its mandat pays."""

    claim: Claim
    siblings: frozenset[str]
    _fits: dict[str, Fit] = field(default_factory=dict, compare=False)

    @cached_property
    def firm(self) -> str:
        """Its firm, compared as that of a candidate is."""
        return firm_key(self.claim.siren)

    @cached_property
    def amount(self) -> Decimal:
        """What the invoice is of, below zero for a credit note: a réduction is written above zero."""
        return -self.claim.amount if self.is_reduction else self.claim.amount

    @property
    def is_reduction(self) -> bool:
        """Whether it takes back what an earlier mandat ordered."""
        return self.claim.kind is BordereauKind.REDUCTION

    @cached_property
    def number(self) -> Number:
        """Facture, taken apart."""
        return number_of(self.claim.number)

    @cached_property
    def mentions(self) -> dict[str, bool]:
        """The numbers in its words, but for those of the other claims of its mandat."""
        found = mentions(self.claim.words)
        return {key: told for key, told in found.items() if key not in self.siblings or key in self.number.keys}

    def fit(self, item: Item) -> Fit:
        """Compare its numbers with that of an invoice: Facture first, its words when they alone name it."""
        if item.id not in self._fits:
            self._fits[item.id] = self._fit(item)
        return self._fits[item.id]

    def _fit(self, item: Item) -> Fit:
        found = fit(self.number, item.number)
        told = [self.mentions[key] for key in item.number.keys if key in self.mentions]
        if found is Fit.SAME or not told:
            return found
        if any(told) and item.number.digits >= SHORTEST and found not in {Fit.OTHER, Fit.SLIP}:
            return Fit.TOLD
        return found if found in COMPATIBLE else Fit.READ


class Shelf:
    """Invoices, or credit notes, found by firm and by what they say."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._firms: defaultdict[str, list[Item]] = defaultdict(list)
        self._amounts: defaultdict[tuple[str, Decimal], list[Item]] = defaultdict(list)
        self._days: defaultdict[tuple[str, date], list[Item]] = defaultdict(list)
        self._keys: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        self._orders: defaultdict[str, list[Item]] = defaultdict(list)
        self.of_amount: defaultdict[Decimal, list[Item]] = defaultdict(list)
        for item in items:
            self._firms[item.firm].append(item)
            self._amounts[item.firm, item.candidate.amount].append(item)
            self._days[item.firm, item.candidate.notified_on].append(item)
            self.of_amount[item.candidate.amount].append(item)
            for key in filter(None, set(item.number.keys)):
                self._keys[item.firm, key].append(item)
            if item.order:
                self._orders[item.order].append(item)

    def of_firm(self, firm: str) -> list[Item]:
        """Return all those of a firm."""
        return self._firms.get(firm, []) if firm else []

    def equal(self, firm: str, amount: Decimal) -> list[Item]:
        """Return those of a firm and of an amount."""
        return self._amounts.get((firm, amount), []) if firm else []

    def arrived(self, firm: str, day: date | None) -> list[Item]:
        """Return those of a firm that arrived on a day."""
        return self._days.get((firm, day), []) if firm and day else []

    def named(self, asked: Asked) -> Iterator[Item]:
        """Yield those of its firm that a claim names, whatever their amounts."""
        for key in filter(None, {*asked.number.keys, *asked.mentions}) if asked.firm else ():
            yield from self._keys.get((asked.firm, key), [])

    def ordered(self, asked: Asked) -> list[Item]:
        """Return those, of whatever firm, whose engagement stands in the words of a claim.

        The words of a mandat that pays several invoices do not say which of them an engagement is of.
        """
        if not asked.siblings <= {*asked.number.keys, ""}:
            return []
        return [item for key in asked.mentions for item in self._orders.get(key, [])]


def firm_key(siren: str) -> str:
    """Return a firm as both sides write it."""
    return firm_of("05", siren) if siren.startswith("FR") else siren
