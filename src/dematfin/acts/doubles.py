"""A person says of two invoices that look alike whether they are two, or one twice."""

from dematfin.acts.answers import reject
from dematfin.domain.event import Subject
from dematfin.domain.invoice.duplicates import OVER, Pair, pair_id
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one


def decide(app: App, who: Person, invoice_id: str, other_id: str, motif: str, *, distinct: bool) -> Invoice:
    """Record the decision: a duplicate is rejected (Chorus Pro) or set aside (paper), two distinct ones go on.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or the two are not in a state to be decided on.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice, other = books.get(Invoice, invoice_id), books.get(Invoice, other_id)
        _check(invoice, other, motif, distinct=distinct)
        first, second = sorted((invoice_id, other_id))
        pair = Pair(
            id=pair_id(invoice_id, other_id), first=first, second=second, distinct=distinct, by=who.name, motif=motif
        )
        books.save(pair)
        what = "n'est pas un doublon" if distinct else "est un doublon"
        told = f"{what} de {other_id} : {motif} ({who.name})"
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told))
        if not distinct and invoice.origin is not Origin.CHORUS:
            _cancel(app, books, invoice, other)
    if not distinct and invoice.origin is Origin.CHORUS:
        return reject(app, who, invoice_id, _words(invoice, other))
    control_one(app, invoice_id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def _words(invoice: Invoice, other: Invoice) -> str:
    """What the supplier is told; the other invoice is named only when it is the same firm's."""
    if invoice.supplier_siren != other.supplier_siren:
        return "Doublon d'une facture déjà reçue."
    return f"Doublon de votre facture {other.number} du {other.issued_on:%d/%m/%Y}, déjà reçue."


def _check(invoice: Invoice, other: Invoice, motif: str, *, distinct: bool) -> None:
    if invoice.id == other.id:
        message = f"Facture {invoice.id} : donnez deux factures différentes."
        raise RuleError(message)
    if not motif.strip():
        message = f"Facture {invoice.id} : donnez un motif, il est gardé au journal avec votre nom."
        raise RuleError(message)
    if not distinct and other.state in OVER:
        message = (
            f"Facture {invoice.id} : {other.id} est déjà refusée ou annulée. Si vous écartez aussi celle-ci, le "
            "fournisseur ne sera jamais payé : vérifiez laquelle garder."
        )
        raise RuleError(message)
    if not distinct and invoice.state is not InvoiceState.TO_CORRECT:
        message = f"Facture {invoice.id} : seule une facture « à corriger » peut être écartée comme doublon."
        raise RuleError(message)


def _cancel(app: App, books: Books, invoice: Invoice, other: Invoice) -> None:
    cancelled = invoice.moved(InvoiceState.CANCELLED)
    books.save(cancelled)
    motif = f"doublon de {other.id}, écartée"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, cancelled.state, motif))
