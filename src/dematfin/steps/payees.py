"""Payees: who is paid in the place of whom, as the ledger knows it when a mandat is made."""

from decimal import Decimal

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.payee import marche_key, ordered
from dematfin.domain.parties.payee import Assignment, Payee, Subcontract
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.accounts import accounts_of


def payee_of(app: App, books: Books, invoice: Invoice, engagement: Engagement | None) -> Payee:
    """Return who is paid for an invoice in the place of the engagement's creditor."""
    firm, key = invoice.supplier_siren, marche_key(invoice, engagement)
    creditor = engagement.tiers if engagement else ""
    contracts = [one for one in books.find(Subcontract, firm=firm) if one.pays(firm, creditor, key)]
    handed = [one for one in books.find(Assignment, firm=firm) if one.concerns(firm, key)]
    subcontract = contracts[0] if contracts else None
    assignment = max(handed, key=lambda one: bool(one.marche)) if handed else None
    factors = books.find(Tiers, id=assignment.factor) if assignment else ()
    return Payee(
        subcontract=subcontract,
        ordered=already_ordered(books, subcontract) if subcontract else Decimal(0),
        assignment=assignment,
        factor=factors[0] if factors else None,
        accounts=accounts_of(app, books, factors[0].siren, factors) if factors else (),
    )


def already_ordered(books: Books, subcontract: Subcontract) -> Decimal:
    """Add up what mandats have ordered to pay on an acte spécial, what was taken back left out."""
    mandats = {one.id: one for one in books.find(Mandat, subcontract=subcontract.id)}
    on_the_marche = books.find(Mandat, marche=tuple({one.marche for one in mandats.values()})) if mandats else ()
    taken_back = {one.id: one for one in on_the_marche if one.origin and one.origin.mandat in mandats}
    return ordered((mandats | taken_back).values())
