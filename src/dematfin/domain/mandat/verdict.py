"""Verdict: what an acquit makes of each bordereau and PJ, what a retour makes of each mandat.

There is no global verdict in an acquit: one file may accept a PJ, refuse a bordereau and say nothing of another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from dematfin.domain.mandat.answers import (
    PIECE_JOINTE,
    SIGNATURE_OF_BORDEREAU,
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
from dematfin.domain.money import ZERO, french

BY_PIECE: Final = {
    PieceState.REJECTED: MandatState.REJECTED,
    PieceState.ON_HOLD: MandatState.ON_HOLD,
    PieceState.TAKEN_IN_CHARGE: MandatState.TAKEN_IN_CHARGE,
}
SETTLED_BY_ENTRY: Final = frozenset({MandatKind.OTHER, MandatKind.PAYMENT_ORDER})
"""Order entries, payroll: what pays no invoice may be settled without any payment that a retour shows."""


Key: TypeAlias = tuple[int, int]
"""(exercice, number) of a bordereau."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVerdict:
    """An acquit, sorted by what it speaks of.

    Attributes:
        whole: anomalies that refuse the whole flow; empty when it went through.
        refused: anomalies of each refused bordereau.
        accepted: bordereaux that the gate took.
        unclear: bordereaux of which nobody can tell whether they were taken: a person must look.
        obscure: something of it is unclear, whatever it is about.
        pieces_accepted, pieces_refused: PJ by IdUnique; refused ones with the reasons.
        said: all that is said of each bordereau, by which several of one number are told apart (`twins`).
    """

    whole: tuple[Anomaly, ...] = ()
    refused: dict[Key, tuple[Anomaly, ...]] = field(default_factory=dict)
    accepted: frozenset[Key] = frozenset()
    unclear: frozenset[Key] = frozenset()
    obscure: bool = False
    pieces_accepted: frozenset[str] = frozenset()
    pieces_refused: dict[str, tuple[Anomaly, ...]] = field(default_factory=dict)
    said: dict[Key, list[AckElement]] = field(default_factory=dict)

    @property
    def summary(self) -> AcquitSummary:
        """Sum the acquit up in one word."""
        nothing = self.pieces_refused and not self.pieces_accepted  # said of a flow of documents alone
        if self.whole or ((self.refused or nothing) and not self.accepted and not self.unclear):
            return AcquitSummary.REFUSED
        if self.obscure:
            return AcquitSummary.UNCLEAR
        if self.refused or self.pieces_refused:
            return AcquitSummary.PARTLY
        return AcquitSummary.ACCEPTED


def read_acquit(acquit: Acquit) -> FlowVerdict:
    """Sort an acquit. A bordereau named several times is refused if any mention refuses it.

    A refusal of no known object refuses the flow, unless a bordereau is told to be accepted: nothing is clear then.
    """
    sheets = _by_sheet(acquit.elements)
    said_yes = frozenset(key for key, told in sheets.items() if all(one.accepted for one in told))
    lost = [one for one in acquit.elements if not one.accepted and _unattached(one)]
    whole = [one for one in acquit.elements if one.accepted is False and _hits_whole_flow(one)]
    if not said_yes:
        whole += [one for one in lost if one.accepted is False]
    nowhere = {number for exercice, number in sheets.keys() - said_yes if not exercice}
    murky = bool(lost) or any(one.accepted is None and _hits_whole_flow(one) for one in acquit.elements)
    doubted = frozenset(key for key in said_yes if murky or key[1] in nowhere or not key[0])
    refused = {key: reasons(told) for key, told in sheets.items() if any(one.accepted is False for one in told)}
    unclear = doubted | (sheets.keys() - said_yes - refused.keys())
    pieces = [one for one in acquit.elements if one.domain == PIECE_JOINTE and one.piece_id]
    no = {one.piece_id: reasons([one]) for one in pieces if one.accepted is False}
    return FlowVerdict(
        whole=reasons(whole),
        refused=refused,
        accepted=frozenset() if whole else said_yes - doubted,
        unclear=frozenset() if whole else unclear,
        obscure=bool(unclear) or not acquit.elements or any(_obscure(one) for one in acquit.elements),
        pieces_accepted=frozenset(one.piece_id for one in pieces if one.accepted) - no.keys(),
        pieces_refused=no,
        said=sheets,
    )


def _by_sheet(elements: Iterable[AckElement]) -> dict[Key, list[AckElement]]:
    sheets: dict[Key, list[AckElement]] = {}
    for element in elements:
        if element.bordereau is not None:
            sheets.setdefault(element.bordereau, []).append(element)
    return sheets


def _hits_whole_flow(element: AckElement) -> bool:
    return element.domain in WHOLE_FLOW_DOMAINS or (
        element.domain == SIGNATURE_OF_BORDEREAU and element.bordereau is None
    )


def _unattached(element: AckElement) -> bool:
    """Whether it is about a bordereau, or nobody knows what, without naming it; a nameless PJ hits no bordereau."""
    named = element.bordereau is not None or element.piece_id or element.marche
    return not named and element.domain != PIECE_JOINTE and not _hits_whole_flow(element)


def _obscure(element: AckElement) -> bool:
    """Whether a person must look: no readable word, or a refusal of nothing that has a name."""
    unnamed = element.domain == PIECE_JOINTE and element.bordereau is None and not element.piece_id
    return element.accepted is None or (element.accepted is False and (unnamed or _unattached(element)))


