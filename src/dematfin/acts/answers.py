"""An agent answers a supplier: what Chorus Pro must be told is intended with the decision, never without a person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dematfin.acts.reminder import keep_notice
from dematfin.domain.event import Subject
from dematfin.domain.interruption import Interruption
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.motif import for_supplier, listed
from dematfin.domain.paper.notice import NoticeKind
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.tally.words import WORDS, stops
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import withdraw_visa
from dematfin.steps.folders import out_of_circuit
from dematfin.steps.intentions import ANSWERS, intend, is_told, take_back

BY_POST: Final = {InvoiceState.SENT_BACK: NoticeKind.RETURN, InvoiceState.REFUSED: NoticeKind.REFUSAL}
"""The letter that tells the supplier of a paper invoice what Chorus Pro would."""


def recycle(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Send an invoice back to be addressed anew: wrong SIRET, service or engagement (A_RECYCLER).

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, a motif too long, an invoice already mandated or gone.
    """
    app = app.on_behalf_of(who, Act.ANSWER)
    with app.ledger.transaction() as books:
        return answer(app, who, books, books.get(Invoice, invoice_id), InvoiceState.SENT_BACK, motif)


def reject(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Refuse an invoice for good: what it says is wrong (REJETEE); same errors as `recycle`."""
    app = app.on_behalf_of(who, Act.ANSWER)
    with app.ledger.transaction() as books:
        return answer(app, who, books, books.get(Invoice, invoice_id), InvoiceState.REFUSED, motif)


def suspend(app: App, who: Person, invoice_id: str, motif: str, pieces: Sequence[str] = ()) -> Invoice:
    """Interrupt the legal delay because a document is missing (SUSPENDUE), with the letter that the law asks for.

    Once for an invoice, and before it is mandated only (CCP R. 2192-27, R. 2192-28); `pieces` are the documents to
    supply. Same errors as `recycle`.
    """
    app = app.on_behalf_of(who, Act.ANSWER)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
    reason, words = for_supplier(invoice_id, motif), for_supplier(invoice_id, motif, pieces)
    _check_interruptible(invoice)
    letter = app.documents.put(app.letters.interruption(_interruption(app, invoice, reason, listed(pieces))))
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_interruptible(invoice)
        interrupted = replace(invoice, interrupted_on=app.clock.today(), letter=letter)
        return answer(app, who, books, interrupted, InvoiceState.INTERRUPTED, words)


def answer(app: App, who: Person, books: Books, invoice: Invoice, state: InvoiceState, motif: str) -> Invoice:
    """Write an answer in the books of an act: the invoice, its visa, its history and what Chorus Pro must be told.

    Raises:
        Forbidden, RuleError: as `recycle`.
    """
    who.require(Act.ANSWER)
    words = for_supplier(invoice.id, motif)
    _check_open(books, invoice)
    answered = invoice.moved(state)
    if invoice.origin is Origin.SCAN and state in BY_POST:
        answered = replace(answered, letter=keep_notice(app, who, invoice, BY_POST[state], words))
    withdraw_visa(app, books, invoice, f"facture {said(ANSWERS[state])}")
    take_back(books, invoice, f"remplacé par une autre décision : {said(ANSWERS[state])}")
    books.save(answered)
    data = {WORDS: words} | stops(invoice.findings) | out_of_circuit(invoice)
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, state, f"{words} ({who.name})", **data))
    intend(app, books, answered, ANSWERS[state], motif=words)
    return answered


def _interruption(app: App, invoice: Invoice, motif: str, pieces: tuple[str, ...]) -> Interruption:
    budget = app.policy.budget(invoice.siret)
    return Interruption(
        sender=budget.label,
        siret=budget.siret,
        supplier=invoice.content.supplier.name,
        supplier_identifier=invoice.content.supplier.identifier,
        number=invoice.number,
        issued_on=invoice.issued_on,
        ttc=invoice.ttc,
        remote_id=invoice.remote_id if invoice.origin is Origin.CHORUS else "",
        notified_on=invoice.notified_on,
        written_on=app.clock.today(),
        motif=motif,
        pieces=pieces,
    )


def _check_open(books: Books, invoice: Invoice) -> None:
    if invoice.state is InvoiceState.TO_PAY:
        message = (
            f"Facture {invoice.id} : elle est déjà mandatée, elle ne peut plus être renvoyée, suspendue ni rejetée "
            "(CCP, art. R. 2192-27). Si le mandat doit être repris, voyez d'abord avec le comptable."
        )
        raise RuleError(message)
    if invoice.state is InvoiceState.SENT_BACK and invoice.origin is Origin.CHORUS and is_told(books, invoice):
        message = (
            f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} », le fournisseur l'a en "
            "main. Attendez qu'elle revienne pour la rejeter."
        )
        raise RuleError(message)


def _check_interruptible(invoice: Invoice) -> None:
    if invoice.is_credit_note:
        message = f"Facture {invoice.id} : c'est un avoir, aucun délai de paiement ne court. Renvoyez-le ou rejetez-le."
        raise RuleError(message)
    if invoice.interrupted_on is not None:
        message = (
            f"Facture {invoice.id} : son délai a déjà été interrompu le {invoice.interrupted_on:%d/%m/%Y}, la loi ne "
            "le permet qu'une fois (CCP, art. R. 2192-27). Réglez-la, renvoyez-la ou rejetez-la."
        )
        raise RuleError(message)
