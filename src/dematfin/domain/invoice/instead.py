"""Somebody else than the engagement's creditor asks to be paid: an accepted subcontractor, a factor."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Invoice, search_key
from dematfin.domain.invoice.payment import SUBCONTRACTOR
from dematfin.domain.parties.payee import Payee

WORDING: Final = re.compile(r"SUBROG|AFFACTUR|CESSION DE CREANCE|CESSIONNAIRE|DAILLY")
"""What an invoice says when its claim was handed over."""


def check_factor(content: Content, payee: Payee) -> Iterator[Finding]:
    """Somebody else than the supplier cashes: paying the supplier would not discharge the debt."""
    said, known = _said(content), payee.assignment
    if known and known.confirmed and (not said or said == _worded(content) or _same(said, known.payee)):
        return
    if known and not known.confirmed:
        yield _to_confirm(known.payee, known.id)
    elif said:
        yield _unknown(said)


def check_subcontract(invoice: Invoice, payee: Payee) -> Iterator[Finding]:
    """What an accepted subcontractor asks for, against its acte spécial: no TVA that it does not owe."""
    if payee.subcontract and (wrong := payee.subcontract.check_tva(invoice.content.amounts.tva)):
        yield Finding(
            code="SUM-REVERSE-CHARGE",
            severity=Severity.BLOCKING,
            sentence=wrong,
            article="CGI, art. 283, 2 nonies",
            about=str(invoice.content.amounts.tva),
            proposal=SupplierStatus.REFUSED,
            motif="Sous-traitance en autoliquidation : facturez sans TVA, avec la mention « Autoliquidation ».",
        )


def without_tva(content: Content, payee: Payee) -> Content:
    """Return an invoice as its sums are judged: a subcontractor who owes no TVA may name a rate and ask for none."""
    return replace(content, frame=SUBCONTRACTOR) if payee.subcontract and payee.subcontract.reverse_charge else content


def _said(content: Content) -> str:
    """Who cashes, as the invoice says it; many suppliers name themselves."""
    supplier = content.supplier
    if supplier.factor and search_key(supplier.factor) != search_key(supplier.name):
        return supplier.factor
    return _worded(content)


def _same(said: str, payee: str) -> bool:
    """Whether two names are one, legal form or not; in any case only the factor's own account is paid."""
    one, other = search_key(said), search_key(payee)
    return one.startswith(other) or other.startswith(one)


def _worded(content: Content) -> str:
    """The words of the invoice that speak of a claim handed over."""
    lines, files = content.lines, content.attachments
    texts = (content.supplier.name, *(one.reference for one in lines), *(one.name for one in files))
    return next((search_key(text) for text in texts if WORDING.search(search_key(text))), "")


def _to_confirm(name: str, key: str) -> Finding:
    return Finding(
        code="BANK-FACTOR-CALL",
        severity=Severity.BLOCKING,
        sentence=f"La créance est cédée à {name}, ce que deux personnes n'ont pas encore confirmé : rappelez le "
        f"fournisseur au numéro du contrat (dematfin tiers affacturage valider {key}).",
        article="C. civ., art. 1346-1",
        about=name,
    )


def _unknown(name: str) -> Finding:
    return Finding(
        code="BANK-FACTOR",
        severity=Severity.BLOCKING,
        sentence=f"Le paiement est demandé par {name} (affacturage ou cession) : payer le fournisseur n'éteindrait pas "
        "la dette, et les faux affactureurs sont une fraude courante. Vérifiez la mention de subrogation et la "
        "notification au comptable, puis enregistrez la cession (dematfin tiers affacturage ajouter) : deux personnes "
        "rappellent le fournisseur.",
        article="C. civ., art. 1346-1",
        about=name,
        proposal=SupplierStatus.SUSPENDED,
        motif="Joignez la preuve de la subrogation ou de la cession de créance au profit du nouveau bénéficiaire.",
    )
