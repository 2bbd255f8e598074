"""Liquidate: each certified invoice becomes a mandat, its credit notes netted, its documents named."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exchange.hand_over import HandOverState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.liquidation import Basis, corrects, liquidate
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.mandat.payee import marked
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.parties.waiver import Duty, Waiver, marks, told
from dematfin.domain.registers import Engagement, engagement_id
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.accounts import accounts_of
from dematfin.steps.credits import take
from dematfin.steps.exercices import Choice, to_choose, year_for
from dematfin.steps.handed_invoices import still_there
from dematfin.steps.orphans import tell_orphans
from dematfin.steps.outcome import Tally
from dematfin.steps.payees import payee_of
from dematfin.steps.pieces import pieces_of, read_pieces
from dematfin.steps.separation import waivers
from dematfin.steps.stopped import Stops, stops
from dematfin.steps.together import together

SEVERAL: Final = 2
HANDED: Final = (
    "Facture {key} : elle a été remise au logiciel financier, elle n'est pas mandatée ici. Si elle ne l'est pas là-bas "
    "et n'y est plus, dites-le : dematfin echange absente {key}"
)
Paid = tuple[Invoice, ...]
"""An invoice, then the credit notes that are netted against it."""
ON_ITS_WAY: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA, InvoiceState.INTERRUPTED)


def liquidate_all(app: App, tally: Tally, choice: Choice | None = None) -> None:
    """Make the mandats of all certified invoices, or of those that an agent has chosen."""
    with app.ledger.reading() as books:
        certified = books.find(Invoice, state=InvoiceState.SERVICE_FAIT)
        coming = [invoice for invoice in books.find(Invoice, state=ON_ITS_WAY) if invoice.is_credit_note]
        stopped = stops(books)
        there = {one.key for one in still_there(books, certified) if one.state is not HandOverState.ABSENT}
    notes = [invoice for invoice in certified if invoice.is_credit_note]
    ready: list[Paid] = []
    for invoice in certified:
        if choice and choice.invoices and invoice.id not in choice.invoices:
            continue
        if invoice.is_credit_note or app.policy.budget(invoice.siret).editor:
            _tell_not_chosen(invoice, choice, tally)
            continue
        paid = (invoice, *(note for note in notes if corrects(note, invoice)))
        if reason := _awaited(invoice, coming) or _stopped(stopped, paid) or _handed(there, paid):
            tally.note(reason)
        else:
            ready.append(paid)
    _liquidate(app, ready, tally, choice)
    for key in sorted((choice.invoices if choice else frozenset()) - {one.id for one in certified}):
        tally.note(f"Facture {key} : elle n'est pas à mandater, il n'y a pas d'exercice à choisir pour elle.")
    tell_orphans(app, certified, notes, tally)


def _tell_not_chosen(invoice: Invoice, choice: Choice | None, tally: Tally) -> None:
    if choice and invoice.id in choice.invoices and not invoice.is_credit_note:
        tally.note(
            f"Facture {invoice.id} : son exercice se choisit dans le logiciel financier, qui fait les mandats de son "
            f"budget. Mandatez-la là-bas, puis importez son flux ({IMPORT})."
        )


def _waivers(app: App, books: Books, paid: Iterable[Invoice], mandat_id: str) -> tuple[Waiver, ...]:
    """Return the exception of whoever certified what is mandated now; raises SeparationOfDuties."""
    folders = books.find(VisaFolder, id=[folder_id(one.id, one.episode) for one in paid])
    visaed = sorted(folder.invoice_id for folder in folders if app.by in folder.certified_by())
    if not visaed:
        return ()
    return waivers(app, books.get(Person, app.by), Duty.MANDAT, mandat_id, [f"visé {', '.join(visaed)}"])


def _awaited(invoice: Invoice, coming: Iterable[Invoice]) -> str:
    for note in coming:
        if corrects(note, invoice):
            return f"Facture {invoice.id} : elle attend son avoir {note.id}, encore en contrôle ou en visa."
    return ""


def _stopped(stopped: Stops, paid: Iterable[Invoice]) -> str:
    return next((why for invoice in paid if (why := stopped.why(invoice))), "")


def _handed(there: Collection[str], paid: Iterable[Invoice]) -> str:
    """Say that the finance software, which made the mandats of this budget before, may pay an invoice too."""
    return next((HANDED.format(key=one.id) for one in paid if one.id in there), "")


def _liquidate(app: App, ready: Iterable[Paid], tally: Tally, choice: Choice | None) -> None:
    def one(books: Books, paid: Paid) -> tuple[str, str]:
        waits = "" if choice else to_choose(app, books, paid[0], _engagement(books, paid[0]))
        return waits, "" if waits else _liquidate_one(app, books, paid, choice)

    for (invoice, *_), (waits, mandat_id) in together(app, ready, one, tally, _label, _read):
        if waits:
            tally.note(waits)
        else:
            tally.done(mandat_id)
            _tell_delay(invoice, tally)


def _label(paid: Paid) -> str:
    return f"Facture {paid[0].id}"


def _read(books: Books, some: Sequence[Paid]) -> None:
    invoices = [invoice for paid in some for invoice in paid]
    books.find(Invoice, id=[one.id for one in invoices])
    folders = [folder_id(one.id, one.episode) for one in invoices]
    books.find(VisaFolder, id=folders)
    read_pieces(books, [one.id for one in invoices], folders)


def _liquidate_one(app: App, books: Books, certified: Paid, choice: Choice | None) -> str:
    invoice, *notes = paid = tuple(books.get(Invoice, one.id) for one in certified)
    engagement = _engagement(books, invoice)
    year = year_for(app, invoice, engagement, choice)
    mandat_id = next_mandat_id(books, year)
    exceptions = _waivers(app, books, paid, mandat_id)
    pieces = [piece for one in paid for piece in pieces_of(app, books, one, year)]
    tiers = books.find(Tiers, siren=invoice.supplier_siren)
    payee = payee_of(app, books, invoice, engagement)
    basis = Basis(
        invoice=invoice,
        credit_notes=tuple(notes),
        engagement=engagement,
        orders=_orders(books, invoice, engagement),
        recovers_tva=app.policy.budget(invoice.siret).recovers_tva,
        tiers=tiers,
        accounts=accounts_of(app, books, invoice.supplier_siren, tiers),
        pieces=tuple(piece.id for piece in pieces),
        payee=payee,
    )
    days = app.policy.days_for(invoice, engagement.marche if engagement else "")
    mandat = liquidate(basis, mandat_id=mandat_id, exercice=year, payment_days=days)
    mandat = marked(payee, invoice, mandat)
    app.writer.check(mandat, app.policy.budget(mandat.siret))
    take(books, mandat, invoice)
    books.save(mandat, *pieces, *exceptions, *(one.moved(InvoiceState.TO_PAY) for one in paid))
    _record(app, books, mandat, paid, exceptions)
    return mandat.id


def next_mandat_id(books: Books, year: int) -> str:
    """Name the next mandat of an exercice, before it has its number."""
    return f"M{year}-{books.next_number(f'liquidation-{year}'):06d}"


def _engagement(books: Books, invoice: Invoice) -> Engagement | None:
    found = books.find(Engagement, id=invoice.engagement_key) if invoice.engagement_key else ()
    return found[0] if found else None


def _orders(books: Books, invoice: Invoice, main: Engagement | None) -> tuple[tuple[Engagement, Decimal], ...]:
    """Return the engagements that the lines of an invoice name, with the HT of each; what names none is the main's.

    An engagement that is closed, or was given to somebody else, is none: an agent shares out what remains.
    """
    keys = [engagement_id(invoice.siret, line.reference) for line in invoice.content.lines if line.reference]
    found = {one.id: one for one in books.find(Engagement, id=keys)} if main and keys else {}
    sums: dict[str, Decimal] = {}
    for line in invoice.content.lines:
        named = found.get(engagement_id(invoice.siret, line.reference)) if line.reference else None
        key = named.id if named and main and named.open and named.tiers == main.tiers else main.id if main else ""
        sums[key] = sums.get(key, ZERO) + line.ht
    if main is None or len(sums) < SEVERAL or any(value <= 0 for value in sums.values()):
        return ()
    return tuple((found.get(key, main), value) for key, value in sums.items())


def _tell_delay(invoice: Invoice, tally: Tally) -> None:
    if invoice.interrupted_on and invoice.resumed_on is None:
        tally.note(
            f"Facture {invoice.id} : son délai a été interrompu le {invoice.interrupted_on:%d/%m/%Y}, et le jour où "
            "tout a été reçu n'est pas connu. Son mandat porte la première échéance, la plus proche."
        )


def _record(app: App, books: Books, mandat: Mandat, paid: Iterable[Invoice], exceptions: tuple[Waiver, ...]) -> None:
    motif = f"{mandat.label} : {french(mandat.amount)} pour {mandat.tiers.name}{told(exceptions)}"
    books.record(app.event(Subject.MANDAT, mandat.id, "", mandat.state, motif, **marks(exceptions)))
    for invoice in paid:
        motif = f"liquidée : mandat {mandat.id} de {french(mandat.amount)}"
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, InvoiceState.TO_PAY, motif))
