"""Folders of a bought i-Parapheur in our books: each change of one is kept with its event."""

from dataclasses import replace
from datetime import timedelta

from dematfin.domain.event import Subject
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import RemoteFolder, RemoteState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books


def intend_remote(app: App, books: Books, folder: VisaFolder) -> None:
    """Write down that a folder is to be sent, in the transaction that opens it."""
    if app.policy.bridge is None:
        return
    today = app.clock.today()
    record = RemoteFolder(
        id=folder.remote,
        folder=folder.id,
        invoice_id=folder.invoice_id,
        made_on=today,
        alert_on=today + timedelta(days=app.policy.bridge.max_days + 1),
    )
    keep_remote(app, books, None, record, "à envoyer dans l'i-Parapheur")


def recall(app: App, books: Books, folder: VisaFolder, motif: str) -> None:
    """Write down that a folder is to be taken back, in the transaction that withdraws it here."""
    for record in books.find(RemoteFolder, id=folder.remote, state=(RemoteState.TO_SEND, RemoteState.SENT)):
        keep_remote(app, books, record, record.moved(RemoteState.WITHDRAWING), f"à retirer de l'i-Parapheur : {motif}")


def keep_remote(app: App, books: Books, before: RemoteFolder | None, record: RemoteFolder, motif: str) -> None:
    """Save a folder that was `before`, and the event that says why."""
    books.save(record)
    state = before.state if before else ""
    books.record(app.event(Subject.REMOTE, record.invoice_id, state, record.state, motif, dossier=record.id))


def remember(app: App, record: RemoteFolder, **seen: str) -> None:
    """Keep what the i-Parapheur has just shown of a folder, unless it has moved here meanwhile."""
    with app.ledger.transaction() as books:
        now = books.get(RemoteFolder, record.id)
        changed = replace(now, **seen)  # type: ignore[arg-type]  # texts only
        if now.state is record.state and changed != now:
            books.save(changed)
