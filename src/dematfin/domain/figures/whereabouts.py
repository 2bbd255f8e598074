"""The paragraph that answers a supplier who asks where an invoice is: nothing internal, nothing that is not sure."""

from datetime import date
from typing import Final

from dematfin.domain.invoice.chorus import WORDS, Stage, stage
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french

CHECKED: Final = "Elle est en cours de vérification par notre service financier."
CERTIFIED: Final = "Le service fait est certifié ; son mandatement est en préparation."
PAYING: Final = "Elle est mandatée : le paiement est entre les mains du comptable public."
APART: Final = "Notre service financier suit ce dossier à part."
TWICE: Final = "C'est un second exemplaire d'une pièce que nous avons déjà, il n'est pas traité à part."

OF_AN_INVOICE: Final[dict[InvoiceState, str]] = {
    InvoiceState.RECEIVED: CHECKED,
    InvoiceState.TO_CORRECT: CHECKED,
    InvoiceState.IN_VISA: "Elle est auprès du service destinataire, qui doit certifier le service fait.",
    InvoiceState.INTERRUPTED: "Son délai de paiement est interrompu, des éléments vous ont été demandés dans Chorus "
    "Pro. Dès leur réception complète, un nouveau délai commencera.",
    InvoiceState.SENT_BACK: "Elle vous a été renvoyée dans Chorus Pro pour corriger son adressage (SIRET, code "
    "service ou numéro d'engagement). Recyclez-la sans en déposer une nouvelle.",
    InvoiceState.SERVICE_FAIT: CERTIFIED,
    InvoiceState.TO_PAY: CERTIFIED,
    InvoiceState.REFUSED: "Elle a été rejetée : le motif est dans Chorus Pro. Déposez-en une nouvelle s'il y a lieu.",
    InvoiceState.CANCELLED: TWICE,
}
OF_A_CREDIT_NOTE: Final[dict[InvoiceState, str]] = {
    InvoiceState.RECEIVED: "Il est en cours de vérification par notre service financier.",
    InvoiceState.TO_CORRECT: "Il est en cours de vérification par notre service financier.",
    InvoiceState.IN_VISA: "Il est auprès du service destinataire, qui doit l'accepter.",
    InvoiceState.INTERRUPTED: "Des éléments vous ont été demandés dans Chorus Pro.",
    InvoiceState.SENT_BACK: "Il vous a été renvoyé dans Chorus Pro pour corriger son adressage (SIRET, code service "
    "ou numéro d'engagement). Recyclez-le sans en déposer un nouveau.",
    InvoiceState.SERVICE_FAIT: "Il est accepté ; il sera déduit de la facture qu'il corrige.",
    InvoiceState.TO_PAY: "Il est déduit de la facture qu'il corrige.",
    InvoiceState.REFUSED: "Il a été rejeté : le motif est dans Chorus Pro. Déposez-en un nouveau s'il y a lieu.",
    InvoiceState.CANCELLED: TWICE,
}
ON_PAPER: Final = {
    InvoiceState.INTERRUPTED: "Des éléments vous ont été demandés par courrier ; dès leur réception complète, un "
    "nouveau délai commencera.",
    InvoiceState.SENT_BACK: "Elle vous a été retournée par courrier, avec ce qu'il faut corriger.",
    InvoiceState.REFUSED: "Elle a été rejetée : le motif est dans le courrier qui vous a été adressé.",
}
"""Where no platform has told anything."""
OF_ITS_MANDAT: Final[dict[MandatState, str]] = {
    MandatState.SENT: PAYING,
    MandatState.TAKEN_IN_CHARGE: "Elle est mandatée et prise en charge par le comptable public, qui va la payer.",
    MandatState.ON_HOLD: PAYING,
    MandatState.PARTLY_PAID: "Elle est payée en partie ; le reste est entre les mains du comptable public.",
    MandatState.PAID: "Elle est soldée dans les comptes du comptable public.",
}
"""Once the mandat has left; before, it may still change."""

TOLD_BY: Final = {
    InvoiceState.INTERRUPTED: Stage.SUSPENDED,
    InvoiceState.SENT_BACK: Stage.RECYCLED,
    InvoiceState.REFUSED: Stage.REJECTED,
}
RUNNING: Final = frozenset(
    {
        InvoiceState.RECEIVED,
        InvoiceState.TO_CORRECT,
        InvoiceState.IN_VISA,
        InvoiceState.SERVICE_FAIT,
        InvoiceState.TO_PAY,
    }
)
STOPPED: Final = frozenset({MandatState.ON_HOLD, MandatState.PAID})
"""The comptable who suspends a payment stops the delay (décret 2013-269, art. 13-III)."""


def paragraph(invoice: Invoice, mandat: Mandat | None, days: int, today: date) -> str:
    """Return what may be pasted into an answer to the supplier; `days` is the legal delay."""
    state = _as_told(invoice)
    parts = [_what(invoice), _stands(invoice, state, mandat)]
    if state in RUNNING and not invoice.is_credit_note and not (mandat and mandat.state in STOPPED):
        parts.append(_delay(invoice, days, today))
    return " ".join(parts)


def _as_told(invoice: Invoice) -> InvoiceState:
    """Where the supplier knows that it stands: what Chorus Pro does not show yet has not been notified."""
    told_by = TOLD_BY.get(invoice.state)
    if told_by is None or invoice.origin is not Origin.CHORUS:
        return invoice.state
    shown = stage(invoice.remote_status)
    known = shown is told_by or (shown is Stage.AWAY and invoice.state is InvoiceState.SENT_BACK)
    return invoice.state if known else InvoiceState.RECEIVED


def _what(invoice: Invoice) -> str:
    what = "Votre avoir" if invoice.is_credit_note else "Votre facture"
    there = f" (Chorus Pro n° {invoice.remote_id})" if invoice.origin is Origin.CHORUS else ""
    return (
        f"{what} n° {invoice.number} du {_day(invoice.issued_on)}, d'un montant de {french(invoice.ttc)} TTC{there}, "
        f"est à notre disposition depuis le {_day(invoice.notified_on)}."
    )


def _stands(invoice: Invoice, state: InvoiceState, mandat: Mandat | None) -> str:
    if state is InvoiceState.ELSEWHERE:
        shown = WORDS.get(invoice.remote_status)
        return f"Son statut dans Chorus Pro est « {shown} »." if shown else APART
    if invoice.origin is not Origin.CHORUS and state in ON_PAPER:
        return ON_PAPER[state]
    if invoice.is_credit_note:
        return OF_A_CREDIT_NOTE[state]
    if mandat is None or mandat.state not in OF_ITS_MANDAT:
        return OF_AN_INVOICE[state]
    if mandat.state is MandatState.PAID and mandat.paid_on:
        return f"Elle a été payée le {_day(mandat.paid_on)}."
    return OF_ITS_MANDAT[mandat.state]


def _delay(invoice: Invoice, days: int, today: date) -> str:
    deadline = invoice.delay(days).deadline
    if invoice.interrupted_on is not None and invoice.state is not InvoiceState.INTERRUPTED:
        again = f"Son délai de paiement, interrompu le {_day(invoice.interrupted_on)}, a recommencé à la réception "
        if invoice.resumed_on is None:
            return f"{again}complète de vos éléments."
        return f"{again}complète de vos éléments, le {_day(invoice.resumed_on)}, jusqu'au {_day(deadline)}."
    ends = "court jusqu'au" if today <= deadline else "s'est achevé le"
    return f"Le délai légal de paiement {ends} {_day(deadline)}."


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
