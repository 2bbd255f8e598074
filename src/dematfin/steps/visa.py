"""Visa: each controlled invoice gets a folder on the desk of its service, with the day by which it is due."""

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.deadline import due_on
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.ports.app import App
from dematfin.steps.outcome import Outcome, Tally


def visa(app: App) -> Outcome:
    """Open the folders that are missing, and say which desks have nobody."""
    tally = Tally("visa")
    with app.ledger.reading() as books:
        invoices = books.find(Invoice, state=InvoiceState.IN_VISA)
        opened = {folder.id for folder in books.find(VisaFolder, state=FolderState.IN_CIRCUIT)}
        people = books.find(Person)
    for invoice in invoices:
        if folder_id(invoice.id, invoice.episode) not in opened:
            with tally.item(f"Facture {invoice.id}"):
                _open(app, invoice, tally)
    staffed = {desk for person in people if person.may(Act.VISA) for desk in person.desks}
    for desk in sorted({desk_of(app, invoice) for invoice in invoices} - staffed):
        tally.note(f"Aucun viseur pour le bureau {desk} : ses factures attendent. Ajoutez-en un (personne ajouter).")
    return tally.outcome()


def desk_of(app: App, invoice: Invoice) -> str:
    """Return the desk that certifies an invoice: its service, or the default one."""
    return invoice.service or app.policy.default_desk


def _open(app: App, invoice: Invoice, tally: Tally) -> None:
    today = app.clock.today()
    folder = VisaFolder(
        id=folder_id(invoice.id, invoice.episode),
        invoice_id=invoice.id,
        desk=desk_of(app, invoice),
        activated_on=today,
        due_on=due_on(today, app.policy.deadline),
    )
    motif = f"à viser par {folder.desk} avant le {folder.due_on:%d/%m/%Y}"
    with app.ledger.transaction() as books:
        if books.get(Invoice, invoice.id) != invoice or books.find(VisaFolder, id=folder.id):
            return  # decided, or come back, meanwhile
        books.save(folder)
        books.record(app.event(Subject.FOLDER, invoice.id, "", folder.state, motif))
    tally.done(invoice.id)
