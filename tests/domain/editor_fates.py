"""What becomes of an invoice on its way to a mandat: the plain case, and each trap; `editors` says how often."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.parties.siret import luhn
from domain.editor_noise import claim_of, glued


@dataclass(frozen=True, kw_only=True)
class Case:
    """One claim, and the truth: the invoices of ours that it pays, in full or not.

    Attributes:
        pays: whether it pays an invoice, ours or not.
        certain: whether a rule may say so alone: it pays one invoice of ours, in full, once, alone or with others.
    """

    claim: Claim
    right: frozenset[str] = frozenset()
    pays: bool = True
    certain: bool = False
    trap: str = ""


@dataclass
class Firm:
    """One supplier."""

    siren: str
    name: str
    style: Callable[[random.Random, int, date], str]
    iban: str
    trade: str
    counter: int
    amount: Decimal | None
    previous: str = ""
    numbers: set[str] = field(default_factory=set)


def siren(rng: random.Random) -> str:
    start = f"{rng.randrange(10**8):08}"
    return next(start + str(key) for key in range(10) if luhn(start + str(key)))


def money(rng: random.Random) -> Decimal:
    """Half of all prices are round."""
    return Decimal(rng.choice([rng.randrange(2_000, 900_000), rng.randrange(2, 900) * 1_000])) / 100


def plain(rng: random.Random, firm: Firm, one: Candidate, _: list[Candidate]) -> list[Case]:
    return [Case(claim=_claim(rng, firm, one), right=frozenset({one.invoice_id}), certain=True)]


def _mandated(_: random.Random, __: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    held[-1] = replace(one, free=False)
    return []


def _waiting(_: random.Random, __: Firm, ___: Candidate, ____: list[Candidate]) -> list[Case]:
    return []


def unheld(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    """An invoice on paper that dematfin has not; half of the time one of the same amount, numbered alike, is held."""
    if rng.random() < 0.5:
        firm.counter += 1
        year = one.issued_on - timedelta(rng.choice([0, 0, 30, 365]))
        series = f"B{one.number}"
        number = rng.choice([firm.style(rng, firm.counter, year), series, one.number[:-1]])
        number = number if number and number not in firm.numbers else series  # no firm gives one number twice
        beside = f"{one.invoice_id[:-6]}9{one.invoice_id[-5:]}"
        held.append(
            replace(
                one,
                invoice_id=beside,
                remote_id=f"9{one.remote_id}",
                number=number,
                issued_on=year,
                notified_on=year + timedelta(2),
                delay_starts_on=None,
            )
        )
    return [Case(claim=_claim(rng, firm, one), trap="unheld")]


def _twice_entered(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    """It came by Chorus Pro and on paper, and was typed without its separators; one of the two is mandated."""
    other = replace(one, invoice_id=f"{one.invoice_id}P", number=glued(rng, one.number), free=rng.random() < 0.5)
    held.append(other)
    return [
        Case(claim=_claim(rng, firm, one), right=frozenset({one.invoice_id, other.invoice_id}), trap="entered twice")
    ]


def _twice_mandated(rng: random.Random, firm: Firm, one: Candidate, _: list[Candidate]) -> list[Case]:
    right = frozenset({one.invoice_id})
    return [Case(claim=_claim(rng, firm, one), right=right, certain=True, trap="mandated twice") for _ in range(2)]


def _split(rng: random.Random, firm: Firm, one: Candidate, _: list[Candidate]) -> list[Case]:
    half = (one.amount / 2).quantize(Decimal("0.01"))
    claim = _claim(rng, firm, one)
    parts = [replace(claim, amount=half), replace(claim, amount=one.amount - half)]
    return [Case(claim=part, right=frozenset({one.invoice_id}), certain=True, trap="split") for part in parts]


def _netted(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    less = (one.amount * rng.randrange(2, 40) / 100).quantize(Decimal("0.01"))
    held.append(_note(one, less))
    claim = replace(_claim(rng, firm, one), amount=one.amount - less)
    return [Case(claim=claim, right=frozenset({one.invoice_id}), trap="netted")]


def _retained(rng: random.Random, firm: Firm, one: Candidate, _: list[Candidate]) -> list[Case]:
    paid = (one.amount * Decimal("0.95")).quantize(Decimal("0.01"))
    return [
        Case(claim=replace(_claim(rng, firm, one), amount=paid), right=frozenset({one.invoice_id}), trap="retained")
    ]


def _factored(rng: random.Random, firm: Firm, one: Candidate, _: list[Candidate]) -> list[Case]:
    claim = replace(
        _claim(rng, firm, one), siren=siren(rng), creditor="AFFACTURAGE", iban=f"FR76{rng.randrange(10**20):020}"
    )
    return [Case(claim=claim, right=frozenset({one.invoice_id}), trap="factor")]


def _misled(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    other = rng.choice(held)
    claim = _claim(rng, firm, one)
    words = (*claim.words, f"ENGAGEMENT {other.engagement}")
    return [Case(claim=replace(claim, words=words), right=frozenset({one.invoice_id}), certain=True, trap="engagement")]


def _reduced(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate]) -> list[Case]:
    """A credit note takes back all of an invoice that was mandated; the réduction bears the number of either."""
    note = _note(one, one.amount)
    held.append(note)
    named = rng.choice([note, note, one])
    claim = replace(_claim(rng, firm, named), kind=BordereauKind.REDUCTION, type="02", nature="06", amount=one.amount)
    return [Case(claim=claim, right=frozenset({note.invoice_id}), certain=named is note, trap="réduction")]


def _note(one: Candidate, amount: Decimal) -> Candidate:
    return replace(
        one, invoice_id=f"{one.invoice_id}A", remote_id=f"7{one.remote_id}", number=f"AV{one.number}", amount=-amount
    )


def _claim(rng: random.Random, firm: Firm, one: Candidate) -> Claim:
    claim = claim_of(rng, one, firm.trade, firm.previous)
    firm.previous = one.number
    return claim


Fate = Callable[[random.Random, Firm, Candidate, list[Candidate]], list[Case]]


FATES: tuple[tuple[float, Fate], ...] = (
    (0.02, _mandated),
    (0.02, _waiting),
    (0.03, unheld),
    (0.004, _twice_entered),
    (0.003, _twice_mandated),
    (0.005, _split),
    (0.005, _netted),
    (0.006, _retained),
    (0.004, _factored),
    (0.005, _misled),
    (0.01, _reduced),
)
