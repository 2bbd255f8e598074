"""What people look at: lists, one invoice from notification to payment, the whole picture."""

from dataclasses import dataclass, replace
from datetime import datetime

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.figures.coherence import of_all
from dematfin.domain.figures.handed_alerts import WATCHED
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.next_step import Standing
from dematfin.domain.figures.overview import Overview, overview
from dematfin.domain.figures.timeline import Moment, timeline
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.flux import TO_DEPOSIT, Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import ASIDE, Batch
from dematfin.domain.paper.capture import WAITING, Capture
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Waiver, newest_first
from dematfin.domain.reception import TO_TELL, Answer, Reception, ReceptionState
from dematfin.domain.registers import StructureRules
from dematfin.domain.restoration import Restored, Trace, TraceState
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import OPEN, RemoteFolder
from dematfin.errors import UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books, WrittenEvent
from dematfin.steps.eliminated import gone
from dematfin.steps.handed_invoices import still_there
from dematfin.steps.pieces import INVOICE
from dematfin.steps.thread import around_invoice, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One invoice with everything that happened to it, oldest first, under one identifier.

    Attributes:
        gone: that its documents were eliminated, when and under which visa; empty as long as they were not.
        events: of the journal, as they are; `moments`: the same told once, with what other records know.
    """

    invoice: Invoice
    folders: tuple[VisaFolder, ...]
    mandats: tuple[Mandat, ...]
    waivers: tuple[Waiver, ...]
    events: tuple[WrittenEvent, ...]
    standing: Standing
    flows: tuple[Flux, ...]
    attempts: tuple[Attempt, ...]
    answers: tuple[Answer, ...]
    moments: tuple[Moment, ...]
    gone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One bordereau with its mandats and the flow that carries it."""

    bordereau: Bordereau
    mandats: tuple[Mandat, ...]
    flux: Flux | None


def picture(app: App, who: Person) -> Overview:
    """Return where everything stands."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        held = _holdings(app, books)
    now = app.clock.local(app.clock.now())
    drawn = overview(app.policy.name, now, replace(held, waiting_since=_signed_at(app, held)), small=app.policy.small)
    return replace(drawn, head=app.ledger.head())


def gaps(app: App, who: Person) -> tuple[Finding, ...]:
    """Return what Chorus Pro shows otherwise than we know it, invoice by invoice, what matters most first."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        found = of_all(_holdings(app, books), app.clock.today())
    return tuple(sorted(found, key=lambda one: tuple(Severity).index(one.severity)))


def story(app: App, who: Person, invoice_id: str) -> Story:
    """Return one invoice and its timeline; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
        found = around_invoice(app, books, invoice)
        waivers = newest_first(books.find(Waiver, subject_id=found.keys))
        away = gone(books, f"{INVOICE}:{invoice_id}")
    events = tuple(one for one in app.ledger.history(keys=found.keys) if found.concern(one.event))
    return Story(
        invoice=invoice,
        folders=found.folders,
        mandats=found.mandats,
        waivers=waivers,
        events=events,
        standing=standing(Subject.INVOICE, found),
        flows=found.flows,
        attempts=found.attempts,
        answers=found.answers,
        moments=timeline((one.event for one in events), found.attempts, found.answers),
        gone=away,
    )


def sheets(app: App, who: Person, bordereau_id: str = "") -> tuple[Sheet, ...]:
    """Return bordereaux, or the one that is named; raises UnknownRecord."""
    who.require(Act.OVERSEE)
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
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return books.find(Mandat)


def budget_years(app: App, who: Person) -> tuple[BudgetYear, ...]:
    """Return the budgets that are open, year by year."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return books.find(BudgetYear)


def people(app: App) -> tuple[Person, ...]:
    """Return every person; needed before anybody is known."""
    with app.ledger.reading() as books:
        return books.find(Person)


def _holdings(app: App, books: Books) -> Holdings:
    invoices = books.find(Invoice)
    return Holdings(
        days_for=app.policy.days_for,
        invoices=invoices,
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
        links=books.find(Link),
        restored=books.find(Restored, ended_at=None),
        traces=books.find(Trace, state=TraceState.FOUND),
        editor_flows=books.find(EditorFlow, state=EditorFlowState.OPEN),
        handed=still_there(books, [one for one in invoices if one.state in WATCHED]),
        mandated_within=app.policy.exchange.mandated_within or app.policy.payment_days // 3,
        closures=app.policy.closures,
        patience=app.policy.patience,
        calendar=app.policy.deadline.calendar,
    )


def _signed_at(app: App, held: Holdings) -> dict[str, datetime]:
    """Return when each flow that waits for its deposit was first ready for it: the journal knows."""
    waiting = [flux.id for flux in held.flux if flux.state in TO_DEPOSIT]
    told = app.ledger.history(Subject.FLUX, waiting) if waiting else ()
    return {one.event.subject_id: one.event.at for one in reversed(told) if one.event.after in TO_DEPOSIT}
