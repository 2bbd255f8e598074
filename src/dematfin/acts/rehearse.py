"""Rehearse: what a run would do, read from the ledger, with nothing done and nobody told."""

from collections.abc import Iterator
from typing import Final

from dematfin.acts.exchange import waiting
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import TO_DEPOSIT, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.domain.visa.reminder_mail import compose
from dematfin.domain.visa.remote import RemoteFolder, RemoteState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.closures import closed_words
from dematfin.steps.remind import to_tell

WAITING: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT)
NOTHING: Final = "Rien à faire."


def day(app: App, who: Person) -> Iterator[str]:
    """Say what the daily order would do, beside asking Chorus Pro and the TdT for news."""
    who.require(Act.RUN)
    with app.ledger.reading() as books:
        doubtful = books.find(Flux, state=(FluxState.SENDING, FluxState.TO_VERIFY))
        for flux in doubtful:
            yield f"Vérifier si le flux {flux.id} est arrivé au TdT."
        for intention in books.find(Intention, state=IntentionState.OPEN):
            yield f"Dire à Chorus Pro : facture {intention.invoice_id}, statut {intention.status}."
        yield f"Télécharger {len(books.find(Reception, state=ReceptionState.LISTED))} factures déjà annoncées."
        yield "Relever les dossiers de numérisation."
        yield f"Contrôler {len(books.find(Invoice, state=WAITING))} factures."
        yield f"Envoyer {len(to_tell(app)) if app.mailer else 0} rappels de visa."
        for record in books.find(RemoteFolder, state=RemoteState.TO_SEND):
            yield f"Envoyer dans l'i-Parapheur : facture {record.invoice_id}."
        for flux in books.find(Flux, state=FluxState.SIGNING):
            yield f"Demander ce que devient le flux {flux.id}, à la signature."
        closed = closed_words(app, (one.id for one in books.find(Flux, state=TO_DEPOSIT)))
        yield from (closed,) if closed else _transmissions(books)
        yield f"Demander l'acquit de {len(books.find(Flux, state=FluxState.TRANSMITTED))} flux."
        if app.exchange is not None:
            yield "Importer les flux que le logiciel financier a déposés."
        for flow in books.find(EditorFlow, state=EditorFlowState.OPEN):
            yield f"Rapprocher de nouveau l'import {flow.id}."
        certified = len(books.find(Invoice, state=InvoiceState.SERVICE_FAIT))
        prepared = len(books.find(Mandat, state=MandatState.PREPARED, set_aside="", editor=False))
        yield f"Mandater {certified} factures visées et mettre en bordereau {prepared} mandats déjà prêts."
    if app.exchange is not None:
        yield f"Remettre {len(waiting(app, who))} choses au logiciel financier."


def reminders(app: App, who: Person) -> Iterator[str]:
    """Say who would be reminded of what."""
    who.require(Act.RUN)
    found = to_tell(app)
    for digest in found:
        mail = compose(digest, app.policy.name, app.policy.web_url)
        yield f"À {digest.person.name} <{digest.person.email or 'sans adresse'}> : {mail.subject}"
        yield from (f"  {line.about.folder.invoice_id}, bureau {line.desk}" for line in digest.lines)
    if not found:
        yield NOTHING


def transmission(app: App, who: Person) -> Iterator[str]:
    """Say what would leave."""
    who.require(Act.TRANSMIT)
    with app.ledger.reading() as books:
        closed = closed_words(app, (one.id for one in books.find(Flux, state=TO_DEPOSIT)))
        lines = (closed,) if closed else tuple(_transmissions(books))
    yield from lines or (NOTHING,)


def _transmissions(books: Books) -> Iterator[str]:
    for flux in books.find(Flux, state=FluxState.READY):
        yield f"Transmettre le flux {flux.id} : {len(flux.pieces)} pièces seules."
    for flux in books.find(Flux, state=FluxState.SIGNED):
        total = sum((one.total for one in books.find(Bordereau, id=flux.bordereaux)), ZERO)
        mandats = books.find(Mandat, bordereau=flux.bordereaux)
        numbers = ", ".join(str(mandat.number) for mandat in mandats if mandat.invoice_ids)
        if numbers:
            yield f"Dire à Chorus Pro « mandatée » : mandats n° {numbers}."
        count = f"{len(mandats)} mandat{'s' if len(mandats) > 1 else ''}"
        yield f"Transmettre le flux {flux.id} : {count}, {french(total)}."
