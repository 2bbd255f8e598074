"""Fetch: download what was announced, keep its bytes, then read them.

Downloads are eight at a time; while some invoices are stored and read, the next ones are on their way.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.content import Attachment, Content
from dematfin.domain.reception import UNREAD, Reception, ReceptionState
from dematfin.errors import AccessDenied, DocumentError, Unreachable
from dematfin.ports.app import App
from dematfin.steps.outcome import Tally, attempted
from dematfin.steps.take_in import take_in

TOGETHER: Final = 8
AHEAD: Final = 2 * TOGETHER
"""Downloads asked for before the first are stored: what a crash may have us download a second time."""

Download = tuple[Path, tuple[Passage, ...]]
Read = tuple[Reception, Content]
Flight = tuple[Reception, Future[Download]]


def fetch_waiting(app: App, tally: Tally) -> None:
    """Bring in all that is announced; what is in quarantine is read again from the bytes that we hold."""
    with app.ledger.reading() as books:
        waiting = books.find(Reception, state=UNREAD)
    kept = [reception for reception in waiting if reception.raw is not None]
    for start in range(0, len(kept), TOGETHER):
        _read_all(app, kept[start : start + TOGETHER], tally)
    announced = [reception for reception in waiting if reception.raw is None]
    announced.sort(key=lambda one: bool(one.error))  # those that failed last time hold nobody up
    with app.documents.workspace() as folder:
        for stored in _stored(app, announced, folder, tally):
            _read_all(app, stored, tally)


def _stored(app: App, announced: Sequence[Reception], folder: Path, tally: Tally) -> Iterator[list[Reception]]:
    """Yield receptions, some at a time, whose bytes are durable and named by the ledger."""
    remaining = iter(announced)
    with ThreadPoolExecutor(max_workers=TOGETHER) as threads:
        flying: deque[Flight] = deque()
        while True:
            for reception in islice(remaining, AHEAD - len(flying)):
                flying.append((reception, threads.submit(copy_context().run, _download, app, reception.id, folder)))
            if not flying:
                return
            landed = [flying.popleft() for _ in range(min(TOGETHER, len(flying)))]
            _put_off(app, landed)
            if silence := _silence(landed):
                threads.shutdown(wait=False, cancel_futures=True)
                left = len(landed) + len(flying) + sum(1 for _ in remaining)
                tally.note(f"{left} factures annoncées attendent la prochaine fois. {silence}")
                return
            yield _keep(app, landed, tally)


def _download(app: App, remote_id: str, folder: Path) -> Download:
    path = folder / f"{remote_id}.xml"
    return path, app.source.fetch(remote_id, path)


def _put_off(app: App, landed: Sequence[Flight]) -> None:
    """Remember which downloads failed: some that always fail would else come first, and look like a silence."""
    failed = [replace(one, error=str(error)) for one, download in landed if (error := download.exception())]
    if failed:
        with app.ledger.transaction() as books:
            books.save(*failed)


def _silence(landed: Sequence[Flight]) -> str:
    """Say why nothing at all came; a neighbour that is down is not asked for each of ten thousand invoices."""
    errors = [flight[1].exception() for flight in landed]
    if len(errors) == TOGETHER and all(isinstance(error, (Unreachable, AccessDenied)) for error in errors):
        return str(errors[0])
    return ""


def _keep(app: App, landed: Sequence[Flight], tally: Tally) -> list[Reception]:
    """Store bytes before anybody reads them, and name them in the ledger."""
    kept = []
    with app.documents.batch():
        for reception, download in landed:
            with tally.item(label(reception)):
                path, passages = download.result()
                kept.append(replace(reception, raw=app.documents.put_file(path), passages=passages))
    with app.ledger.transaction() as books:
        books.save(*kept)
    return kept


def _read_all(app: App, receptions: Sequence[Reception], tally: Tally) -> None:
    """Read some invoices; each is taken in, or put in quarantine with the reason, by itself."""
    read: list[Read] = []
    with app.documents.workspace() as folder, app.documents.batch():
        for reception in receptions:
            with tally.item(label(reception)):
                try:
                    read.append((reception, _read(app, reception, folder)))
                except DocumentError as error:
                    _quarantine(app, reception, error)
                    raise
    _take_all_in(app, read, tally)


def _take_all_in(app: App, read: Sequence[Read], tally: Tally) -> None:
    """Write some invoices down in one transaction; when one of them cannot be, each in its own."""
    with attempted() as wrong:
        _take_some_in(app, read, tally)
    if wrong:
        for one in read:
            with tally.item(label(one[0])):
                _take_some_in(app, [one], tally)


def _take_some_in(app: App, read: Sequence[Read], tally: Tally) -> None:
    with app.ledger.transaction() as books:
        taken = [take_in(app, books, reception, content) for reception, content in read]
        books.save(*(record for pair in taken for record in pair))
    for invoice, _ in taken:
        tally.done(invoice.id)


def _read(app: App, reception: Reception, folder: Path) -> Content:
    if reception.raw is None:
        raise DocumentError
    with app.documents.local(reception.raw) as raw:
        reading = app.source.read(reception.id, raw, folder)
    attachments = tuple(
        Attachment(name=one.name, media_type=one.media_type, main=one.main, document=app.documents.put_file(one.path))
        for one in reading.files
    )
    return replace(reading.content, attachments=attachments)


def _quarantine(app: App, reception: Reception, error: DocumentError) -> None:
    with app.ledger.transaction() as books:
        books.save(replace(reception, state=ReceptionState.QUARANTINED, error=str(error)))


def label(reception: Reception) -> str:
    """Name an announced invoice to an agent."""
    return f"Facture {reception.number} (Chorus Pro n° {reception.id})"
