"""A litigation holds an invoice: nothing of it, nor of what pays it, is eliminated until it is lifted."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.retention.elimination import Gone, Hold
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.pieces import INVOICE


def hold(app: App, who: Person, invoice_id: str, motif: str) -> Hold:
    """Suspend the elimination of an invoice; raises Forbidden, UnknownRecord, RuleError: it is too late."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    reason = for_journal(f"Facture {invoice_id}", motif)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        for gone in books.find(Gone, id=f"{INVOICE}:{invoice_id}"):
            message = f"La facture {invoice_id} a été éliminée le {gone.at:%d/%m/%Y} ({gone.elimination})."
            raise RuleError(message)
        held = Hold(id=invoice_id, motif=reason, placed_by=who.id, placed_at=app.clock.now())
        books.save(held)
        words = f"élimination suspendue : {reason}"
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, words))
    return held


def lift(app: App, who: Person, invoice_id: str, motif: str) -> Hold:
    """Lift a suspension; raises Forbidden, UnknownRecord, RuleError: there is none."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    reason = for_journal(f"Facture {invoice_id}", motif)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        found = books.find(Hold, id=invoice_id, active=True)
        if not found:
            message = f"L'élimination de la facture {invoice_id} n'est pas suspendue."
            raise RuleError(message)
        lifted = replace(found[0], active=False)
        books.save(lifted)
        words, marks = f"suspension de l'élimination levée : {reason}", {EXCEPTION: Exceptional.HOLD_LIFTED}
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, words, **marks))
    return lifted


def holds(app: App, who: Person) -> tuple[Hold, ...]:
    """Return what is suspended now."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return books.find(Hold, active=True)
