"""Duplicates: the same invoice twice is a payment twice.

A duplicate is a finding that a person decides, never a deletion. Firms are compared by SIREN (one firm may bill
from two sites), numbers after normalisation, credit notes with credit notes only.
"""

from collections.abc import Iterable, Iterator

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.money import french

OVER = frozenset({InvoiceState.REFUSED, InvoiceState.CANCELLED})
"""An invoice that ended so never blocks the one that replaces it."""


def duplicates(invoice: Invoice, others: Iterable[Invoice]) -> Iterator[Finding]:
    """Compare an invoice with those that came before it from the same firm."""
    for other in others:
        if other.id == invoice.id or other.is_credit_note != invoice.is_credit_note:
            continue
        if other.number_key == invoice.number_key and other.ttc == invoice.ttc:
            yield _finding("DUP-D1", other, f"porte le même numéro et le même montant ({french(other.ttc)})")
        elif other.number_key == invoice.number_key:
            yield _finding("DUP-D2", other, f"porte le même numéro pour {french(other.ttc)}")
        elif other.main_file and other.main_file == invoice.main_file:
            yield _finding("DUP-D5", other, "porte exactement le même fichier")


def _finding(code: str, other: Invoice, what: str) -> Finding:
    over = other.state in OVER
    remedy = "Elle la remplace." if over else "Vérifiez avant tout paiement ; si c'est un doublon, rejetez celle-ci."
    return Finding(
        code=code,
        severity=Severity.INFO if over else Severity.BLOCKING,
        sentence=f"La facture {other.id} du même fournisseur {what}. {remedy}",
    )
