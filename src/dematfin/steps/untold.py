"""Untold: what was decided for a supplier and has not reached Chorus Pro can still be taken back."""

from typing import Final

from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.ports.ledger import Books
from dematfin.steps.tell import give_up

ANSWERS: Final = {
    InvoiceState.SENT_BACK: SupplierStatus.RECYCLED,
    InvoiceState.INTERRUPTED: SupplierStatus.SUSPENDED,
    InvoiceState.REFUSED: SupplierStatus.REFUSED,
}
"""What the supplier is told of where an agent puts an invoice."""
UNTOLD: Final = (IntentionState.OPEN, IntentionState.REFUSED)


def is_told(books: Books, invoice: Invoice) -> bool:
    """Say whether the supplier knows where an invoice stands: we told it, or somebody did in Chorus Pro."""
    status = ANSWERS[invoice.state]
    formed = books.find(Intention, id=intention_id(invoice.remote_id, invoice.episode, status))
    return invoice.remote_status == status or not formed or formed[0].state is IntentionState.DONE


def take_back(books: Books, invoice: Invoice, why: str) -> None:
    """Give up all that was not told yet of an invoice: a later decision replaces it."""
    for intention in books.find(Intention, invoice_id=invoice.id, state=UNTOLD):
        give_up(books, intention, why)
