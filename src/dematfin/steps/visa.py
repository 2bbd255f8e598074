"""Visa: each controlled invoice gets a folder on the first desk of its circuit, with the day by which it is due."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.circuit import DEFAULT, Circuit, choose, version_of
from dematfin.domain.visa.delegation import staffed
from dematfin.domain.visa.folder import FolderState, VisaFolder, all_desks, folder_id, opened
from dematfin.domain.visa.remote import dossier_id
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.folders import keep_folder
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.remote import intend_remote
from dematfin.steps.together import together

ON_ITS_WAY = (FolderState.DRAFT, FolderState.IN_CIRCUIT)


def visa(app: App) -> Outcome:
    """Open the folders that are missing, and say which desks have nobody."""
    tally = Tally("visa")
    with app.ledger.reading() as books:
        invoices = books.find(Invoice, state=InvoiceState.IN_VISA)
        folders = {folder.id: folder for folder in books.find(VisaFolder, state=ON_ITS_WAY)}
        manned = staffed(books.find(Person))
    missing = [one for one in invoices if _is_missing(folders.get(folder_id(one.id, one.episode)))]
    for invoice, folder in together(app, missing, partial(_open, app), tally, lambda one: f"Facture {one.id}", _read):
        if folder:
            folders[folder.id] = folder
            if folder.state is not FolderState.DRAFT:
                tally.done(invoice.id)
    here = {folder_id(one.id, one.episode) for one in invoices} & set(folders)
    desks = {desk for key in here if not folders[key].remote for desk in all_desks(folders[key])}
    for desk in sorted(desks - manned):
        tally.note(f"Aucun viseur pour le bureau {desk} : ses factures attendent. Ajoutez-en un (personne ajouter).")
    return tally.outcome()


def _read(books: Books, invoices: Sequence[Invoice]) -> None:
    books.find(Invoice, id=[one.id for one in invoices])
    books.find(VisaFolder, id=[folder_id(one.id, one.episode) for one in invoices])


def own_desk(app: App, invoice: Invoice) -> str:
    """Return the desk of an invoice's own service, or the default one."""
    return invoice.service or app.policy.default_desk


def _is_missing(folder: VisaFolder | None) -> bool:
    return folder is None or folder.state is FolderState.DRAFT


def _open(app: App, books: Books, invoice: Invoice) -> VisaFolder | None:
    """Put an invoice on its first desk; where a desk has nobody it waits aside, in sight and never lost."""
    key = folder_id(invoice.id, invoice.episode)
    if books.get(Invoice, invoice.id) != invoice:
        return None  # decided, or come back, meanwhile
    known = next(iter(books.find(VisaFolder, id=key)), None)
    if known is not None and known.state is not FolderState.DRAFT:
        return known
    fresh = _fresh(app, books, invoice, key)
    if not fresh.remote and set(all_desks(fresh)) - staffed(books.find(Person)):
        if known is None:
            keep_folder(app, books, None, fresh, invoice, "en attente : un bureau de son circuit n'a personne")
        return fresh
    folder = fresh.begun(app.clock.today(), app.policy.deadline)
    keep_folder(app, books, known, folder, invoice, _told(folder))
    if folder.remote:
        intend_remote(app, books, folder)
    return folder


def _fresh(app: App, books: Books, invoice: Invoice, key: str) -> VisaFolder:
    """Return a new folder, here in the circuit that the rules choose, or in a bought i-Parapheur, which has its own."""
    own = own_desk(app, invoice)
    if app.policy.bridge is None or not app.policy.bridge.takes(own):
        return opened(key, invoice.id, _version(app, books, _chosen(app, invoice)), own)
    folder = opened(key, invoice.id, _version(app, books, DEFAULT), own)
    return replace(folder, remote=dossier_id(app.policy.collectivite[:9], folder, invoice.main_file))


def _told(folder: VisaFolder) -> str:
    where = f"par {folder.desk}" if not folder.remote else f"dans l'i-Parapheur, dossier {folder.remote},"
    circuit = "" if folder.remote else f", circuit {folder.circuit}"
    return f"à viser {where} avant le {folder.due_on:%d/%m/%Y}{circuit}"


def _chosen(app: App, invoice: Invoice) -> Circuit:
    return choose(invoice, app.policy.circuits, app.policy.choices)


def _version(app: App, books: Books, chosen: Circuit) -> Circuit:
    """Return the version of a circuit, kept when it is new: running folders keep theirs."""
    version = version_of(chosen, books.find(Circuit, key=chosen.key))
    if not books.find(Circuit, id=version.id):
        books.save(version)
        steps = " puis ".join(" / ".join(step.desks) for step in version.steps)
        motif = f"circuit {version.id} : {steps}"
        books.record(app.event(Subject.CIRCUIT, version.key, "", str(version.version), motif))
    return version