def reasons(elements: Iterable[AckElement]) -> tuple[Anomaly, ...]:
    """Return what refusing elements say; a refusal never goes without a word."""
    refusing = [one for one in elements if one.accepted is False]
    told = tuple(anomaly for element in refusing for anomaly in element.anomalies)
    silent = (Anomaly(code="", text="refusé par Hélios sans explication", domain=one.domain) for one in refusing[:1])
    return told or tuple(silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatVerdict:
    """What a retour makes of a mandat.

    Attributes:
        state: its new state, or None when nothing changes.
        paid: euros really sent to the supplier so far.
        keeps_number: a rejected mandat may be issued again under its number only if it was never taken in
            charge (annotation of Class_Mandat_Retour.xsd).
        odd: settled without any payment to the supplier: a person must look.
        doubt: what does not agree with what we knew of its payments, in French; empty when all agrees.
    """

    state: MandatState | None
    paid: Decimal = ZERO
    keeps_number: bool = True
    odd: bool = False
    doubt: str = ""


def read_retour(mandat: Mandat, piece: RetourPiece) -> MandatVerdict:
    """Say what becomes of a mandat. Periodic retours repeat themselves: the same piece twice changes nothing."""
    if stays_shown_paid(mandat, piece):
        return MandatVerdict(state=None, paid=mandat.paid)
    paid = _paid(mandat, piece)
    state, odd = _state(mandat, piece, paid)
    if _is_over(mandat) or state is mandat.state:
        state = None
    return MandatVerdict(
        state=state,
        paid=max(paid, _known(mandat)),
        keeps_number=piece.taken_on is None and mandat.taken_on is None,
        odd=odd and not _is_over(mandat),
        doubt=_doubt(mandat, piece, paid),
    )


def stays_shown_paid(mandat: Mandat, piece: RetourPiece) -> bool:
    """Say whether a retour says nothing against a payment that Chorus Pro alone shows: what was taken in charge may
    have been paid since."""
    return mandat.paid_shown and piece.state is PieceState.TAKEN_IN_CHARGE and not piece.payments


def _is_over(mandat: Mandat) -> bool:
    return mandat.state is MandatState.CANCELLED or (mandat.state is MandatState.PAID and not mandat.paid_shown)


def _known(mandat: Mandat) -> Decimal:
    """Return what the comptable has said to be paid: what Chorus Pro alone shows is not his word."""
    return ZERO if mandat.paid_shown else mandat.paid


def _doubt(mandat: Mandat, piece: RetourPiece, paid: Decimal) -> str:
    """Say what a person must look at; what we know to be paid is never lowered by itself.

    A retour of rejections tells no payment: its silence is no news.
    """
    known = _known(mandat)
    if piece.state is PieceState.REJECTED and max(paid, known) > 0:
        return f"le comptable le dit rejeté, alors que {french(max(paid, known))} ont été versés. Voyez avec lui."
    if paid > mandat.amount:
        return f"le comptable dit avoir versé {french(paid)}, le mandat est de {french(mandat.amount)}. Voyez avec lui."
    if paid < known and mandat.paid_before is None and tells_payments(piece):
        return (
            f"le comptable ne dit plus que {french(paid)} versés, il en avait dit {french(known)}. Un paiement a pu "
            "être annulé ou rejeté par la banque : rien n'est changé ici, voyez avec lui."
        )
    if known and mandat.paid_on and _only_later(piece, mandat.paid_on):
        return (
            f"ce retour ne reprend pas les {french(known)} versés avant le {mandat.paid_on:%d/%m/%Y} inclus. "
            "Demandez au comptable si ce qu'il y dit s'y ajoute."
        )
    return ""


def tells_payments(piece: RetourPiece) -> bool:
    """Say whether the accounts of a mandat are told: where they are not, silence is no news."""
    return bool(piece.payments) or any(line.settled is not None for line in piece.lines)


def _only_later(piece: RetourPiece, day: date) -> bool:
    days = [payment.paid_on for payment in piece.payments if payment.real and payment.paid_on]
    return bool(days) and min(days) > day


def _paid(mandat: Mandat, piece: RetourPiece) -> Decimal:
    """Return what has gone to the supplier: nothing by a réduction, all of it before a mandat after payment is settled.

    A finance software does not always tell the day of that payment.

    What the comptable notes against a réduction is the money that a mandat did not take: never a payment.
    """
    if mandat.kind is MandatKind.REDUCTION:
        return ZERO
    if mandat.gone_before and piece.state is PieceState.SETTLED:
        return mandat.amount
    return sum((payment.amount for payment in piece.payments if payment.real), ZERO)


def _state(mandat: Mandat, piece: RetourPiece, paid: Decimal) -> tuple[MandatState | None, bool]:
    if paid >= mandat.amount or (piece.state is PieceState.SETTLED and paid > 0):
        return MandatState.PAID, False
    if paid > 0:
        return MandatState.PARTLY_PAID, False
    state = BY_PIECE.get(piece.state)
    if mandat.kind in SETTLED_BY_ENTRY and not mandat.shares and piece.state is PieceState.SETTLED:
        return MandatState.PAID, False
    if state is None and mandat.kind is MandatKind.REDUCTION and piece.state is PieceState.SETTLED:
        return MandatState.TAKEN_IN_CHARGE, False
    return state, state is None and piece.state is PieceState.SETTLED
