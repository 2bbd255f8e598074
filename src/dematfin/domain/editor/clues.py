"""Clues: what speaks for an invoice being the one that a claim pays, or against it, each in words and in points."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.asked import Asked, Item
from dematfin.domain.editor.certainty import is_on_its_day
from dematfin.domain.editor.numbers import Fit
from dematfin.domain.editor.shelf import Shelf
from dematfin.domain.money import euros, french

NUMBERS: Final = {
    Fit.SAME: 35,
    Fit.OURS: 35,
    Fit.ALMOST: 30,
    Fit.TOLD: 30,
    Fit.SHORT: 28,
    Fit.READ: 25,
    Fit.HEAD: 25,
    Fit.TAIL: 22,
    Fit.SLIP: 18,
    Fit.NONE: 0,
    Fit.OTHER: -15,
}
RETENTION: Final = Decimal("0.95")
"""What is paid of an invoice of works when the highest retenue de garantie is kept."""
NEAR: Final = timedelta(days=10)
FAR: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Clue:
    """One reason, in French; its points are added up to a score of 100 at most."""

    points: int
    reason: str


def clues(asked: Asked, item: Item, shares: Sequence[Decimal], credit_notes: Shelf) -> Iterator[Clue]:
    """Yield all that a claim and an invoice say of each other.

    `shares` are the amounts of all the claims that name the number of this one.
    """
    yield _firm(asked, item)
    yield _amount(asked, item, shares, credit_notes)
    yield _number(asked, item)
    yield from _order(asked, item)
    yield from _delay(asked, item)
    yield from _account(asked, item)
    if "" != asked.claim.marche == item.candidate.marche:
        yield Clue(5, "même marché")


def _firm(asked: Asked, item: Item) -> Clue:
    if not asked.firm:
        return Clue(0, f"le mandat ne porte pas de SIREN ; la facture est de {item.candidate.supplier}")
    if asked.firm != item.firm:
        return Clue(-10, f"autre créancier : la facture est de {item.candidate.supplier} ({item.firm})")
    if asked.is_reduction:
        return Clue(50, "avoir du même fournisseur")
    return Clue(30, "même SIREN")


def _amount(asked: Asked, item: Item, shares: Sequence[Decimal], credit_notes: Shelf) -> Clue:
    amount = item.candidate.amount
    if asked.amount == amount:
        return Clue(30, "même montant")
    if len(shares) > 1 and sum(shares) == amount:
        return Clue(25, f"les {len(shares)} mandats de ce numéro font ensemble son montant ({french(amount)})")
    if netted := credit_notes.equal(item.firm, asked.amount - amount):
        less = netted[0].candidate
        return Clue(20, f"son montant ({french(amount)}) moins l'avoir {less.number} ({french(-less.amount)})")
    if asked.amount == euros(amount * RETENTION):
        return Clue(15, f"son montant ({french(amount)}) moins une retenue de 5 %")
    return Clue(0, f"montant différent : la facture est de {french(amount)}")


def _number(asked: Asked, item: Item) -> Clue:
    found = asked.fit(item)
    told = f"{found.value} ({item.candidate.number})"
    if found is Fit.NONE:
        told = f"le mandat ne dit pas le numéro de la facture ({item.candidate.number})"
    elif found is Fit.OTHER:
        told = f"autre numéro : {asked.claim.number} dans le mandat, {item.candidate.number} sur la facture"
    return Clue(NUMBERS[found], told)


def _order(asked: Asked, item: Item) -> Iterator[Clue]:
    if item.order and item.order in asked.mentions:
        yield Clue(10, f"même engagement ({item.candidate.engagement})")


def _delay(asked: Asked, item: Item) -> Iterator[Clue]:
    starts, one = asked.claim.starts_on, item.candidate
    if starts is None:
        if is_on_its_day(asked, item):
            yield Clue(10, f"même date de facture, écrite dans l'objet ou les libellés ({one.issued_on:%d/%m/%Y})")
        return
    if is_on_its_day(asked, item):
        yield Clue(10, f"même date de départ du délai ({starts:%d/%m/%Y})")
    elif starts < one.issued_on:
        yield Clue(-5, f"le délai du mandat part le {starts:%d/%m/%Y}, avant la date de la facture")
    elif starts > one.notified_on + FAR:
        yield Clue(-5, f"le délai du mandat part le {starts:%d/%m/%Y}, longtemps après l'arrivée de la facture")
    elif abs(starts - one.notified_on) <= NEAR:
        yield Clue(5, f"dates proches : délai depuis le {starts:%d/%m/%Y}, facture reçue le {one.notified_on:%d/%m/%Y}")


def _account(asked: Asked, item: Item) -> Iterator[Clue]:
    ours, theirs = item.candidate.iban, asked.claim.iban
    if ours and theirs:
        yield Clue(3, "même IBAN") if ours == theirs else Clue(-3, "IBAN différent de celui de la facture")
