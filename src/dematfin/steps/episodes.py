"""Episodes: an invoice comes back under the same identifier, recycled or completed by its supplier.

It is controlled and certified anew. One that we have already certified, mandated or refused stays as it is.
"""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Invoice, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.reception import Reception
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.ports.app import App
from dematfin.ports.invoice_source import RemoteRef
from dematfin.ports.ledger import Books

UNDECIDED: Final = frozenset(
    {InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA, InvoiceState.INTERRUPTED}
)


def came_back(invoice: Invoice, ref: RemoteRef) -> bool:
    """Say whether a status that changed may be the supplier's doing: SERVICE_FAIT is only set on our side."""
    return invoice.state in UNDECIDED and ref.ready and ref.status != SupplierStatus.SERVICE_FAIT


def next_episode(app: App, books: Books, reception: Reception, content: Content) -> Invoice:
    """Return the invoice with what came back, its pending visa withdrawn; unchanged when nothing new came."""
    before = books.get(Invoice, reception.invoice_id)
    if before.state not in UNDECIDED or content == before.content:
        return before
    again = received(
        content,
        invoice_id=before.id,
        origin=before.origin,
        remote_id=before.remote_id,
        remote_status=reception.status,
        notified_on=reception.notified_on or content.received_on,
    )
    _withdraw_visa(app, books, before)
    motif = f"revenue du fournisseur (Chorus Pro : {reception.status}) : à contrôler et à viser de nouveau"
    books.record(app.event(Subject.INVOICE, before.id, before.state, again.state, motif, remote_id=before.remote_id))
    return replace(again, episode=before.episode + 1)


def _withdraw_visa(app: App, books: Books, invoice: Invoice) -> None:
    waiting = folder_id(invoice.id, invoice.episode)
    for folder in books.find(VisaFolder, id=waiting, state=FolderState.IN_CIRCUIT):
        books.save(replace(folder, state=FolderState.WITHDRAWN))
        books.record(app.event(Subject.FOLDER, invoice.id, folder.state, FolderState.WITHDRAWN, "facture revenue"))
