"""Matching: which invoice each claim of an editor's flow pays. Only what is certain is decided here.

A wrong match pays one invoice with the documents of another, and nobody looks at it any more: any doubt goes to a
person. Certain: one invoice that the claim may pay, one claim that may pay the invoice (or several that share it out to
the cent), and enough that agrees (`certainty`).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from dematfin.domain.editor.asked import Asked, Item
from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.certainty import GOOD, MONTH, Around, is_certain, is_on_its_day, is_pressing, shared_out
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.numbers import COMPATIBLE, Fit, number_of
from dematfin.domain.editor.pairing import PairingState, Proposal
from dematfin.domain.editor.proposals import Beside, likely, proposals
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.editor.shelf import Shelf


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
    demands = Counter(key for found in wanted for key in found)
    beside = Beside.of(asked, demands, credit_notes)
    pressing = Counter(
        key for one, found in zip(asked, wanted, strict=True) for key, item in found.items() if is_pressing(one, item)
    )
    around = {True: Around(credit_notes, demands, pressing), False: Around(invoices, demands, pressing)}
    shared = shared_out(zip(asked, wanted, strict=True), around[False])
    return tuple(
        _certain(one, found, around[one.is_reduction], shared)
        or _left(one, around[one.is_reduction].shelf, beside, rules)
        for one, found in zip(asked, wanted, strict=True)
    )


def _asked(claims: Sequence[Claim]) -> list[Asked]:
    """Return claims taken apart; the words of a mandat also name the invoices that its other claims pay."""
    mandats: defaultdict[tuple[str, int, int, int], list[Claim]] = defaultdict(list)
    for one in claims:
        mandats[_mandat(one)].append(one)
    numbers = {key: frozenset(k for one in some for k in number_of(one.number).keys) for key, some in mandats.items()}
    return [Asked(one, numbers[_mandat(one)], len(mandats[_mandat(one)]) > 1) for one in claims]


def _mandat(claim: Claim) -> tuple[str, int, int, int]:
    return claim.kind, claim.exercice, claim.bordereau, claim.mandat


def _certain(asked: Asked, wanted: dict[str, Item], around: Around, shared: set[str]) -> Match | None:
    if len(wanted) != 1:
        return None
    (item,) = wanted.values()
    sure = item.id in shared or is_certain(asked, item, around)
    return Match(state=PairingState.CERTAIN, invoice_id=item.id) if sure else None


def _left(asked: Asked, shelf: Shelf, beside: Beside, rules: EditorRules) -> Match:
    """Return what is said of a claim that is not certain: a rule lets it through, or a person decides."""
    seen = proposals(asked, shelf, beside)
    if (rule := rules.rule_of(asked.claim)) and not likely(seen):
        return Match(state=PairingState.WITHOUT, rule=rule)
    return Match(state=PairingState.TO_DECIDE, proposals=tuple(one.proposal for one in seen))


def _wanted(asked: Asked, shelf: Shelf) -> dict[str, Item]:
    """Return the invoices that a claim may pay by what it says of them.

    Those of its firm: the same amount and a number that fits, or the same number whatever the amount. A claim that
    names none of its firm may pay one of another: the creditor may be a factor, or be written under an old number.
    """
    own = [one for one in shelf.near(asked) if _may_be(asked, one)]
    own += shelf.named(asked)
    good = [one for one in own if asked.fit(one) in GOOD]
    if good:  # a typing mistake would not have fallen on another invoice
        own = [one for one in own if asked.fit(one) is not Fit.SLIP]
    if asked.is_shared and any(one.candidate.amount == asked.amount for one in good):  # its words name them all
        own = [one for one in own if one.candidate.amount == asked.amount or asked.written(one) in COMPATIBLE]
    found = own or [one for one in shelf.of_amount(asked, asked.amount) if _may_be(asked, one)]
    return {one.id: one for one in found}


def _may_be(asked: Asked, item: Item) -> bool:
    """Say whether a claim may pay an invoice of its amount; part of a number is not believed against the days."""
    found, starts = asked.fit(item), asked.claim.starts_on
    if found in GOOD or found not in COMPATIBLE:
        return found in GOOD
    return starts is None or abs(starts - item.candidate.notified_on) <= MONTH or is_on_its_day(asked, item)
