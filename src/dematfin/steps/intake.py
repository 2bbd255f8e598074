"""Intake: announce, fetch, store, read; an invoice becomes ours only when all four are done.

What the neighbour lists is written down in one transaction with the cursor, so the ledger, not the neighbour's
"downloaded" flag, remembers what is still to be fetched.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.content import Attachment, Content
from dematfin.domain.invoice.invoice import Invoice, Origin, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.reception import Cursor, Reception, ReceptionState
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.invoice_source import Raw, RemoteRef
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import came_back, next_episode
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.tell import reopen

CURSOR: Final = "chorus"
OVERLAP: Final = timedelta(days=1)
TOGETHER: Final = 8
"""Invoices fetched at once, each by a thread; what a crash may have us download a second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An invoice whose bytes are safe: read, or unreadable and why."""

    reception: Reception
    content: Content | None
    error: DocumentError | None = None


def intake(app: App) -> Outcome:
    """Bring in every invoice that changed since the last time."""
    tally = Tally("import")
    _refresh_structures(app)
    _announce(app)
    for together in _chunks(_waiting(app)):
        for gathered in _gather(app, together, tally):
            with tally.item(_label(gathered.reception)):
                tally.done(_take_in(app, gathered))
    return tally.outcome()


def _refresh_structures(app: App) -> None:
    rules = app.source.structures()
    with app.ledger.transaction() as books:
        books.save(*rules)


def _announce(app: App) -> None:
    today = app.clock.today()
    with app.ledger.reading() as books:
        cursors = books.find(Cursor, id=CURSOR)
    oldest = [today - timedelta(days=app.policy.import_days), *(cursor.day - OVERLAP for cursor in cursors)]
    refs = tuple(app.source.changed(min(oldest), today))  # every page, before the cursor moves
    with app.ledger.transaction() as books:
        known = {reception.id: reception for reception in books.find(Reception)}
        for ref in refs:
            _note(app, books, ref, known.get(ref.remote_id))
        books.save(Cursor(id=CURSOR, day=today))


def _note(app: App, books: Books, ref: RemoteRef, known: Reception | None) -> None:
    if known is None:
        if ref.ready or ref.elsewhere:
            books.save(_reception(ref))
    elif (known.status, known.status_at) != (ref.status, ref.status_at):
        seen = replace(known, status=ref.status, status_at=ref.status_at)
        books.save(_observed(app, books, seen, ref) if known.invoice_id else _still_unread(seen, ref))


def _reception(ref: RemoteRef) -> Reception:
    return Reception(
        id=ref.remote_id,
        number=ref.number,
        status=ref.status,
        status_at=ref.status_at,
        elsewhere=ref.elsewhere,
    )


def _still_unread(seen: Reception, ref: RemoteRef) -> Reception:
    """Follow what was announced and not read yet: its file may have been replaced, somebody may have mandated it."""
    state = ReceptionState.LISTED if ref.ready or ref.elsewhere else ReceptionState.GONE
    return replace(seen, elsewhere=ref.elsewhere, state=state, raw=None)


def _observed(app: App, books: Books, seen: Reception, ref: RemoteRef) -> Reception:
    """Record a status seen at the neighbour's: a fact, whoever set it."""
    invoice = books.get(Invoice, seen.invoice_id)
    if ref.ready:
        reopen(books, invoice)
    if invoice.remote_status != ref.status:
        books.save(replace(invoice, remote_status=ref.status))
        motif = f"Chorus Pro : statut {ref.status}"
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, motif, by="chorus"))
    return replace(seen, state=ReceptionState.LISTED, raw=None) if came_back(invoice, ref) else seen


def _waiting(app: App) -> tuple[Reception, ...]:
    with app.ledger.reading() as books:
        return books.find(Reception, state=(ReceptionState.LISTED, ReceptionState.QUARANTINED))


def _chunks(receptions: Iterable[Reception]) -> Iterator[tuple[Reception, ...]]:
    remaining = iter(receptions)
    while together := tuple(islice(remaining, TOGETHER)):
        yield together


def _gather(app: App, receptions: Sequence[Reception], tally: Tally) -> list[Gathered]:
    """Fetch, store and read some invoices; their documents are safe when this returns."""
    gathered = []
    with app.documents.batch(), ThreadPoolExecutor(max_workers=TOGETHER) as threads:
        fetched = [threads.submit(_fetch, app, reception) for reception in receptions]
        for reception, raw in zip(receptions, fetched, strict=True):
            with tally.item(_label(reception)):
                gathered.append(_store_and_read(app, reception, raw.result()))
    return gathered


def _fetch(app: App, reception: Reception) -> Raw:
    """Download an invoice, unless its bytes are already here (it was in quarantine)."""
    if reception.raw is None:
        return app.source.fetch(reception.id)
    with app.documents.open(reception.raw) as kept:
        return Raw(remote_id=reception.id, data=kept.read(), notified_on=reception.notified_on)


def _store_and_read(app: App, reception: Reception, raw: Raw) -> Gathered:
    stored = replace(reception, raw=app.documents.put(raw.data), notified_on=raw.notified_on)
    try:
        reading = app.source.read(raw.remote_id, raw.data)
    except DocumentError as error:
        return Gathered(reception=stored, content=None, error=error)
    attachments = tuple(
        Attachment(name=file.name, media_type=file.media_type, main=file.main, document=app.documents.put(file.data))
        for file in reading.files
    )
    return Gathered(reception=stored, content=replace(reading.content, attachments=attachments))


def _take_in(app: App, gathered: Gathered) -> str:
    """Write down one invoice, or its quarantine, and return what to call it."""
    reception = gathered.reception
    if gathered.content is None:
        error = gathered.error or DocumentError()
        with app.ledger.transaction() as books:
            books.save(replace(reception, state=ReceptionState.QUARANTINED, error=str(error)))
        raise error
    with app.ledger.transaction() as books:
        into = next_episode if reception.invoice_id else _first_episode
        invoice = into(app, books, reception, gathered.content)
        books.save(invoice, replace(reception, state=ReceptionState.READ, invoice_id=invoice.id, error=""))
    return invoice.id


def _first_episode(app: App, books: Books, reception: Reception, content: Content) -> Invoice:
    invoice = _invoice(app, books, reception, content)
    motif = "suivie ailleurs : déjà mandatée dans Chorus Pro" if reception.elsewhere else "reçue de Chorus Pro"
    raw = reception.raw or DocumentRef(sha256="", size=0)
    books.record(
        app.event(Subject.INVOICE, invoice.id, "", invoice.state, motif, remote_id=reception.id, sha256=raw.sha256)
    )
    return invoice


def _invoice(app: App, books: Books, reception: Reception, content: Content) -> Invoice:
    year = app.clock.today().year
    invoice = received(
        content,
        invoice_id=f"F{year}-{books.next_number(f'facture-{year}'):06d}",
        origin=Origin.CHORUS,
        remote_id=reception.id,
        remote_status=reception.status,
        notified_on=reception.notified_on or content.received_on,
    )
    return invoice.moved(InvoiceState.ELSEWHERE) if reception.elsewhere else invoice


def _label(reception: Reception) -> str:
    return f"Facture {reception.number} (Chorus Pro n° {reception.id})"
