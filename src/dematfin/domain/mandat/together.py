"""The mandats of one invoice together: one invoice may have several, one mandat may pay several invoices."""

from collections.abc import Iterable
from typing import Final

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState

S = MandatState
ORDER: Final = (
    S.REJECTED,
    S.REFUSED_AT_GATE,
    S.ON_HOLD,
    S.PREPARED,
    S.IN_BORDEREAU,
    S.SENT,
    S.TAKEN_IN_CHARGE,
    S.PARTLY_PAID,
    S.PAID,
    S.CANCELLED,
)
"""What needs somebody first, then the least advanced: an invoice stands where the last of its mandats stands."""
BACK: Final = frozenset({S.PREPARED, S.REFUSED_AT_GATE, S.REJECTED})
OVER: Final = BACK | {S.CANCELLED}
"""Pays nothing as it is."""
MONEY: Final = frozenset({S.PARTLY_PAID, S.PAID})
CALM: Final = frozenset({S.PREPARED, S.IN_BORDEREAU, S.SENT, S.TAKEN_IN_CHARGE, S.PARTLY_PAID})
"""Waits for its turn only."""


def leading(mandats: Iterable[Mandat]) -> Mandat | None:
    """Return the mandat that tells where its invoice stands, None when it has none."""
    return min(_paying(mandats), key=lambda one: (not one.aside, ORDER.index(one.state), one.id), default=None)


def superseded(mandats: Iterable[Mandat]) -> frozenset[str]:
    """Return the mandats that the finance software has replaced: they came back, others pay all their invoices."""
    made = list(mandats)
    paid = {key for one in made if one.state not in OVER for key in one.invoice_ids}
    return frozenset(
        one.id for one in made if one.editor and one.state in BACK and one.shares and paid.issuperset(one.invoice_ids)
    )


def paid_in_part(mandats: Iterable[Mandat]) -> bool:
    """Say whether some money has gone to the supplier while the rest merely waits for its turn."""
    paying = [one for one in _paying(mandats) if one.state is not S.CANCELLED]
    waiting = [one for one in paying if one.state in CALM and not one.aside]
    return any(one.state in MONEY for one in paying) and bool(waiting) and len(waiting) + _paid(paying) == len(paying)


def _paid(mandats: Iterable[Mandat]) -> int:
    return sum(one.state is S.PAID for one in mandats)


def _paying(mandats: Iterable[Mandat]) -> list[Mandat]:
    """Leave out what réductions take back, unless there is nothing else: a late credit note has a réduction alone.

    What the finance software mandated again under another number counts once.
    """
    listed = list(mandats)
    alive = any(one.state not in OVER for one in listed)
    made = [one for one in listed if not (alive and one.editor and one.state in BACK)]
    return [one for one in made if one.kind is not MandatKind.REDUCTION] or made
