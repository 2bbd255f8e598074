"""Matching: which invoice each claim of an editor's flow pays. Only what is certain is decided here.

A wrong match pays one invoice with the documents of another, and nobody looks at it any more: any doubt goes to a
person. Certain: one firm, one amount to the cent, a number that no other invoice can bear (or hardly, when the days
agree too), one invoice that the claim may pay, and one claim that may pay the invoice.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Final

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.numbers import COMPATIBLE, Fit, fit, number_of
from dematfin.domain.editor.pairing import PairingState, Proposal
from dematfin.domain.editor.proposals import Around, likely, proposals
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.editor.shelf import Asked, Item, Shelf

CLOSE: Final = timedelta(days=10)
"""Between the notification of an invoice and the start of its delay, less than between two bills of a subscription."""
MONTH: Final = timedelta(days=25)
"""Less than between two bills of a subscription, even late."""
LATEST: Final = timedelta(days=60)
"""A delay that starts later than this after the notification is that of another invoice, or a mistake."""
WITH_CLOSE_DAYS: Final = frozenset({Fit.ALMOST, Fit.TOLD})
GOOD: Final = WITH_CLOSE_DAYS | {Fit.SAME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the rule says of one claim; `invoice_id` only when it is CERTAIN, `rule` only when it is WITHOUT."""

    state: PairingState
    invoice_id: str = ""
    proposals: tuple[Proposal, ...] = ()
    rule: str = ""


def match(claims: Sequence[Claim], candidates: Sequence[Candidate], rules: EditorRules) -> tuple[Match, ...]:
    """Return the match of each claim, in their order."""
    items = [Item(one) for one in sorted(candidates, key=attrgetter("invoice_id"))]
    invoices = Shelf(one for one in items if one.candidate.amount >= 0)
    credit_notes = Shelf(one for one in items if one.candidate.amount < 0)
    asked = _asked(claims)
    wanted = [_wanted(one, credit_notes if one.is_reduction else invoices) for one in asked]
    around = Around.of(asked, Counter(id_ for ids in wanted for id_ in ids), credit_notes)
    return tuple(
        _match(one, ids, credit_notes if one.is_reduction else invoices, around, rules)
        for one, ids in zip(asked, wanted, strict=True)
    )


def _asked(claims: Sequence[Claim]) -> list[Asked]:
    """Return claims taken apart; the words of a mandat also name the invoices that its other claims pay."""
    numbers: defaultdict[tuple[str, int, int, int], set[str]] = defaultdict(set)
    for one in claims:
        numbers[one.kind, one.exercice, one.bordereau, one.mandat].update(number_of(one.number).keys)
    return [Asked(one, frozenset(numbers[one.kind, one.exercice, one.bordereau, one.mandat])) for one in claims]


def _match(asked: Asked, wanted: dict[str, Item], shelf: Shelf, around: Around, rules: EditorRules) -> Match:
    if len(wanted) == 1:
        (item,) = wanted.values()
        alone = around.demands[item.id] == 1 and _is_sure(asked, item)
        if alone and not _is_contradicted(asked, item, shelf, around.demands):
            return Match(state=PairingState.CERTAIN, invoice_id=item.id)
    seen = proposals(asked, shelf, around)
    if (rule := rules.rule_of(asked.claim)) and not likely(seen):
        return Match(state=PairingState.WITHOUT, rule=rule)
    return Match(state=PairingState.TO_DECIDE, proposals=tuple(one.proposal for one in seen))


def _wanted(asked: Asked, shelf: Shelf) -> dict[str, Item]:
    """Return the invoices that a claim may pay by what it says of their numbers.

    Those of its firm: the same amount and a number that fits, or the same number whatever the amount. A claim that
    names none of its firm may pay one of another: the creditor may be a factor, or be written under an old number.
    """
    own = [one for one in shelf.equal(asked.firm, asked.amount) if _may_be(asked, one)]
    own += shelf.named(asked)
    if any(asked.fit(one) in GOOD for one in own):  # a typing mistake would not have fallen on another invoice
        own = [one for one in own if asked.fit(one) is not Fit.SLIP]
    return {one.id: one for one in own or shelf.of_amount.get(asked.amount, []) if own or _may_be(asked, one)}


def _may_be(asked: Asked, item: Item) -> bool:
    """Say whether a claim may pay an invoice of its amount; part of a number is not believed against the days."""
    found, starts = asked.fit(item), asked.claim.starts_on
    if found in GOOD or found not in COMPATIBLE:
        return found in GOOD
    return starts is None or abs(starts - item.candidate.notified_on) <= MONTH


def _is_sure(asked: Asked, item: Item) -> bool:
    """Say whether what a claim says of an invoice is enough by itself."""
    one = item.candidate
    if not (one.free and asked.firm and asked.firm == item.firm and asked.amount == one.amount):
        return False
    found = asked.fit(item)
    starts = asked.claim.starts_on
    if starts is None:
        return found is Fit.SAME
    if not one.issued_on <= starts <= one.notified_on + LATEST:
        return False
    return found is Fit.SAME or (found in WITH_CLOSE_DAYS and abs(starts - one.notified_on) <= CLOSE)


def _is_contradicted(asked: Asked, item: Item, shelf: Shelf, demands: Counter[str]) -> bool:
    """Say whether something speaks for another invoice: one that looks the same, a nearer day, another engagement."""
    others = [one for one in shelf.equal(asked.firm, asked.amount) if one is not item]
    if any(fit(item.number, one.number) in GOOD for one in others):
        return True
    said = {one.order for one in shelf.ordered(asked)} - set(item.number.keys)
    unclaimed = [one for one in others if one.candidate.free and not demands[one.id]]
    return _is_nearer_to_another(asked, item, unclaimed) or (bool(said) and item.order not in said)


def _is_nearer_to_another(asked: Asked, item: Item, others: Sequence[Item]) -> bool:
    """Of a subscription, the number alone may be that of the month before, left in a copied mandat: the day decides.

    `others` are those of the same amount that nothing else pays.
    """
    starts, one = asked.claim.starts_on, item.candidate
    if starts is None or not others:
        return bool(others)
    if starts in {one.issued_on, one.notified_on}:
        return False
    apart, nearest = abs(starts - one.notified_on), min(abs(starts - other.candidate.notified_on) for other in others)
    return not nearest or (CLOSE < apart > nearest)
