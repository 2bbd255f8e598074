"""Réduction: what takes back, in full (annulation) or in part, a mandat of the same exercice.

Its amounts are positive, each line names the line that it takes back; it is never more than what is left of it.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState, Origin, Share
from dematfin.domain.mandat.split import apart, apportion
from dematfin.domain.money import ZERO, french
from dematfin.errors import RuleError

S = MandatState
LABEL_LENGTH: Final = 100
STANDING: Final = frozenset({S.SENT, S.TAKEN_IN_CHARGE, S.ON_HOLD, S.PARTLY_PAID, S.PAID})
"""The comptable has it, or is about to: before, a mandat is corrected or undone, it needs no réduction."""


def remaining(origin: Mandat, earlier: Iterable[Mandat]) -> tuple[Line, ...]:
    """Return the lines of a mandat with what earlier réductions have left of each."""
    taken = [line for one in earlier if one.state is not S.CANCELLED for line in one.lines]
    return tuple(_without(line, [one for one in taken if one.origin_line == line.number]) for line in origin.lines)


def _without(line: Line, taken: Iterable[Line]) -> Line:
    parts = tuple(taken)
    tva = None if line.tva is None else line.tva - sum((one.tva or ZERO for one in parts), ZERO)
    return replace(line, amount=line.amount - sum((one.amount for one in parts), ZERO), tva=tva)


def reduction(origin: Mandat, earlier: Iterable[Mandat], amount: Decimal | None, *, mandat_id: str) -> Mandat:
    """Return the mandat that takes an amount (TTC) back, or all that is left when none is given.

    Raises:
        RuleError: nothing is left, or not so much.
    """
    left = remaining(origin, earlier)
    whole = sum((line.total for line in left), ZERO)
    asked = whole if amount is None else amount
    _check_left(origin, asked, whole)
    return replace(
        origin,
        id=mandat_id,
        state=S.PREPARED,
        number=0,
        bordereau="",
        kind=MandatKind.REDUCTION,
        origin=Origin(mandat=origin.id, exercice=origin.exercice, number=origin.number),
        label=_label(origin, asked),
        lines=_lines(origin, left, asked),
        shares=(),
        pieces=(),
        amount=asked,
        paid_before=None,
        paid=ZERO,
        paid_on=None,
        set_aside="",
        reason="",
        burnt=(),
        codes=(),
    )


def _check_left(origin: Mandat, asked: Decimal, whole: Decimal) -> None:
    if not whole:
        message = f"Mandat {origin.id} : il est déjà repris en entier (dematfin mandat liste) ; il n'en reste rien."
        raise RuleError(message)
    if not ZERO < asked <= whole:
        message = (
            f"Mandat {origin.id} : il en reste {french(whole)} à annuler ou à réduire, {french(asked)} ne peuvent pas "
            "en être repris."
        )
        raise RuleError(message)


def _label(origin: Mandat, asked: Decimal) -> str:
    what = "Réduction" if asked < origin.amount else "Annulation"
    return f"{what} du mandat {origin.number} : {origin.label}"[:LABEL_LENGTH]


def _lines(origin: Mandat, left: tuple[Line, ...], asked: Decimal) -> tuple[Line, ...]:
    """Share the amount over what is left of each line, its HT and TVA as they stand to one another there."""
    totals = apportion(asked, [line.total for line in left])
    kept = [(line, total) for line, total in zip(left, totals, strict=True) if total]
    return tuple(_line(origin, number, line, total) for number, (line, total) in enumerate(kept, start=1))


def _line(origin: Mandat, number: int, line: Line, total: Decimal) -> Line:
    ht, tva = (total, None) if line.tva is None else apart(total, line.amount, line.tva)
    return replace(
        line,
        number=number,
        amount=ht,
        tva=tva,
        invoice_ht=None,
        engagement=line.engagement or origin.engagement,
        origin_line=line.number,
    )


def documented(made: Mandat, share: Share, pieces: tuple[str, ...]) -> Mandat:
    """Return a réduction with the credit note that asks for it, and its documents."""
    return replace(made, shares=(share,), pieces=pieces)


def wholly_taken_back(origin: Mandat, reductions: Iterable[Mandat]) -> bool:
    """Say whether the comptable has taken in charge réductions of the whole of a mandat."""
    taken = (one.amount for one in reductions if one.state is S.TAKEN_IN_CHARGE)
    return sum(taken, ZERO) == origin.amount
