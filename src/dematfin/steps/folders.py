"""Folders: each change is kept with its event and with what then lies on each desk, in one transaction."""

from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.tally.visas import told
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.supporting import Supporting, seen_together
from dematfin.domain.visa.task import tasks
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

WITH_ITS_DESKS: Final = frozenset({InvoiceState.IN_VISA, InvoiceState.SERVICE_FAIT})
"""States of an invoice that only its desks should move."""


def keep_folder(
    app: App, books: Books, before: VisaFolder | None, folder: VisaFolder, invoice: Invoice, motif: str, **marks: str
) -> None:
    """Save a folder that was `before`, what lies on its desks, and the event that says why, and keeps `marks`."""
    pay_by = invoice.delay(app.policy.days_for(invoice)).deadline
    books.save(folder, *tasks(folder, before, pay_by))
    state = before.state if before else ""
    data = (
        {"desk": folder.desk, "folder": folder.id} | told(before, folder, lambda at: app.clock.local(at).date()) | marks
    )
    books.record(app.event(Subject.FOLDER, invoice.id, state, folder.state, motif, **data))


def out_of_circuit(invoice: Invoice) -> dict[str, str]:
    """Return what the event keeps of an agent's decision on an invoice that its desks have, or have certified."""
    return {EXCEPTION: Exceptional.OUT_OF_CIRCUIT} if invoice.state in WITH_ITS_DESKS else {}


def supporting(books: Books, folder_key: str) -> tuple[Supporting, ...]:
    """Return the documents that were added to a folder."""
    return books.find(Supporting, folder=folder_key)


def shown(books: Books, invoice: Invoice, folder_key: str) -> str:
    """Return the fingerprint of the documents that whoever opens the folder now can see."""
    return seen_together(invoice, supporting(books, folder_key))
