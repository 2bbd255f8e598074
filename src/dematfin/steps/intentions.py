"""Intentions: what was decided for a supplier is written down, taken back while untold, tried again when refused."""

from dataclasses import replace
from typing import Final

from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

ANSWERS: Final = {
    InvoiceState.SENT_BACK: SupplierStatus.RECYCLED,
    InvoiceState.INTERRUPTED: SupplierStatus.SUSPENDED,
    InvoiceState.REFUSED: SupplierStatus.REFUSED,
}
"""What the supplier is told of where an agent puts an invoice."""
TELLS: Final = ANSWERS | {InvoiceState.SERVICE_FAIT: SupplierStatus.SERVICE_FAIT}
"""What the supplier is told of where an invoice stands."""
UNTOLD: Final = (IntentionState.OPEN, IntentionState.REFUSED)


def intend(app: App, books: Books, invoice: Invoice, status: SupplierStatus, **words: str) -> None:
    """Form an intention, once; `words` are its motif or its mandat number. Paper has nobody to tell."""
    key = intention_id(invoice.remote_id, invoice.episode, status)
    if invoice.origin is not Origin.CHORUS or _stands(books.find(Intention, id=key)):
        return
    books.save(
        Intention(
            id=key,
            sequence=books.next_number("intention"),
            invoice_id=invoice.id,
            remote_id=invoice.remote_id,
            status=status,
            formed_at=app.clock.now(),
            motif=words.get("motif", ""),
            mandat=words.get("mandat", ""),
        )
    )


def _stands(formed: tuple[Intention, ...]) -> bool:
    """Whether it was formed already; what was taken back may be decided again, a mandat told too late never.

    One that was recalled with its mandat has no number any more.
    """
    return any(one.state is not IntentionState.GIVEN_UP or bool(one.mandat) for one in formed)


def is_told(books: Books, invoice: Invoice) -> bool:
    """Say whether the supplier knows where an invoice stands: we told it, or somebody did in Chorus Pro."""
    status = ANSWERS[invoice.state]
    formed = books.find(Intention, id=intention_id(invoice.remote_id, invoice.episode, status))
    return invoice.remote_status == status or not formed or formed[0].state is IntentionState.DONE


def give_up(books: Books, intention: Intention, why: str) -> None:
    """Never tell it: a person knows that the neighbour's picture differs."""
    books.save(replace(intention, state=IntentionState.GIVEN_UP, outcome=why))


def take_back(books: Books, invoice: Invoice, why: str) -> None:
    """Give up all that was not told yet of an invoice: a later decision replaces it."""
    for intention in books.find(Intention, invoice_id=invoice.id, state=UNTOLD):
        give_up(books, intention, why)


def recall(books: Books, invoice: Invoice, why: str) -> None:
    """Take back a number that was not told yet, since its mandat leaves its bordereau: it may be told again."""
    for one in books.find(Intention, invoice_id=invoice.id, status=SupplierStatus.MANDATEE, state=IntentionState.OPEN):
        give_up(books, replace(one, mandat=""), why)


def announced(books: Books, invoice: Invoice) -> bool:
    """Say whether Chorus Pro shows the invoice as mandated, by what we told: that cannot be taken back there."""
    key = intention_id(invoice.remote_id, invoice.episode, SupplierStatus.MANDATEE)
    return bool(books.find(Intention, id=key, state=IntentionState.DONE))


def reopen(books: Books, invoice: Invoice) -> None:
    """Try again what the neighbour refused, since the invoice has moved there: somebody has put it right."""
    for refused in books.find(Intention, invoice_id=invoice.id, state=IntentionState.REFUSED):
        books.save(replace(refused, state=IntentionState.OPEN))


def reopen_all(app: App) -> None:
    """Try again whatever the neighbour refused: a person asks for it."""
    with app.ledger.transaction() as books:
        for refused in books.find(Intention, state=IntentionState.REFUSED):
            books.save(replace(refused, state=IntentionState.OPEN))
