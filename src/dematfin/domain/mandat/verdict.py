"""Verdict: what an acquit makes of each bordereau and PJ, what a retour makes of each mandat.

There is no global verdict in an acquit: one file may accept a PJ, refuse a bordereau and say nothing of another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.answers import (
    PIECE_JOINTE,
    WHOLE_FLOW_DOMAINS,
    AckElement,
    Acquit,
    Anomaly,
    PieceState,
    RetourPiece,
)
from dematfin.domain.mandat.flux import AcquitSummary
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO

BY_PIECE: Final = {
    PieceState.REJECTED: MandatState.REJECTED,
    PieceState.ON_HOLD: MandatState.ON_HOLD,
    PieceState.TAKEN_IN_CHARGE: MandatState.TAKEN_IN_CHARGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVerdict:
    """An acquit, sorted by what it speaks of.

    Attributes:
        whole: anomalies that refuse the whole flow; empty when it went through.
        refused: anomalies of each refused bordereau, by (exercice, number).
        accepted: bordereaux that the gate took.
        pieces_accepted, pieces_refused: PJ by IdUnique; refused ones with the reasons.
    """

    whole: tuple[Anomaly, ...] = ()
    refused: dict[tuple[int, int], tuple[Anomaly, ...]] = field(default_factory=dict)
    accepted: frozenset[tuple[int, int]] = frozenset()
    pieces_accepted: frozenset[str] = frozenset()
    pieces_refused: dict[str, tuple[Anomaly, ...]] = field(default_factory=dict)

    @property
    def summary(self) -> AcquitSummary:
        """Sum the acquit up in one word."""
        nothing = self.pieces_refused and not self.pieces_accepted  # said of a flow of documents alone
        if self.whole or ((self.refused or nothing) and not self.accepted):
            return AcquitSummary.REFUSED
        if self.refused or self.pieces_refused:
            return AcquitSummary.PARTLY
        return AcquitSummary.ACCEPTED


def read_acquit(acquit: Acquit) -> FlowVerdict:
    """Sort an acquit. A bordereau named several times is refused if any mention refuses it."""
    whole = [element for element in acquit.elements if not element.accepted and _hits_whole_flow(element)]
    refused: dict[tuple[int, int], tuple[Anomaly, ...]] = {}
    named: set[tuple[int, int]] = set()
    for element in acquit.elements:
        if element.bordereau is not None:
            named.add(element.bordereau)
            if not element.accepted:
                refused[element.bordereau] = refused.get(element.bordereau, ()) + element.anomalies
    pieces = [element for element in acquit.elements if element.domain == PIECE_JOINTE and element.piece_id]
    return FlowVerdict(
        whole=_reasons(whole),
        refused=refused,
        accepted=frozenset(named - refused.keys()),
        pieces_accepted=frozenset(element.piece_id for element in pieces if element.accepted),
        pieces_refused={element.piece_id: element.anomalies for element in pieces if not element.accepted},
    )


def _hits_whole_flow(element: AckElement) -> bool:
    return element.domain in WHOLE_FLOW_DOMAINS or (element.bordereau is None and not element.piece_id)


def _reasons(elements: Iterable[AckElement]) -> tuple[Anomaly, ...]:
    silent = Anomaly(code="", text="refus sans explication")
    return tuple(anomaly for element in elements for anomaly in element.anomalies or (silent,))


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatVerdict:
    """What a retour makes of a mandat.

    Attributes:
        state: its new state, or None when nothing changes.
        paid: euros really sent to the supplier so far.
        keeps_number: a rejected mandat may be issued again under its number only if it was never taken in
            charge (annotation of Class_Mandat_Retour.xsd).
        odd: settled without any payment to the supplier: a person must look.
    """

    state: MandatState | None
    paid: Decimal = ZERO
    keeps_number: bool = True
    odd: bool = False


def read_retour(mandat: Mandat, piece: RetourPiece) -> MandatVerdict:
    """Say what becomes of a mandat. Periodic retours repeat themselves: the same piece twice changes nothing."""
    paid = _paid(mandat, piece)
    state, odd = _state(mandat, piece, paid)
    if _is_over(mandat) or state is mandat.state:
        state = None
    return MandatVerdict(
        state=state,
        paid=paid if mandat.paid_shown else max(paid, mandat.paid),
        keeps_number=piece.taken_on is None,
        odd=odd and not _is_over(mandat),
    )


def _is_over(mandat: Mandat) -> bool:
    """What Chorus Pro alone has told of a payment is not over: the comptable has the last word."""
    return mandat.state is MandatState.CANCELLED or (mandat.state is MandatState.PAID and not mandat.paid_shown)


def _paid(mandat: Mandat, piece: RetourPiece) -> Decimal:
    """Return what has gone to the supplier: nothing by a réduction, all of it before a mandat after payment is settled.

    What the comptable notes against a réduction is the money that a mandat did not take: never a payment.
    """
    if mandat.kind is MandatKind.REDUCTION:
        return ZERO
    if mandat.paid_before is not None and piece.state is PieceState.SETTLED:
        return mandat.amount
    return sum((payment.amount for payment in piece.payments if payment.real), ZERO)


def _state(mandat: Mandat, piece: RetourPiece, paid: Decimal) -> tuple[MandatState | None, bool]:
    if paid >= mandat.amount or (piece.state is PieceState.SETTLED and paid > 0):
        return MandatState.PAID, False
    if paid > 0:
        return MandatState.PARTLY_PAID, False
    state = BY_PIECE.get(piece.state)
    if state is None and mandat.kind is MandatKind.REDUCTION and piece.state is PieceState.SETTLED:
        return MandatState.TAKEN_IN_CHARGE, False
    return state, state is None and piece.state is PieceState.SETTLED
