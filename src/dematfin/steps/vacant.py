"""Vacant numbers: what abandoned mandats and emptied bordereaux leave is taken first, so that no number is missing."""

from dematfin.domain.mandat.aside import free_numbers, is_abandoned
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.ports.ledger import Books


def vacant_number(books: Books, mandat: Mandat) -> int:
    """Return the smallest number that an abandoned mandat of the same series has left; 0: none."""
    series = {"siret": mandat.siret, "exercice": mandat.exercice, "kind": mandat.kind.bordereau.mandats}
    gone = [one for one in books.find(Mandat, **series, state=MandatState.CANCELLED, editor=False) if is_abandoned(one)]
    if not gone:
        return 0
    numbers = tuple({one.number for one in gone})
    taken = [one for one in books.find(Mandat, **series, number=numbers) if not is_abandoned(one)]
    free = free_numbers(gone, taken)
    return free[0] if free else 0


def vacant_bordereau(books: Books, opened: BudgetYear, kind: BordereauKind) -> Bordereau | None:
    """Return the first bordereau that was left without any mandat: it keeps its number and waits to be filled."""
    waiting = books.find(Bordereau, siret=opened.siret, exercice=opened.exercice, kind=kind, flux="", editor=False)
    empty = [one for one in waiting if not one.mandats]
    return min(empty, key=lambda one: one.number, default=None)
