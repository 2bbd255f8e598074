"""What people look at: lists, one invoice from notification to payment, the whole picture."""

from dataclasses import dataclass

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.overview import Overview, overview
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import ASIDE, Batch
from dematfin.domain.paper.capture import WAITING, Capture
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Waiver, newest_first
from dematfin.domain.reception import TO_TELL, Answer, Reception, ReceptionState
from dematfin.domain.registers import StructureRules
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import OPEN, RemoteFolder
from dematfin.errors import UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books, JournalReport, WrittenEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One invoice with everything that happened to it, oldest first, under one identifier."""

    invoice: Invoice
    folders: tuple[VisaFolder, ...]
    mandats: tuple[Mandat, ...]
    waivers: tuple[Waiver, ...]
    events: tuple[WrittenEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One bordereau with its mandats and the flow that carries it."""

    bordereau: Bordereau
    mandats: tuple[Mandat, ...]
    flux: Flux | None


def picture(app: App, who: Person) -> Overview:
    """Return where everything stands."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return overview(app.policy.name, app.clock.today(), _holdings(app, books), small=app.policy.small)


def story(app: App, who: Person, invoice_id: str) -> Story:
    """Return one invoice and its timeline; raises UnknownRecord."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
        made = books.find(Mandat, siret=invoice.siret)
        paying = {mandat.id for mandat in made if invoice_id in mandat.invoice_ids}
        mandats = tuple(one for one in made if one.id in paying or (one.origin and one.origin.mandat in paying))
        ours = {mandat.id for mandat in mandats}  # one that was issued again has been in several bordereaux
        sheets = tuple(sheet for sheet in books.find(Bordereau, siret=invoice.siret) if ours & set(sheet.mandats))
        flows = {flux for sheet in sheets for flux in (*sheet.sent_before, sheet.flux) if flux}
        folders = books.find(VisaFolder, invoice_id=invoice_id)
        keys = (invoice_id, *(mandat.id for mandat in mandats), *(sheet.id for sheet in sheets), *sorted(flows))
        waivers = newest_first(books.find(Waiver, subject_id=keys))
    events = app.ledger.history(keys=keys)
    return Story(invoice=invoice, folders=folders, mandats=mandats, waivers=waivers, events=events)


def sheets(app: App, who: Person, bordereau_id: str = "") -> tuple[Sheet, ...]:
    """Return bordereaux, or the one that is named; raises UnknownRecord."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        found = books.find(Bordereau, id=bordereau_id) if bordereau_id else books.find(Bordereau)
        listed = tuple(
            Sheet(
                bordereau=one,
                mandats=books.find(Mandat, id=one.mandats),
                flux=next(iter(books.find(Flux, id=one.flux)), None),
            )
            for one in found
        )
    if bordereau_id and not listed:
        message = f"Le bordereau « {bordereau_id} » n'existe pas."
        raise UnknownRecord(message)
    return tuple(sorted(listed, key=lambda sheet: (sheet.bordereau.siret, sheet.bordereau.number)))


def mandats(app: App, who: Person) -> tuple[Mandat, ...]:
    """Return every mandat."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return books.find(Mandat)


def budget_years(app: App, who: Person) -> tuple[BudgetYear, ...]:
    """Return the budgets that are open, year by year."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return books.find(BudgetYear)


def journal(app: App, who: Person) -> JournalReport:
    """Walk the journal's chain."""
    who.require(Act.READ)
    return app.ledger.verify_journal()


def people(app: App) -> tuple[Person, ...]:
    """Return every person; needed before anybody is known."""
    with app.ledger.reading() as books:
        return books.find(Person)


def _holdings(app: App, books: Books) -> Holdings:
    return Holdings(
        payment_days=app.policy.payment_days,
        invoices=books.find(Invoice),
        folders=books.find(VisaFolder),
        mandats=books.find(Mandat),
        bordereaux=books.find(Bordereau),
        flux=books.find(Flux),
        quarantined=books.find(Reception, state=ReceptionState.QUARANTINED),
        watched=books.find(Reception, state=ReceptionState.WATCHED),
        given_up=books.find(Intention, state=IntentionState.GIVEN_UP),
        structures=books.find(StructureRules),
        refused_intentions=books.find(Intention, state=IntentionState.REFUSED),
        answers=books.find(Answer, state=TO_TELL),
        batches=books.find(Batch, state=ASIDE),
        captures=books.find(Capture, state=WAITING),
        waivers=books.find(Waiver),
        remotes=books.find(RemoteFolder, state=OPEN),
        refused_pieces=books.find(Piece, refusal=Between(low=" ")),
    )
