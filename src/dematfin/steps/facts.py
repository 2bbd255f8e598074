"""Facts: what the neighbour shows of an invoice that we have, recorded whoever did it, whatever our table says."""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import UNMANDATED, withdraw_visa
from dematfin.steps.intentions import take_back

FOLLOWS: Final = {
    Stage.SUSPENDED: InvoiceState.INTERRUPTED,
    Stage.RECYCLED: InvoiceState.SENT_BACK,
    Stage.AWAY: InvoiceState.SENT_BACK,  # recycled between two imports, and on its way to another service
    Stage.REJECTED: InvoiceState.REFUSED,
    Stage.MANDATED: InvoiceState.ELSEWHERE,
}


def observe(app: App, books: Books, invoice: Invoice, status: str) -> Invoice:
    """Record the status shown by Chorus Pro, close the episode that it ends, and return the invoice."""
    if invoice.remote_status == status:
        return invoice
    after = FOLLOWS.get(stage(status), invoice.state) if invoice.state in UNMANDATED else invoice.state
    observed = replace(invoice, remote_status=status, state=after)
    if after is InvoiceState.INTERRUPTED and invoice.interrupted_on is None:
        observed = replace(observed, interrupted_on=app.clock.today())
    if after is not invoice.state:
        withdraw_visa(app, books, invoice, f"facture {said(status)} dans Chorus Pro")
        take_back(books, invoice, f"la facture est déjà « {said(status)} » dans Chorus Pro")
    books.save(observed)
    motif = f"Chorus Pro la montre « {said(status)} »"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, after, motif, by="chorus", statut=status))
    return observed
