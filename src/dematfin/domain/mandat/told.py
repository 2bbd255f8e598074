"""What a retour leaves of a mandat: its state, its days, its money and why it is held or came back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from dematfin.domain.mandat.answers import PieceState, RetourPiece
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.mandat.reissue import rejected
from dematfin.domain.mandat.said import retour_reasons, sentence
from dematfin.domain.mandat.verdict import MandatVerdict, stays_shown_paid, tells_payments
from dematfin.domain.money import french

WITHOUT_MONEY: Final = {
    "02": "ordre de paiement de pénalités",
    "03": "retenue de garantie",
    "04": "somme versée à un opposant ou à un cessionnaire",
    "05": "ordre de paiement",
    "06": "ordre de reversement",
    "07": "mandat correctif",
    "08": "mandat",
    "09": "titre correctif",
    "10": "titre",
    "11": "liste de non-valeurs",
    "12": "encaissement",
    "13": "avance de marché en investissement",
    "14": "avance de marché en fonctionnement",
    "15": "opération diverse",
}
"""OrgEma that send nothing to the supplier."""


def after_retour(mandat: Mandat, verdict: MandatVerdict, piece: RetourPiece) -> Mandat:
    """Return the mandat as the comptable tells it; equal to what it was when there is nothing new."""
    after = _told(mandat, verdict, piece)
    doubt = " ".join(_doubts(after, verdict, piece))
    return _doubted(after, doubt) if doubt or _agrees(after, piece) else after


def may_be_another(mandat: Mandat, piece: RetourPiece) -> bool:
    """Say whether the comptable has another amount under its number."""
    return bool(piece.amount) and piece.amount != mandat.amount


def kept_in_doubt(mandat: Mandat, piece: RetourPiece) -> Mandat:
    """Return a mandat that has not left, when he has another one under its number: nothing told of that is its own."""
    return _doubted(mandat, _other_amount(mandat, piece))


def _doubted(mandat: Mandat, doubt: str) -> Mandat:
    return mandat if doubt == mandat.doubt else replace(mandat, doubt=doubt, doubt_seen="")


def _told(mandat: Mandat, verdict: MandatVerdict, piece: RetourPiece) -> Mandat:
    reasons = retour_reasons(piece)
    known: dict[str, Any] = {
        "paid": verdict.paid,
        "paid_on": _paid_on(mandat, verdict, piece),
        "paid_shown": stays_shown_paid(mandat, piece),
        "taken_on": piece.taken_on or mandat.taken_on,
        "rejected_on": piece.rejected_on or mandat.rejected_on,
    }
    if verdict.state is MandatState.REJECTED:
        back = rejected(mandat, sentence(reasons), keeps_number=verdict.keeps_number)
        return replace(back, **known, reasons=reasons, held_on=None)
    state = verdict.state or mandat.state
    if state is MandatState.ON_HOLD and piece.state is PieceState.ON_HOLD:
        known |= {"held_on": piece.held_on or mandat.held_on, "reason": sentence(reasons), "reasons": reasons}
    elif verdict.state is not None:
        known |= {"held_on": None, "reason": "", "reasons": ()}
    elif verdict.odd:
        known |= _settled_without_money(piece)
    return replace(mandat, state=state, **known)


def motif_of(before: Mandat, after: Mandat) -> str:
    """Say what a retour has changed, as the journal tells it."""
    if after.paid != before.paid:
        return f"{french(after.paid)} versés" + _on(after.paid_on)
    if after.doubt != before.doubt and replace(after, doubt=before.doubt, doubt_seen=before.doubt_seen) == before:
        return after.doubt or "le comptable dit de nouveau ce que nous en savons"
    if after.state is MandatState.REJECTED:
        return after.reason or "rejeté par le comptable, sans motif"
    if after.state is MandatState.ON_HOLD:
        return (after.reason or "mis en instance par le comptable, sans motif") + _since(after.held_on)
    return after.reason or "pris en charge par le comptable" + _on(after.taken_on)


def _doubts(after: Mandat, verdict: MandatVerdict, piece: RetourPiece) -> Iterator[str]:
    """Yield what a person should look at."""
    if verdict.odd:
        yield f"{after.reason}. Voyez avec le comptable."
    if verdict.doubt:
        yield verdict.doubt
    if may_be_another(after, piece):
        yield _other_amount(after, piece)


def _other_amount(mandat: Mandat, piece: RetourPiece) -> str:
    return (
        f"le comptable connaît sous son n° {mandat.number} un mandat de {french(piece.amount)}, le nôtre est de "
        f"{french(mandat.amount)}. Vérifiez avec lui que c'est le même."
    )


def _agrees(mandat: Mandat, piece: RetourPiece) -> bool:
    """Say whether a retour that leaves no doubt takes back a former one: it must speak of what was doubted."""
    return tells_payments(piece) if mandat.paid else bool(piece.amount)


def last_payment(piece: RetourPiece) -> date | None:
    """Return the day of the last money that went to the supplier."""
    days = [payment.paid_on for payment in piece.payments if payment.real and payment.paid_on]
    return max(days) if days else None


def _settled_without_money(piece: RetourPiece) -> dict[str, Any]:
    how = dict.fromkeys(WITHOUT_MONEY.get(one.origin, f"OrgEma {one.origin}") for one in piece.payments if one.origin)
    said = "soldé sans paiement au fournisseur" + (f" ({', '.join(how)})" if how else "")
    return {"reason": said, "reasons": (Reason(speaker=Speaker.COMPTABLE, text=said),)}


def _paid_on(mandat: Mandat, verdict: MandatVerdict, piece: RetourPiece) -> date | None:
    """Return the day of the money; what was paid before its mandat left that day, whenever the accounts note it."""
    if mandat.paid_before is not None:
        return mandat.paid_before if verdict.state is MandatState.PAID else mandat.paid_on
    shown_only = mandat.paid_shown and not stays_shown_paid(mandat, piece)
    return last_payment(piece) or (None if shown_only else mandat.paid_on)


def _on(day: date | None) -> str:
    return f" le {day:%d/%m/%Y}" if day else ""


def _since(day: date | None) -> str:
    return f" (depuis le {day:%d/%m/%Y})" if day else ""
