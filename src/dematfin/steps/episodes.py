"""Episodes: an invoice comes back under the same identifier, recycled or completed by its supplier.

It is controlled and certified anew. One that we have already mandated or refused stays as it is.
"""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.invoice.chorus import Stage, returns, said, stage
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Arrival, Invoice, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.tally.words import CAME_BACK
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.ports.app import App
from dematfin.ports.invoice_source import RemoteRef
from dematfin.ports.ledger import Books
from dematfin.steps.folders import keep_folder
from dematfin.steps.intentions import is_told, take_back
from dematfin.steps.remote import recall
from dematfin.steps.slips import ensure_slip

WITH_SUPPLIER: Final = frozenset({InvoiceState.INTERRUPTED, InvoiceState.SENT_BACK})
UNMANDATED: Final = WITH_SUPPLIER | {
    InvoiceState.RECEIVED,
    InvoiceState.TO_CORRECT,
    InvoiceState.IN_VISA,
    InvoiceState.SERVICE_FAIT,
}
"""Once it is to pay, its mandats have the word; what Chorus Pro shows is then compared and told, never followed."""
READ_AGAIN: Final = UNMANDATED | {InvoiceState.ELSEWHERE}
"""Followed elsewhere, it stays so; whoever takes it over has to see what its supplier sent last."""


def came_back(invoice: Invoice, ref: RemoteRef) -> bool:
    """Say whether a status that changed may be the supplier's doing: then its files are fetched again."""
    return invoice.state in READ_AGAIN and stage(ref.status) is Stage.READY


def next_episode(app: App, books: Books, before: Invoice, content: Content, arrival: Arrival) -> Invoice:
    """Return the invoice with what came back, its pending visa withdrawn; unchanged when it had not left."""
    if before.state not in READ_AGAIN or not _has_returned(books, before, content, arrival):
        return before
    fresh = received(before.id, content, arrival)
    elsewhere = before.state is InvoiceState.ELSEWHERE
    again = replace(
        fresh,
        state=before.state if elsewhere else fresh.state,
        episode=before.episode + 1,
        interrupted_on=fresh.interrupted_on or before.interrupted_on,  # the platform dates it better than we saw it
        resumed_on=fresh.resumed_on or before.resumed_on,
        paid_before=before.paid_before,
        paid_by=before.paid_by,
        letter=before.letter,
    )
    ensure_slip(app, books, before)
    withdraw_visa(app, books, before, "facture revenue")
    take_back(books, before, "la facture est revenue depuis : décidez de nouveau")
    then = "toujours suivie ailleurs" if elsewhere else "à contrôler et à viser de nouveau"
    motif = f"{CAME_BACK} ({said(arrival.remote_status)}) : {then}"
    data = {"remote_id": before.remote_id, "documents": content.fingerprints}
    books.record(app.event(Subject.INVOICE, before.id, before.state, again.state, motif, **data))
    return again


def _has_returned(books: Books, before: Invoice, content: Content, arrival: Arrival) -> bool:
    """A history that shows one more return, an invoice that was away, or other contents: one sign is enough.

    One that an agent has sent back, and Chorus Pro was not told yet, has not left: the decision holds. What is
    certified is certified anew for a return only: the same invoice may be written in two versions.
    """
    if returns(arrival.passages) > returns(before.passages):
        return True
    if before.state in WITH_SUPPLIER and is_told(books, before):
        return True
    return content != before.content and before.state is not InvoiceState.SERVICE_FAIT


def withdraw_visa(app: App, books: Books, invoice: Invoice, motif: str) -> None:
    """Take the invoice off the desk where it waits, if it does."""
    waiting = folder_id(invoice.id, invoice.episode)
    for folder in books.find(VisaFolder, id=waiting, state=(FolderState.DRAFT, FolderState.IN_CIRCUIT)):
        keep_folder(app, books, folder, folder.withdrawn(), invoice, motif)
        recall(app, books, folder, motif)
