"""Entry: an agent says what a document is, and it becomes an invoice, controlled like any other."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.content import Amounts, Attachment, Content, InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Arrival, Invoice, Origin, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.domain.motif import for_journal
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import CAPTURE_MACHINE, Capture, CaptureState
from dematfin.domain.paper.sums import check_sum
from dematfin.domain.parties import siret as sirets
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one
from dematfin.steps.episodes import UNMANDATED, withdraw_visa
from dematfin.steps.take_in import allot

PDF: Final = "application/pdf"
ORDINARY: Final = "A1"
"""Cadre de facturation of a plain invoice: paper bears none."""
FEW: Final = 9
"""Suppliers that a sentence names."""
SETTLED: Final = frozenset({InvoiceState.TO_PAY, InvoiceState.REFUSED, InvoiceState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an agent read on a document.

    Attributes:
        siret: the budget that pays.
        origin_number: number of the invoice that a credit note corrects.
    """

    kind: InvoiceKind = InvoiceKind.INVOICE
    supplier: Supplier
    number: str
    issued_on: date
    ht: Decimal
    tva: Decimal
    ttc: Decimal
    siret: str
    service: str = ""
    engagement: str = ""
    marche: str = ""
    origin_number: str = ""


def enter(app: App, who: Person, document_id: str, entry: Entry) -> Invoice:
    """Make an invoice of a document, and control it; return it as the controls leave it.

    Raises:
        Forbidden, UnknownRecord; RoutingError: no such budget; RuleError: the day of arrival is not said, the amounts
            do not add up, or the document is no more to enter.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    _check(entry)
    with app.ledger.transaction() as books:
        document = books.get(Capture, document_id)
        state = CAPTURE_MACHINE.check(f"Document {document_id}", document.state, CaptureState.ENTERED)
        batch = books.get(Batch, document.batch)
        invoice = received(allot(app, books), _content(document, batch, entry), _arrival(app, document, batch, entry))
        books.save(invoice, replace(document, state=state, invoice_id=invoice.id))
        told = f"papier, lot {batch.id}, saisie par {who.name}"
        sha256 = document.document.sha256
        books.record(
            app.event(Subject.INVOICE, invoice.id, "", invoice.state, told, document=document_id, sha256=sha256)
        )
        books.record(app.event(Subject.CAPTURE, document_id, document.state, state, f"facture {invoice.id}"))
    control_one(app, invoice.id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice.id)


def enter_again(app: App, who: Person, document_id: str, entry: Entry, motif: str) -> Invoice:
    """Mend what was entered: the same invoice, controlled and certified anew; return it as the controls leave it.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, the document is not entered, or its invoice is mandated or over.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    _check(entry)
    with app.ledger.transaction() as books:
        document = books.get(Capture, document_id)
        reason = for_journal(f"Document {document_id}", motif)
        before = _mendable(books, document)
        batch = books.get(Batch, document.batch)
        fresh = received(before.id, _content(document, batch, entry), _arrival(app, document, batch, entry))
        again = replace(fresh, episode=before.episode + 1, interrupted_on=before.interrupted_on, letter=before.letter)
        withdraw_visa(app, books, before, "facture ressaisie")
        books.save(again)
        told = f"ressaisie par {who.name} : {reason}"
        books.record(app.event(Subject.INVOICE, before.id, before.state, again.state, told))
    control_one(app, before.id)
    with app.ledger.reading() as books:
        return books.get(Invoice, before.id)


