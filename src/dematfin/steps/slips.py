"""Visa slips: once a decision cannot be taken back, what was said is kept as one sheet, made once."""

from dataclasses import replace
from typing import Final

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.domain.visa.slip import Slip, slip_documents, slip_lines, slip_steps
from dematfin.domain.visa.supporting import seen_together
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.folders import keep_folder, supporting
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.remorse import settled

ENDED: Final = (FolderState.APPROVED, FolderState.REFUSED)


def slips(app: App) -> Outcome:
    """Keep the slips that are missing; a bought parapheur makes those of its own folders."""
    tally = Tally("fiches de visa")
    with app.ledger.reading() as books:
        ended = books.find(VisaFolder, state=ENDED, slip=None, remote="")
        due = [one for one in ended if settled(books, books.get(Invoice, one.invoice_id), one)]
    for folder in due:
        with tally.item(f"Facture {folder.invoice_id}"):
            _keep_one(app, folder.id)
            tally.done(folder.invoice_id)
    return tally.outcome()


def keep_slip(app: App, books: Books, invoice: Invoice, folder: VisaFolder) -> None:
    """Make the slip of a folder and keep it, with its event."""
    slip = app.documents.put(app.letters.slip(slip_of(app, books, invoice, folder)))
    told = f"fiche de visa établie, empreinte {slip.sha256}"
    keep_folder(app, books, folder, replace(folder, slip=slip), invoice, told)


def ensure_slip(app: App, books: Books, invoice: Invoice) -> None:
    """Make the slip of an invoice's ended folder if it is missing, before the invoice is mandated or comes back."""
    key = folder_id(invoice.id, invoice.episode)
    for folder in books.find(VisaFolder, id=key, state=ENDED, slip=None, remote=""):
        keep_slip(app, books, invoice, folder)


def slip_of(app: App, books: Books, invoice: Invoice, folder: VisaFolder, *, provisional: bool = False) -> Slip:
    """Gather what a slip says."""
    budget = app.policy.budget(invoice.siret)
    names = {person.id: person.name for person in books.find(Person)}
    added = supporting(books, folder.id)
    written = app.ledger.history(keys=(invoice.id,))
    certified = folder.certified_by()
    return Slip(
        sender=budget.label,
        siret=budget.siret,
        invoice=invoice,
        folder=folder,
        pay_by=replace(invoice, executed_on=folder.executed_on).delay(app.policy.days_for(invoice)).deadline,
        steps=tuple(slip_steps(folder, names, app.clock.local)),
        documents=tuple(slip_documents(invoice, added, names)),
        seen=seen_together(invoice, added),
        lines=tuple(slip_lines(folder, (one.event for one in written), app.clock.local)),
        waivers=tuple(one.what for one in books.find(Waiver, subject_id=invoice.id) if one.person in certified),
        last_event=written[-1].hash,
        provisional=provisional,
    )


def _keep_one(app: App, key: str) -> None:
    with app.ledger.transaction() as books:
        folder = books.get(VisaFolder, key)
        invoice = books.get(Invoice, folder.invoice_id)
        if folder.slip is None and settled(books, invoice, folder):
            keep_slip(app, books, invoice, folder)
