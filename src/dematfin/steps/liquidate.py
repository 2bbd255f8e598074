"""Liquidate: each certified invoice becomes a mandat, its credit notes netted, its documents named."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.liquidation import Basis, corrects, liquidate
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.payee import marked
from dematfin.domain.money import french
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.parties.waiver import Duty, Waiver, told
from dematfin.domain.reception import UNREAD, Reception
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.accounts import accounts_of
from dematfin.steps.credits import take
from dematfin.steps.outcome import Tally
from dematfin.steps.payees import payee_of
from dematfin.steps.pieces import pieces_of
from dematfin.steps.separation import waivers

ENDED: Final = frozenset({Stage.MANDATED, Stage.REJECTED, Stage.SUSPENDED, Stage.RECYCLED})
"""Shown by Chorus Pro before our own mandat exists: somebody else has paid it, or sent it back."""

ON_ITS_WAY: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA, InvoiceState.INTERRUPTED)


def liquidate_all(app: App, tally: Tally) -> None:
    """Make the mandats of all certified invoices."""
    with app.ledger.reading() as books:
        certified = books.find(Invoice, state=InvoiceState.SERVICE_FAIT)
        coming = [invoice for invoice in books.find(Invoice, state=ON_ITS_WAY) if invoice.is_credit_note]
        refused = books.find(Intention, state=IntentionState.REFUSED)
        unread = {one.id for one in books.find(Reception, state=UNREAD)}
    notes = [invoice for invoice in certified if invoice.is_credit_note]
    for invoice in certified:
        if invoice.is_credit_note:
            continue
        with tally.item(f"Facture {invoice.id}"):
            netted = [note for note in notes if corrects(note, invoice)]
            if reason := _awaited(invoice, coming) or _stopped((invoice, *netted), refused, unread):
                tally.note(reason)
            else:
                tally.done(_liquidate_one(app, invoice, netted))
    _tell_orphans(certified, notes, tally)


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


def _stopped(paid: Iterable[Invoice], refused: Iterable[Intention], unread: Collection[str]) -> str:
    """Say why Chorus Pro will not let an invoice be mandated: found now, it keeps no signed flow from leaving."""
    words = {intention.invoice_id: intention.outcome for intention in refused}
    for invoice in paid:
        if invoice.id in words:
            return f"Facture {invoice.id} : elle n'est pas mandatée. {words[invoice.id]}"
        if invoice.remote_id in unread:
            return (
                f"Facture {invoice.id} : Chorus Pro l'annonce de nouveau et ce qu'elle contient maintenant n'est pas "
                "encore lu. Elle n'est pas mandatée avant."
            )
        if stage(invoice.remote_status) in ENDED:
            return (
                f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} », elle n'est pas "
                "mandatée. Vérifiez dans Chorus Pro qui l'a changée."
            )
    return ""


def _liquidate_one(app: App, invoice: Invoice, notes: list[Invoice]) -> str:
    year = app.clock.today().year
    with app.ledger.transaction() as books:
        invoice, *notes = paid = tuple(books.get(Invoice, one.id) for one in (invoice, *notes))
        mandat_id = f"M{year}-{books.next_number(f'liquidation-{year}'):06d}"
        exceptions = _waivers(app, books, paid, mandat_id)
        pieces = [piece for one in paid for piece in pieces_of(app, books, one, year)]
        tiers = books.find(Tiers, siren=invoice.supplier_siren)
        engagement = _engagement(books, invoice)
        payee = payee_of(app, books, invoice, engagement)
        mandat = liquidate(
            Basis(
                invoice=invoice,
                credit_notes=tuple(notes),
                engagement=engagement,
                tiers=tiers,
                accounts=accounts_of(app, books, invoice.supplier_siren, tiers),
                pieces=tuple(piece.id for piece in pieces),
                payee=payee,
            ),
            mandat_id=mandat_id,
            exercice=year,
            payment_days=app.policy.payment_days,
        )
        mandat = marked(payee, invoice, mandat)
        take(books, mandat, invoice)
        books.save(mandat, *pieces, *exceptions, *(one.moved(InvoiceState.TO_PAY) for one in paid))
        _record(app, books, mandat, paid, told(exceptions))
    return mandat.id


def _engagement(books: Books, invoice: Invoice) -> Engagement | None:
    found = books.find(Engagement, id=invoice.engagement_key) if invoice.engagement_key else ()
    return found[0] if found else None


def _record(app: App, books: Books, mandat: Mandat, paid: Iterable[Invoice], exception: str) -> None:
    motif = f"{mandat.label} : {french(mandat.amount)} pour {mandat.tiers.name}{exception}"
    books.record(app.event(Subject.MANDAT, mandat.id, "", mandat.state, motif))
    for invoice in paid:
        motif = f"liquidée : mandat {mandat.id} de {french(mandat.amount)}"
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, InvoiceState.TO_PAY, motif))


def _tell_orphans(certified: Iterable[Invoice], notes: Iterable[Invoice], tally: Tally) -> None:
    for note in notes:
        if not any(corrects(note, invoice) for invoice in certified):
            amount: Decimal = note.ttc
            tally.note(
                f"Avoir {note.id} de {french(amount)} : la facture « {note.content.origin_number or 'non citée'} » "
                "n'est pas à mandater. Si elle est déjà payée, voyez avec le comptable."
            )
