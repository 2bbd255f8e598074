"""Duplicates: the same invoice twice is a payment twice.

A duplicate is a finding that a person decides, never a deletion. Firms are compared by SIREN (one firm may bill
from two sites), numbers after normalisation, credit notes with credit notes only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.money import french

OVER: Final = frozenset({InvoiceState.REFUSED, InvoiceState.CANCELLED})
"""An invoice that ended so never blocks the one that replaces it."""
CLOSE: Final = timedelta(days=45)
YEARS: Final = timedelta(days=3 * 366)
"""Other numbers are compared over the current year and the two before."""
ALIKE: Final = str.maketrans("OQILSZB", "0011528")
"""Letters that are taken for digits when a number is typed from paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A person's word on two invoices that look alike: two distinct ones, or one twice.

    Attributes:
        id: `<first>|<second>`, the older one first.
    """

    id: str
    first: str
    second: str
    distinct: bool
    by: str
    motif: str


def pair_id(one: str, other: str) -> str:
    """Name two invoices, in whatever order they are given."""
    return "|".join(sorted((one, other)))


def duplicates(invoice: Invoice, others: Iterable[Invoice], decided: Mapping[str, Pair]) -> Iterator[Finding]:
    """Compare an invoice with those that came before it; `decided` is what people said, by pair."""
    for other in others:
        if other.id != invoice.id and other.is_credit_note == invoice.is_credit_note:
            yield from _compared(invoice, other, decided.get(pair_id(invoice.id, other.id)))


def _compared(invoice: Invoice, other: Invoice, pair: Pair | None) -> Iterator[Finding]:
    found = _same_file(invoice, other) or (_same_firm(invoice, other) if _one_firm(invoice, other) else None)
    if found is None:
        return
    code, severity, what = found
    if pair is not None and pair.distinct:
        yield _finding(code, Severity.INFO, other, what, f"Deux factures distinctes, a décidé {pair.by} : {pair.motif}")
    elif other.state in OVER:
        yield _finding(code, Severity.INFO, other, what, "Elle la remplace.")
    elif severity is Severity.BLOCKING:
        remedy = f"Comparez-les puis décidez (dematfin doublon decider {invoice.id} --avec {other.id})."
        yield _finding(code, severity, other, what, remedy)
    else:
        yield _finding(code, severity, other, what, "Comparez-les avant le paiement.")


def _one_firm(invoice: Invoice, other: Invoice) -> bool:
    return invoice.supplier_siren == other.supplier_siren


def _same_file(invoice: Invoice, other: Invoice) -> tuple[str, Severity, str] | None:
    if invoice.main_file and invoice.main_file == other.main_file:
        return "DUP-D5", Severity.BLOCKING, "contient exactement le même fichier"
    return None


def _same_firm(invoice: Invoice, other: Invoice) -> tuple[str, Severity, str] | None:
    if other.number_key == invoice.number_key:
        return _same_number(invoice, other)
    if other.ttc != invoice.ttc or abs(other.issued_on - invoice.issued_on) > YEARS:
        return None
    amount = f"pour le même montant ({french(other.ttc)})"
    if nearly(other.number_key, invoice.number_key):
        return "DUP-D7", Severity.WARNING, f"porte presque le même numéro ({other.number}) {amount}"
    if other.issued_on == invoice.issued_on:
        return "DUP-D3", Severity.WARNING, f"porte la même date et un autre numéro ({other.number}) {amount}"
    if abs(other.issued_on - invoice.issued_on) <= CLOSE and "" != other.engagement_key == invoice.engagement_key:
        what = f"se rapporte au même engagement à moins de 45 jours (n° {other.number}) {amount}"
        return "DUP-D4", Severity.INFO, what
    return None


def _same_number(invoice: Invoice, other: Invoice) -> tuple[str, Severity, str]:
    if other.ttc == invoice.ttc:
        code, what = "DUP-D1", f"porte le même numéro et le même montant ({french(other.ttc)})"
    else:
        code, what = "DUP-D2", f"porte le même numéro pour {french(other.ttc)}"
    if other.origin is not invoice.origin:
        return "DUP-D6", Severity.BLOCKING, f"{what}, par un autre canal (papier et Chorus Pro)"
    return code, Severity.BLOCKING, what


def nearly(one: str, other: str) -> bool:
    """Say whether two normalised numbers differ by one typing mistake: a sign more, less, other, or two swapped.

    >>> nearly("F2026412", "F2026421"), nearly("F202641O", "F2026410"), nearly("F2026412", "F2026555")
    (True, True, False)
    """
    if one.translate(ALIKE) == other.translate(ALIKE):
        return True
    if len(one) > len(other):
        one, other = other, one
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    head, tail = one[start:], other[start:]
    if len(head) < len(tail):
        return head == tail[1:]
    return head[1:] == tail[1:] or (head[:2] == tail[1::-1] and head[2:] == tail[2:])


def _finding(code: str, severity: Severity, other: Invoice, what: str, remedy: str) -> Finding:
    motif = f"Doublon de votre facture {other.number} du {other.issued_on:%d/%m/%Y}, déjà reçue."
    return Finding(
        code=code,
        severity=severity,
        sentence=f"La facture {other.id} du même fournisseur {what}. {remedy}",
        about=other.id,
        proposal=SupplierStatus.REFUSED if severity is Severity.BLOCKING else None,
        motif=motif if severity is Severity.BLOCKING else "",
    )
