"""An agent answers a supplier: what Chorus Pro must be told is intended with the decision, never without a person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.intention import LONGEST_MOTIF, SupplierStatus
from dematfin.domain.interruption import Interruption
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.episodes import withdraw_visa
from dematfin.steps.tell import intend

ANSWERS: Final = {
    InvoiceState.SENT_BACK: SupplierStatus.RECYCLED,
    InvoiceState.INTERRUPTED: SupplierStatus.SUSPENDED,
    InvoiceState.REFUSED: SupplierStatus.REFUSED,
}
"""What the supplier is told of where we put an invoice."""


def recycle(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Send an invoice back to be addressed anew: wrong SIRET, service or engagement (A_RECYCLER).

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, a motif too long, an invoice already mandated or gone.
    """
    who.require(Act.ANSWER)
    return _answer(app, who, invoice_id, InvoiceState.SENT_BACK, motif)


def reject(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Refuse an invoice for good: what it says is wrong (REJETEE); same errors as `recycle`."""
    who.require(Act.ANSWER)
    return _answer(app, who, invoice_id, InvoiceState.REFUSED, motif)


def suspend(app: App, who: Person, invoice_id: str, motif: str, pieces: Sequence[str] = ()) -> Invoice:
    """Interrupt the legal delay because a document is missing (SUSPENDUE), with the letter that the law asks for.

    Once for an invoice, and before it is mandated only (CCP R. 2192-27, R. 2192-28); `pieces` are the documents to
    supply. Same errors as `recycle`.
    """
    who.require(Act.ANSWER)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
    if invoice.interrupted_on is not None:
        message = (
            f"Facture {invoice_id} : son délai a déjà été interrompu le {invoice.interrupted_on:%d/%m/%Y}, la loi ne "
            "le "
            "permet qu'une fois (CCP, art. R. 2192-27). Réglez-la, renvoyez-la ou rejetez-la."
        )
        raise RuleError(message)
    words = f"{motif.strip().rstrip('.')}. À fournir : {', '.join(pieces)}" if pieces else motif
    _check_motif(invoice, words)
    letter = app.documents.put(app.letters.interruption(_interruption(app, invoice, motif, pieces)))
    return _answer(app, who, invoice_id, InvoiceState.INTERRUPTED, words, letter)


def _answer(
    app: App, who: Person, invoice_id: str, state: InvoiceState, motif: str, letter: DocumentRef | None = None
) -> Invoice:
    app = app.on_behalf_of(who, Act.ANSWER)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_motif(invoice, motif)
        _check_unmandated(invoice)
        answered = invoice.moved(state)
        if letter is not None:
            answered = replace(answered, interrupted_on=app.clock.today(), letter=letter)
        withdraw_visa(app, books, invoice, f"facture {said(ANSWERS[state])}")
        books.save(answered)
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, state, f"{motif} ({who.name})"))
        intend(app, books, answered, ANSWERS[state], motif=motif)
    return answered


def _interruption(app: App, invoice: Invoice, motif: str, pieces: Sequence[str]) -> Interruption:
    budget = app.policy.budget(invoice.siret)
    return Interruption(
        sender=budget.label,
        siret=budget.siret,
        supplier=invoice.content.supplier.name,
        supplier_identifier=invoice.content.supplier.identifier,
        number=invoice.number,
        issued_on=invoice.issued_on,
        ttc=invoice.ttc,
        remote_id=invoice.remote_id,
        notified_on=invoice.notified_on,
        written_on=app.clock.today(),
        motif=motif,
        pieces=tuple(pieces),
        days=app.policy.payment_days,
    )


def _check_motif(invoice: Invoice, motif: str) -> None:
    if not motif.strip():
        message = f"Facture {invoice.id} : donnez un motif, le fournisseur le lira dans Chorus Pro."
        raise RuleError(message)
    if len(motif) > LONGEST_MOTIF:
        message = (
            f"Facture {invoice.id} : le motif fait {len(motif)} caractères, Chorus Pro en garde {LONGEST_MOTIF}. "
            "Raccourcissez-le."
        )
        raise RuleError(message)


def _check_unmandated(invoice: Invoice) -> None:
    if invoice.state is InvoiceState.TO_PAY:
        message = (
            f"Facture {invoice.id} : elle est déjà mandatée, le fournisseur ne peut plus être interrompu (CCP, art. "
            "R. 2192-27). Si le mandat doit être repris, voyez d'abord avec le comptable."
        )
        raise RuleError(message)
