"""A person says of two invoices that look alike whether they are two, or one twice."""

from dematfin.acts.answers import answer
from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.duplicates import OVER, Pair, motif_for_supplier, pair_id
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one

LOOK_ALIKE = "DUP-"
"""Prefix of the findings on two invoices that look alike."""


def decide(app: App, who: Person, invoice_id: str, other_id: str, motif: str, *, distinct: bool) -> Invoice:
    """Record the decision: a duplicate is rejected (Chorus Pro) or cancelled (paper), two distinct ones go on.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or the two are not in a state to be decided on.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice, other = books.get(Invoice, invoice_id), books.get(Invoice, other_id)
        reason = for_journal(f"Facture {invoice_id}", motif)
        _check_alike(invoice, other)
        if not distinct:
            _check_one_is_left(invoice, other)
        _keep(app, who, books, (invoice, other), reason, distinct=distinct)
        if not distinct:
            _end(app, who, books, invoice, other)
    for one in (invoice_id, other_id):  # whichever of the two was held by the other
        control_one(app, one)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def _keep(app: App, who: Person, books: Books, pair: tuple[Invoice, Invoice], reason: str, *, distinct: bool) -> None:
    invoice, other = pair
    first, second = sorted((invoice.id, other.id))
    key = pair_id(first, second)
    books.save(Pair(id=key, first=first, second=second, distinct=distinct, by=who.name, motif=reason))
    what = "n'est pas un doublon" if distinct else "est un doublon"
    told = f"{what} de {other.id} : {reason} ({who.name})"
    data = {EXCEPTION: Exceptional.DISTINCT} if distinct else {"same_as": other.id}
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, told, **data))


def _end(app: App, who: Person, books: Books, invoice: Invoice, other: Invoice) -> None:
    """Of one invoice that came twice, this copy goes no further; paper has no supplier to tell."""
    if invoice.origin is Origin.CHORUS:
        answer(app, who, books, invoice, InvoiceState.REFUSED, motif_for_supplier(invoice, other))
        return
    cancelled = invoice.moved(InvoiceState.CANCELLED)
    books.save(cancelled)
    motif = f"doublon de {other.id}, écartée par {who.name}"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, cancelled.state, motif))


def _check_alike(invoice: Invoice, other: Invoice) -> None:
    if invoice.id == other.id:
        message = f"Facture {invoice.id} : donnez deux factures différentes."
        raise RuleError(message)
    if invoice.state in OVER:
        message = f"Facture {invoice.id} : elle est déjà refusée ou annulée, il n'y a plus rien à décider."
        raise RuleError(message)
    seen = {(one.id, finding.about) for one in (invoice, other) for finding in _on_look_alikes(one)}
    if not seen & {(invoice.id, other.id), (other.id, invoice.id)}:
        message = (
            f"Facture {invoice.id} : aucun contrôle ne la rapproche de {other.id}. Vérifiez les deux identifiants ; "
            "si vous savez que c'est un doublon, rejetez-la (dematfin facture rejeter)."
        )
        raise RuleError(message)


def _on_look_alikes(invoice: Invoice) -> list[Finding]:
    return [finding for finding in invoice.findings if finding.code.startswith(LOOK_ALIKE)]


def _check_one_is_left(invoice: Invoice, other: Invoice) -> None:
    """One of the two must remain, or the supplier would never be paid."""
    if other.state in OVER:
        message = (
            f"Facture {invoice.id} : {other.id} est déjà refusée ou annulée. Si vous écartez aussi celle-ci, le "
            "fournisseur ne sera jamais payé : vérifiez laquelle garder."
        )
        raise RuleError(message)
    if invoice.state is not InvoiceState.TO_CORRECT:
        message = f"Facture {invoice.id} : seule une facture « à corriger » peut être écartée comme doublon."
        raise RuleError(message)
