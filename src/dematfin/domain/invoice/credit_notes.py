"""Credit notes: linked to the invoice that they correct, netted before it is mandated, never more than it."""

from collections.abc import Iterator, Sequence
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.duplicates import OVER
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.money import french

MANDATED: Final = frozenset({InvoiceState.TO_PAY, InvoiceState.ELSEWHERE})


def check_credit_note(note: Invoice, origins: Sequence[Invoice]) -> Iterator[Finding]:
    """Say how a credit note stands to the invoices of the same firm and budget that bear the number which it cites."""
    cited = note.content.origin_number
    if not cited:
        yield _remark(
            "AVOIR-UNLINKED",
            Severity.WARNING,
            "L'avoir ne dit pas quelle facture il corrige : il ne sera pas déduit tout seul. Demandez-le au "
            "fournisseur.",
        )
    elif not origins:
        yield _remark(
            "AVOIR-UNKNOWN",
            Severity.WARNING,
            f"L'avoir corrige la facture « {cited} », que nous n'avons pas de ce fournisseur pour ce budget. Vérifiez "
            "le numéro.",
        )
    else:
        alive = [one for one in origins if one.state not in OVER]
        yield from _linked(note, (alive or origins)[-1])


def _linked(note: Invoice, origin: Invoice) -> Iterator[Finding]:
    if note.ttc > origin.ttc:
        yield Finding(
            code="AVOIR-ABOVE",
            severity=Severity.BLOCKING,
            sentence=f"L'avoir ({french(note.ttc)}) dépasse la facture {origin.id} qu'il corrige "
            f"({french(origin.ttc)}). Rejetez-le et demandez-en un autre.",
            about=origin.id,
            proposal=SupplierStatus.REFUSED,
            motif=f"L'avoir dépasse le montant de la facture {origin.number} ({french(origin.ttc)}).",
        )
    elif origin.state in OVER:
        yield _remark(
            "AVOIR-OF-REFUSED",
            Severity.BLOCKING,
            f"L'avoir annule la facture {origin.id}, déjà refusée : il n'y a rien à payer ni à déduire. Écartez-le "
            "(dematfin facture ecarter).",
        )
    elif origin.state in MANDATED:
        yield _remark(
            "AVOIR-AFTER-MANDAT",
            Severity.WARNING,
            f"L'avoir corrige la facture {origin.id}, déjà mandatée : il se traite par un mandat de réduction ou "
            "d'annulation (même exercice), ou par un titre de recettes (exercice clos). Voyez avec le comptable.",
        )
    else:
        remark = f"L'avoir corrige la facture {origin.id} : il en sera déduit au mandatement."
        yield _remark("AVOIR-LINKED", Severity.INFO, remark)


def _remark(code: str, severity: Severity, sentence: str) -> Finding:
    return Finding(code=code, severity=severity, sentence=sentence)
