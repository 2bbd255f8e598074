"""The paragraph that answers a supplier who asks where an invoice is: nothing internal, nothing that is not sure."""

from datetime import date
from typing import Final

from dematfin.domain.delay.dgp import delay
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french

STANDS: Final[dict[InvoiceState, str]] = {
    InvoiceState.RECEIVED: "Elle est en cours de vérification par notre service financier.",
    InvoiceState.TO_CORRECT: "Elle est en cours de vérification par notre service financier.",
    InvoiceState.IN_VISA: "Elle est auprès du service destinataire, qui doit certifier le service fait.",
    InvoiceState.INTERRUPTED: "Son délai de paiement est interrompu, des éléments vous ont été demandés dans Chorus "
    "Pro. Dès leur réception complète, un nouveau délai commencera.",
    InvoiceState.SENT_BACK: "Elle vous a été renvoyée dans Chorus Pro pour corriger son adressage (SIRET, code "
    "service ou numéro d'engagement). Recyclez-la sans en déposer une nouvelle.",
    InvoiceState.SERVICE_FAIT: "Le service fait est certifié ; son mandatement est en préparation.",
    InvoiceState.TO_PAY: "Le service fait est certifié ; son mandatement est en préparation.",
    InvoiceState.REFUSED: "Elle a été rejetée : le motif est dans Chorus Pro. Déposez-en une nouvelle s'il y a lieu.",
    InvoiceState.CANCELLED: "C'est un second exemplaire d'une facture que nous avons déjà, il n'est pas traité à part.",
}
PAYING: Final = "Elle est mandatée : le paiement est entre les mains du comptable public."
OF_ITS_MANDAT: Final[dict[MandatState, str]] = {
    MandatState.SENT: PAYING,
    MandatState.TAKEN_IN_CHARGE: "Elle est mandatée et prise en charge par le comptable public, qui va la payer.",
    MandatState.ON_HOLD: PAYING,
    MandatState.PARTLY_PAID: "Elle est payée en partie ; le reste est entre les mains du comptable public.",
}
NO_DELAY: Final = frozenset(
    {
        InvoiceState.INTERRUPTED,
        InvoiceState.SENT_BACK,
        InvoiceState.REFUSED,
        InvoiceState.CANCELLED,
        InvoiceState.ELSEWHERE,
    }
)


def paragraph(invoice: Invoice, mandat: Mandat | None, days: int) -> str:
    """Return what may be pasted into an answer to the supplier; `days` is the legal delay."""
    what = "Votre avoir" if invoice.is_credit_note else "Votre facture"
    parts = [
        (
            f"{what} n° {invoice.number} du {_day(invoice.issued_on)}, d'un montant de {french(invoice.ttc)} TTC "
            f"(Chorus Pro n° {invoice.remote_id}), est à notre disposition depuis le {_day(invoice.notified_on)}."
        ),
        _stands(invoice, mandat),
    ]
    if invoice.state not in NO_DELAY and not (mandat and mandat.paid_on) and not invoice.is_credit_note:
        deadline = delay(invoice.notified_on, invoice.executed_on, days).deadline
        parts.append(f"Le délai légal de paiement court jusqu'au {_day(deadline)}.")
    return " ".join(parts)


def _stands(invoice: Invoice, mandat: Mandat | None) -> str:
    if invoice.state is InvoiceState.ELSEWHERE:
        return f"Son statut dans Chorus Pro est « {said(invoice.remote_status)} »."
    if mandat is not None and mandat.state is MandatState.PAID and mandat.paid_on:
        return f"Elle a été payée le {_day(mandat.paid_on)}, par virement."
    if mandat is not None and mandat.state in OF_ITS_MANDAT:
        return OF_ITS_MANDAT[mandat.state]
    return STANDS[invoice.state]


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
