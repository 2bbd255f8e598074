"""A claim and an invoice, their texts taken apart to be compared."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.mentions import SHORTEST, days_in, mentions
from dematfin.domain.editor.numbers import COMPATIBLE, Fit, Number, fit, is_period, number_of
from dematfin.domain.editor.reading import firm_of
from dematfin.domain.mandat.kind import BordereauKind

MARKS: Final = re.compile(r"(?<![0-9A-Z])(?:F20[0-9]{2}-?[0-9]{6}|[0-9]{6,})(?![0-9A-Z])")
"""What dematfin numbers an invoice with (F2026-000012), and Chorus Pro."""


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
    def marks(self) -> frozenset[str]:
        """What our side calls it: in the rows of the finance software, which may write them in its mandats."""
        return _marks(f"{self.candidate.invoice_id} {self.candidate.remote_id}")

    @cached_property
    def order(self) -> str:
        """The key of its engagement, empty when that has too few digits to be told from another number."""
        order = number_of(self.candidate.engagement)
        return order.keys[0] if order.digits >= SHORTEST else ""


@dataclass(frozen=True)
class Asked:
    """A claim, its texts taken apart.

    Attributes:
        siblings: the keys of all the numbers that its mandat pays.
        is_shared: its mandat holds other claims, and its words may be about them.
    """

    claim: Claim
    siblings: frozenset[str]
    is_shared: bool
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
    def keys(self) -> frozenset[str]:
        """All that it may name an invoice by."""
        return frozenset(filter(None, {*self.number.keys, *self.mentions}))

    @cached_property
    def marks(self) -> frozenset[str]:
        """What looks like an identifier of ours, or of Chorus Pro."""
        return self._marks_of_number | _marks(" ".join(self.claim.words))

    @cached_property
    def _marks_of_number(self) -> frozenset[str]:
        return _marks(self.claim.number)

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

    @cached_property
    def days(self) -> frozenset[date]:
        """The days in its words."""
        return days_in(self.claim.words)

    def written(self, item: Item) -> Fit:
        """Compare Facture alone; a month is no number, unless it is that of the invoice."""
        found = fit(self.number, item.number)
        return Fit.NONE if found is Fit.OTHER and is_period(self.claim.number) else found

    def tells(self, item: Item) -> bool:
        """Say whether its words tell the number of an invoice as such."""
        return any(self._told(item))

    def _told(self, item: Item) -> list[bool]:
        return [self.mentions[key] for key in item.number.keys if key in self.mentions]

    def _fit(self, item: Item) -> Fit:
        if self._marks_of_number & item.marks:
            return Fit.OURS
        found = self.written(item)
        if self.marks & item.marks and found not in {Fit.OTHER, Fit.SLIP}:
            return Fit.OURS
        told = self._told(item)
        if found is Fit.SAME or not told:
            return found
        if any(told) and item.number.digits >= SHORTEST and found not in {Fit.OTHER, Fit.SLIP}:
            return Fit.TOLD
        return found if found in COMPATIBLE else Fit.READ


def _marks(text: str) -> frozenset[str]:
    return frozenset(one.replace("-", "") for one in MARKS.findall(text.upper()))


def firm_key(siren: str) -> str:
    """Return a firm as both sides write it."""
    return firm_of("05", siren) if siren.startswith("FR") else siren
