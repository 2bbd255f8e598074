"""Vacant numbers: what abandoned mandats and emptied bordereaux leave is taken first, so that no number is missing."""

from decimal import Decimal

from dematfin.domain.mandat.aside import free_numbers, is_abandoned
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.restoration import Trace, TracedMandat, TraceState
from dematfin.ports.ledger import Books


def vacant_number(books: Books, mandat: Mandat) -> int:
    """Return the smallest number that an abandoned mandat of the same series has left; 0: none."""
    series = {"siret": mandat.siret, "exercice": mandat.exercice, "kind": mandat.kind.bordereau.mandats}
    gone = [one for one in books.find(Mandat, **series, state=MandatState.CANCELLED, editor=False) if is_abandoned(one)]
    if not gone:
        return 0
    numbers = tuple({one.number for one in gone})
    taken = [one for one in books.find(Mandat, **series, number=numbers) if not is_abandoned(one)]
    left = traced(books, mandat.siret, mandat.exercice, mandat.kind.bordereau)
    free = [one for one in free_numbers(gone, taken) if one not in {trace.number for trace in left}]
    return free[0] if free else 0


def vacant_bordereau(books: Books, opened: BudgetYear, kind: BordereauKind) -> Bordereau | None:
    """Return the first bordereau that was left without any mandat: it keeps its number and waits to be filled."""
    waiting = books.find(Bordereau, siret=opened.siret, exercice=opened.exercice, kind=kind, flux="", editor=False)
    left = {one.bordereau for one in traced(books, opened.siret, opened.exercice, kind)}
    empty = [one for one in waiting if not one.mandats and one.number not in left]
    return min(empty, key=lambda one: one.number, default=None)


def left_amount(books: Books, siret: str, exercice: int, kind: BordereauKind) -> Decimal:
    """Return what a series ordered to pay before the base was restored, and no mandat here tells any more."""
    gone = traced(books, siret, exercice, kind, TraceState.LEFT)
    known = books.find(Mandat, siret=siret, exercice=exercice, number=tuple({one.number for one in gone}))
    here = {(one.kind.bordereau, one.number) for one in known if one.bordereau}
    return sum((one.amount for one in gone if (kind, one.number) not in here), ZERO)


def traced(
    books: Books, siret: str, exercice: int, kind: BordereauKind, *states: TraceState
) -> tuple[TracedMandat, ...]:
    """Return the mandats of our series that left before the base was restored: their numbers are given for ever."""
    return tuple(
        one
        for trace in books.find(Trace, state=states or tuple(TraceState))
        if trace.siret == siret and trace.is_ours
        for one in trace.mandats
        if one.exercice == exercice and one.kind is kind
    )
