"""Take in: an invoice whose bytes are safe gets its place in the ledger, as a new one or as another episode."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.invoice.chorus import first_disposal, said
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Arrival, Invoice, Origin, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import next_episode


def take_in(app: App, books: Books, reception: Reception, content: Content) -> tuple[Invoice, Reception]:
    """Return an invoice and its reception as they are to be saved; its event is recorded."""
    arrival = _arrival(app, reception, content)
    if reception.invoice_id:
        invoice = next_episode(app, books, books.get(Invoice, reception.invoice_id), content, arrival)
    else:
        invoice = _first_episode(app, books, reception, received(allot(app, books), content, arrival))
    return invoice, replace(reception, state=ReceptionState.READ, invoice_id=invoice.id, error="")


def _arrival(app: App, reception: Reception, content: Content) -> Arrival:
    policy = app.policy
    return Arrival(
        origin=Origin.CHORUS,
        remote_id=reception.id,
        remote_status=reception.status,
        siret=policy.budget(content.siret).siret if policy.owns(content.siret) else content.siret,
        notified_on=first_disposal(reception.passages) or content.received_on,
        passages=reception.passages,
    )


def allot(app: App, books: Books) -> str:
    """Return the identifier of the next invoice."""
    year = app.clock.today().year
    return f"F{year}-{books.next_number(f'facture-{year}'):06d}"


def _first_episode(app: App, books: Books, reception: Reception, invoice: Invoice) -> Invoice:
    motif = "reçue de Chorus Pro"
    if why := _followed_elsewhere(app, reception, invoice):
        invoice, motif = invoice.moved(InvoiceState.ELSEWHERE), f"suivie ailleurs : {why}"
    sha256 = reception.raw.sha256 if reception.raw else ""
    data = {"remote_id": reception.id, "sha256": sha256, "documents": invoice.content.fingerprints}
    books.record(app.event(Subject.INVOICE, invoice.id, "", invoice.state, motif, **data))
    return invoice


def _followed_elsewhere(app: App, reception: Reception, invoice: Invoice) -> str:
    """Say why an invoice is not ours to mandate until a named person takes it over; empty when it is."""
    if reception.elsewhere:
        return f"Chorus Pro la montrait déjà « {said(reception.status)} »"
    if app.policy.owns(invoice.siret):
        taken_over = app.policy.budget(invoice.siret).takes_over_on
        if taken_over and invoice.notified_on < taken_over:
            return f"notifiée avant la bascule du {taken_over:%d/%m/%Y}"
    return ""
