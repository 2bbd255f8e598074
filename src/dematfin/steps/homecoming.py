"""Homecoming: an ended folder of a bought i-Parapheur is fetched, kept, read back, and only then decided on here.

Killed anywhere, the next run fetches it again: it is still there, since it is closed only once it is kept.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import Kept, RemoteFolder, RemoteState
from dematfin.domain.visa.supporting import Supporting, media_type, seen_together, shown_name
from dematfin.errors import BadAnswer, Conflict, DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.parapheur import History, Paper, Parapheur, Phase, Returned
from dematfin.steps.folders import supporting
from dematfin.steps.outcome import Tally
from dematfin.steps.remote import keep_remote
from dematfin.steps.sitting import check_read
from dematfin.steps.verdict_there import Ended, decide_there

THERE: Final = "i-Parapheur"
"""Who adds what comes back: nobody is told who did."""
PDF: Final = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A document that was added there, safe here; without a media type it cannot go with a mandat, `why` says it."""

    kept: Kept
    media_type: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What came back, safe here."""

    slip: Kept
    history: DocumentRef
    added: tuple[Addition, ...]

    def documents(self) -> tuple[Kept, ...]:
        """Return the slip, then what was added."""
        return (self.slip, *(one.kept for one in self.added))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What the i-Parapheur says of an ended folder, and where that is kept."""

    history: History
    returned: Returned
    home: Home


def come_home(app: App, there: Parapheur, record: RemoteFolder, history: History, tally: Tally) -> None:
    """Keep what an ended folder holds, then decide on its invoice, in one transaction.

    Raises:
        BadAnswer: something else stands in the place of the slip.
        RuleError: what the supplier has sent since is not read yet.
    """
    returned = there.documents(record.id, record.annexes)
    home = _kept(app, record, returned, history)
    with app.ledger.transaction() as books:
        now = books.get(RemoteFolder, record.id)
        if now.state is not record.state:
            message = f"Facture {record.invoice_id} : un autre traitement s'en occupe. Relancez dans quelques minutes."
            raise Conflict(message)
        if now.state is RemoteState.SENT:
            _decide(app, books, now, _Word(history=history, returned=returned, home=home))
        stored = replace(
            now.moved(RemoteState.STORED),
            status=history.status,
            refused=history.phase is Phase.REFUSED,
            history=home.history,
            documents=home.documents(),
        )
        keep_remote(app, books, now, stored, "fini dans l'i-Parapheur : ses documents et son historique sont gardés")
    for one in home.added:
        if one.why:
            tally.note(f"Facture {record.invoice_id} : {one.why} Il est gardé ici, hors du mandat.")
    tally.done(record.invoice_id)


def _kept(app: App, record: RemoteFolder, returned: Returned, history: History) -> Home:
    """Keep everything, and read it back from where it will stay."""
    if not returned.slip.data.startswith(PDF):
        message = (
            f"Facture {record.invoice_id} : ce que l'i-Parapheur rend à la place du bordereau de visa n'est pas un "
            "PDF. Rien n'est décidé ; prévenez son administrateur."
        )
        raise BadAnswer(message)
    with app.documents.batch():
        home = Home(
            slip=_keep(app, returned.slip),
            history=app.documents.put(history.raw),
            added=tuple(_addition(app, paper) for paper in returned.added),
        )
    for ref in (home.history, *(one.document for one in home.documents())):
        _check_durable(app, record, ref)
    return home


def _addition(app: App, paper: Paper) -> Addition:
    kind, why = _kind(paper)
    return Addition(kept=_keep(app, paper), media_type=kind, why=why)


def _keep(app: App, paper: Paper) -> Kept:
    return Kept(name=shown_name(paper.name), document=app.documents.put(paper.data))


def _kind(paper: Paper) -> tuple[str, str]:
    """Return what a document is, told by its bytes, or why it may not be joined to anything."""
    try:
        return media_type(shown_name(paper.name), paper.data), ""
    except DocumentError as error:
        return "", str(error)


def _check_durable(app: App, record: RemoteFolder, ref: DocumentRef) -> None:
    with app.documents.open(ref) as source:
        if hashlib.sha256(source.read()).hexdigest() != ref.sha256:
            message = (
                f"Facture {record.invoice_id} : un document rendu par l'i-Parapheur s'est mal écrit ici. Rien n'est "
                "décidé, rien n'est supprimé là-bas ; vérifiez le disque."
            )
            raise DocumentError(message)


def _decide(app: App, books: Books, record: RemoteFolder, word: _Word) -> None:
    folder, invoice = books.get(VisaFolder, record.folder), books.get(Invoice, record.invoice_id)
    check_read(books, invoice)
    if word.home.slip.document in {one.document for one in invoice.content.attachments}:
        message = f"Facture {invoice.id} : l'i-Parapheur rend nos propres documents et aucun bordereau de visa."
        raise BadAnswer(message)
    books.save(*_joined(app, books, folder, invoice, word.home))
    ended = Ended(
        phase=word.history.phase,
        said=word.history.said,
        service_fait=word.returned.metadata.get(app.policy.bridge.service_fait, "") if app.policy.bridge else "",
        slip=word.home.slip.document,
        seen=seen_together(invoice, supporting(books, folder.id)),
    )
    decide_there(app, books, folder, invoice, ended)


def _joined(app: App, books: Books, folder: VisaFolder, invoice: Invoice, home: Home) -> Iterator[Supporting]:
    """Yield what was added there as documents of our folder, each once."""
    number = len(supporting(books, folder.id))
    there = {one.document for one in invoice.content.attachments}
    for one in home.added:
        if one.media_type and one.kept.document not in there:
            there.add(one.kept.document)
            number += 1
            yield Supporting(
                id=f"{folder.id}/{number:03d}",
                folder=folder.id,
                invoice_id=invoice.id,
                name=one.kept.name,
                media_type=one.media_type,
                document=one.kept.document,
                added_by=THERE,
                added_at=app.clock.now(),
            )
