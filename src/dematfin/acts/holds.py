"""An agent takes up what is held: corrects, forces, takes over, leaves to others; each in one's own name."""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.forcing import forced
from dematfin.domain.invoice.invoice import Invoice, routed
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one
from dematfin.steps.episodes import withdraw_visa
from dematfin.steps.tell import give_up

TOLD: Final = {
    InvoiceState.SENT_BACK: SupplierStatus.RECYCLED,
    InvoiceState.INTERRUPTED: SupplierStatus.SUSPENDED,
}


def resume(app: App, who: Person, invoice_id: str, motif: str, service: str = "", engagement: str = "") -> Invoice:
    """Take an invoice up again, with the right service or engagement when they are given: it is controlled anew.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or Chorus Pro already shows it sent back or suspended: only the
            supplier can bring it back.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_motif(invoice, motif)
        _take_back(books, invoice)
        withdraw_visa(app, books, invoice, "facture reprise par un agent")
        again = replace(invoice.moved(InvoiceState.RECEIVED), episode=invoice.episode + 1, findings=())
        if invoice.state is InvoiceState.INTERRUPTED:
            again = replace(again, interrupted_on=None, letter=None)  # nobody was told
        again = routed(again, service or again.service, engagement or again.engagement, again.marche)
        books.save(again)
        words = [f"service {service}"] * bool(service) + [f"engagement {engagement}"] * bool(engagement)
        told = f"reprise{' (' + ', '.join(words) + ')' if words else ''} : {motif}"
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, again.state, told))
    return _controlled(app, invoice_id)


def force(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Let the blocking findings of an invoice pass.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, nothing blocks it, or what does may not be forced.
    """
    app = app.on_behalf_of(who, Act.HOLD)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_motif(invoice, motif)
        passed = forced(invoice, who.name, motif)
        books.save(passed)
        codes = ", ".join(one.code for one in passed.forced[len(invoice.forced) :])
        told = f"contrôle forcé ({codes}) : {motif}"
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told))
    return _controlled(app, invoice_id)


def take_over(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Make ours an invoice that was followed elsewhere: controls and visa begin, they alone lead to a mandat."""
    app = app.on_behalf_of(who, Act.HOLD)
    _move(app, who, invoice_id, InvoiceState.RECEIVED, motif, "prise en main")
    return _controlled(app, invoice_id)


def set_aside(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Leave an invoice to be followed elsewhere: already paid, direct debit, works; it is never mandated here."""
    return _move(app.on_behalf_of(who, Act.HOLD), who, invoice_id, InvoiceState.ELSEWHERE, motif, "écartée")


def _move(app: App, who: Person, invoice_id: str, state: InvoiceState, motif: str, verb: str) -> Invoice:
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_motif(invoice, motif)
        moved = invoice.moved(state)
        books.save(moved)
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, state, f"{verb} par {who.name} : {motif}"))
    return moved


def _controlled(app: App, invoice_id: str) -> Invoice:
    control_one(app, invoice_id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def _take_back(books: Books, invoice: Invoice) -> None:
    """What was decided and not told yet is taken back; what Chorus Pro shows already is the supplier's to answer."""
    status = TOLD.get(invoice.state)
    if status is None:
        return
    formed = books.find(Intention, id=intention_id(invoice.remote_id, invoice.episode, status))
    if invoice.remote_status == status or not formed or formed[0].state is IntentionState.DONE:
        message = (
            f"Facture {invoice.id} : Chorus Pro la montre « {said(status)} », seul le fournisseur peut la renvoyer. "
            "Demandez-lui de répondre dans Chorus Pro : elle reviendra d'elle-même à l'import."
        )
        raise RuleError(message)
    give_up(books, formed[0], "repris par un agent avant d'être transmis")


def _check_motif(invoice: Invoice, motif: str) -> None:
    if not motif.strip():
        message = f"Facture {invoice.id} : donnez un motif, il est gardé au journal avec votre nom."
        raise RuleError(message)
