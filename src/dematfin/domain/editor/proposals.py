"""What is proposed to the person who decides: the likeliest invoices of a claim, with what speaks for each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.asked import Asked, Item
from dematfin.domain.editor.clues import Clue, clues
from dematfin.domain.editor.numbers import COMPATIBLE
from dematfin.domain.editor.pairing import Proposal
from dematfin.domain.editor.shelf import Shelf
from dematfin.domain.money import ZERO

MOST: Final = 5
SHOWN: Final = 30
"""Score below which an invoice is not worth a look."""
LIKELY: Final = 50
"""Score from which a claim may well pay an invoice: no rule lets it through without one."""
FEW: Final = 40
"""Invoices of one firm that are all compared; of more, those that have something in common with the claim."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the rest of a flow, and the credit notes, say of a claim.

    Attributes:
        demands: how many claims may pay each invoice.
        parts: the amounts of the claims that name one number of one firm.
        credit_notes: what may have been taken off an invoice.
    """

    demands: Counter[str]
    parts: Mapping[tuple[str, str], Sequence[Decimal]]
    credit_notes: Shelf

    @classmethod
    def of(cls, asked: Iterable[Asked], demands: Counter[str], credit_notes: Shelf) -> "Beside":
        """Gather what claims say together."""
        parts: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
        for one in asked:
            if one.firm and one.number:
                parts[one.firm, one.number.keys[0]].append(one.amount)
        return cls(demands, parts, credit_notes)

    def shares(self, asked: Asked) -> Sequence[Decimal]:
        """Return the amounts of all the claims that name the number of this one."""
        return self.parts.get((asked.firm, asked.number.keys[0]), ())


@dataclass(frozen=True, slots=True)
class Seen:
    """One invoice as a claim sees it; `likeness` is its score, were it free."""

    likeness: int
    proposal: Proposal


def proposals(asked: Asked, shelf: Shelf, beside: Beside) -> tuple[Seen, ...]:
    """Return the likeliest invoices of a claim; one that is mandated already is shown last, and never offered."""
    seen = [_seen(asked, item, beside) for item in _looked_at(asked, shelf, beside).values()]
    seen = [one for one in seen if one.likeness >= SHOWN]
    seen.sort(key=lambda one: (-one.likeness, one.proposal.invoice_id))
    taken = [one for one in seen if not one.proposal.score][:1]
    free = [one for one in seen if one.proposal.score]
    return (*free[: MOST - len(taken)], *taken)


def likely(seen: Sequence[Seen]) -> bool:
    """Say whether a claim may well pay one of the invoices seen."""
    return any(one.likeness >= LIKELY for one in seen)


def _looked_at(asked: Asked, shelf: Shelf, beside: Beside) -> dict[str, Item]:
    firm = shelf.of_firm(asked.firm)
    found = list(shelf.arrived(asked) if len(firm) > FEW else firm)
    found += [*shelf.near(asked), *shelf.named(asked), *shelf.ordered(asked)]
    amounts = [asked.amount]
    if not found and len(beside.shares(asked)) > 1:
        amounts.append(sum(beside.shares(asked), ZERO))
    found += [one for amount in amounts for one in shelf.of_amount(asked, amount) if _is_like(asked, one)]
    return {one.id: one for one in found}


def _is_like(asked: Asked, item: Item) -> bool:
    """Say whether an invoice of the same amount, of any firm, has something else in common with a claim."""
    return asked.fit(item) in COMPATIBLE or "" != item.candidate.iban == asked.claim.iban


def _seen(asked: Asked, item: Item, beside: Beside) -> Seen:
    found: list[Clue] = list(clues(asked, item, beside.shares(asked), beside.credit_notes))
    likeness = max(0, min(100, sum(one.points for one in found)))
    reasons = [one.reason for one in found]
    if beside.demands[item.id] > 1:
        reasons.append(f"{beside.demands[item.id]} mandats de ce flux peuvent la payer")
    if not item.candidate.free:
        return Seen(likeness, Proposal(invoice_id=item.id, score=0, reasons=("déjà mandatée", *reasons)))
    return Seen(likeness, Proposal(invoice_id=item.id, score=max(1, likeness), reasons=tuple(reasons)))