def say_arrival(app: App, who: Person, batch_id: str, day: date, motif: str = "") -> Batch:
    """Say when the paper of a batch arrived: the legal delay of its invoices runs from that day (CCP R. 2192-12).

    Raises:
        Forbidden, UnknownRecord; RuleError: a day to come, or another day than the one that was said without a motif,
            or an invoice of the batch is mandated already.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    if day > app.clock.today():
        message = f"Le {day:%d/%m/%Y} n'est pas encore arrivé : donnez le jour où le papier est arrivé en mairie."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        batch = books.get(Batch, batch_id)
        if batch.received_on == day:
            return batch
        reason = for_journal(batch.label, motif) if batch.received_on else ""
        after = replace(batch, received_on=day)
        told = f"papier arrivé le {day:%d/%m/%Y}"
        if batch.received_on:
            told += f", et non le {batch.received_on:%d/%m/%Y} : {reason}"
        books.save(after, *_moved(app, books, batch, day, told))
        marks = {EXCEPTION: Exceptional.ARRIVAL_CHANGED} if batch.received_on else {}
        books.record(app.event(Subject.BATCH, batch_id, batch.state, batch.state, told, **marks))
    return after


def suppliers(app: App, who: Person, words: str) -> tuple[Tiers, ...]:
    """Return the creditors of the register that a SIRET, a SIREN, a reference or a part of the name designates."""
    who.require(Act.PAPER)
    wanted = "".join(words.split()).upper()
    with app.ledger.reading() as books:
        found = books.find(Tiers)
    exact = [one for one in found if wanted in {one.identifier, one.siren, one.id.upper()}]
    return tuple(exact or (one for one in found if words.strip().upper() in one.name.upper()))


def designated(app: App, who: Person, words: str) -> Tiers | str:
    """Return the creditor that words designate, or a SIRET that the register does not know.

    Raises:
        Forbidden; RuleError: several answer to these words, or none, and they are no SIRET.
    """
    who.require(Act.PAPER)
    found = suppliers(app, who, words) if words.strip() else ()
    if len({one.siren for one in found}) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.name} ({one.identifier})" for one in found[:FEW])
        message = f"plusieurs fournisseurs répondent à « {words} » : {names}. Donnez le SIRET."
        raise RuleError(message)
    try:
        return sirets.parse(words)
    except sirets.InvalidSiret as error:
        message = f"aucun fournisseur du registre ne répond à « {words} », et ce n'est pas un SIRET."
        raise RuleError(message) from error


def _mendable(books: Books, document: Capture) -> Invoice:
    found = books.find(Invoice, id=document.invoice_id) if document.invoice_id else ()
    if not found:
        message = f"Document {document.id} : il n'est pas encore saisi."
        raise RuleError(message)
    if found[0].state not in UNMANDATED:
        state = INVOICE[found[0].state]
        message = f"Facture {found[0].id} (« {state} ») : elle est mandatée ou close, sa saisie ne change plus."
        raise RuleError(message)
    return found[0]


def _check(entry: Entry) -> None:
    check_sum(entry.ht, entry.tva, entry.ttc)
    if not entry.number.strip():
        message = "Donnez le numéro de la facture."
        raise RuleError(message)


def _content(document: Capture, batch: Batch, entry: Entry) -> Content:
    if batch.received_on is None:
        message = f"{batch.label} : dites d'abord quel jour ce papier est arrivé (numerisation dater {batch.id})."
        raise RuleError(message)
    return Content(
        number=entry.number.strip(),
        kind=entry.kind,
        frame=ORDINARY,
        supplier=entry.supplier,
        siret=entry.siret,
        service_code=entry.service,
        engagement=entry.engagement,
        marche=entry.marche,
        issued_on=entry.issued_on,
        received_on=batch.received_on,
        currency="EUR",
        amounts=Amounts(ht=entry.ht, ttc=entry.ttc, payable=entry.ttc),
        origin_number=entry.origin_number,
        attachments=tuple(_attachments(document)),
    )


def _attachments(document: Capture) -> tuple[Attachment, ...]:
    main = Attachment(name=f"facture-{document.id}.pdf", media_type=PDF, main=True, document=document.document)
    annexes = (
        Attachment(name=f"annexe-{place}.pdf", media_type=PDF, main=False, document=annex.document)
        for place, annex in enumerate(document.annexes, start=1)
    )
    return (main, *annexes)


def _arrival(app: App, document: Capture, batch: Batch, entry: Entry) -> Arrival:
    return Arrival(
        origin=Origin.SCAN,
        remote_id=document.key,
        remote_status="",
        siret=app.policy.budget(entry.siret).siret,
        notified_on=batch.received_on or app.clock.today(),
    )


def _moved(app: App, books: Books, batch: Batch, day: date, told: str) -> tuple[Invoice, ...]:
    """Return the invoices of a batch with their new day; raises RuleError when one is mandated already."""
    keys = [one.invoice_id for one in books.find(Capture, batch=batch.id) if one.invoice_id]
    found = books.find(Invoice, id=keys) if keys else ()
    for invoice in found:
        if invoice.state in SETTLED:
            message = f"Facture {invoice.id} : elle est mandatée ou close, son jour d'arrivée ne change plus."
            raise RuleError(message)
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, told))
    return tuple(replace(one, notified_on=day, content=replace(one.content, received_on=day)) for one in found)
