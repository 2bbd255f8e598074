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

Found = tuple[str, Severity, str]
"""Code, severity, and what the other invoice has in common with this one."""


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


def duplicates(
    invoice: Invoice, others: Iterable[Invoice], decided: Mapping[str, Pair], standings: Mapping[str, str]
) -> Iterator[Finding]:
    """Compare an invoice with those that came before it.

    `decided` is what people said, by pair; `standings` say where the others stand, in French, by invoice.
    """
    for other in others:
        if other.id != invoice.id and other.is_credit_note == invoice.is_credit_note:
            found = _in_common(invoice, other)
            if found is not None:
                pair = decided.get(pair_id(invoice.id, other.id))
                yield _judged(invoice, other, found, pair, standings.get(other.id, ""))


def motif_for_supplier(invoice: Invoice, other: Invoice) -> str:
    """Return what the supplier of a duplicate may know: its own invoices, not those of somebody else."""
    if invoice.supplier_siren != other.supplier_siren:
        return "Le document joint n'est pas celui de cette facture."
    return f"Doublon de votre facture {other.number} du {other.issued_on:%d/%m/%Y}, déjà reçue."


def _in_common(invoice: Invoice, other: Invoice) -> Found | None:
    one_firm = invoice.supplier_siren == other.supplier_siren
    if one_firm and other.number_key == invoice.number_key:
        return _same_number(invoice, other)
    if invoice.main_file and invoice.main_file == other.main_file:
        return "DUP-D5", Severity.BLOCKING, "contient exactement le même fichier"
    return _same_amount(invoice, other) if one_firm and other.ttc == invoice.ttc else None


def _judged(invoice: Invoice, other: Invoice, found: Found, pair: Pair | None, standing: str) -> Finding:
    code, severity, what = found
    firm = "du même fournisseur" if invoice.supplier_siren == other.supplier_siren else "d'un autre fournisseur"
    where = f" ({standing})" if standing else ""
    remark = f"La facture {other.id} {firm}{where} {what}."
    if pair is not None and pair.distinct:
        sentence = f"{remark} Deux factures distinctes, a décidé {pair.by} : {pair.motif}"
        return Finding(code=code, severity=Severity.INFO, sentence=sentence, about=other.id)
    if other.state in OVER:
        sentence = f"{remark} Celle-ci la remplace."
        return Finding(code=code, severity=Severity.INFO, sentence=sentence, about=other.id)
    if severity is not Severity.BLOCKING:
        return Finding(code=code, severity=severity, sentence=f"{remark} Comparez-les avant de viser.", about=other.id)
    return Finding(
        code=code,
        severity=severity,
        sentence=f"{remark} Comparez-les puis décidez (dematfin doublon decider {invoice.id} --avec {other.id}).",
        about=other.id,
        proposal=SupplierStatus.REFUSED,
        motif=motif_for_supplier(invoice, other),
    )


def _same_number(invoice: Invoice, other: Invoice) -> Found:
    if other.ttc == invoice.ttc:
        code, what = "DUP-D1", f"porte le même numéro et le même montant ({french(other.ttc)})"
    else:
        code, what = "DUP-D2", f"porte le même numéro pour {french(other.ttc)}"
    if other.origin is not invoice.origin:
        return "DUP-D6", Severity.BLOCKING, f"{what}, par un autre canal (papier et Chorus Pro)"
    return code, Severity.BLOCKING, what


def _same_amount(invoice: Invoice, other: Invoice) -> Found | None:
    apart = abs(other.issued_on - invoice.issued_on)
    amount = f"pour le même montant ({french(other.ttc)})"
    if apart > YEARS:
        return None
    if nearly(other.number_key, invoice.number_key) and not _one_series(invoice, other):
        return "DUP-D7", Severity.WARNING, f"porte presque le même numéro ({other.number}) {amount}"
    if not apart:
        return "DUP-D3", Severity.WARNING, f"porte la même date et un autre numéro ({other.number}) {amount}"
    if apart <= CLOSE and "" != other.engagement_key == invoice.engagement_key:
        return (
            "DUP-D4",
            Severity.INFO,
            f"se rapporte au même engagement à moins de 45 jours (n° {other.number}) {amount}",
        )
    return None


def _one_series(invoice: Invoice, other: Invoice) -> bool:
    """Say whether two numbers that differ by a digit, on two days, are two bills of a subscription, and no mistake."""
    if other.origin is not invoice.origin or other.issued_on == invoice.issued_on:
        return False
    pairs = zip(invoice.number_key, other.number_key, strict=False)
    changed = [(one, another) for one, another in pairs if one != another]
    return len(changed) <= 1 and all(one.isdigit() and another.isdigit() for one, another in changed)


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
