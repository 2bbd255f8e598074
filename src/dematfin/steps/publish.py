"""Publish: the documents of a cut are made, proved and kept before the ledger names any of them, all at once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dematfin import __version__
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.paper.batch import BATCH_MACHINE, Annex, Batch, BatchState, Door
from dematfin.domain.paper.capture import CAPTURE_MACHINE, Capture, CaptureState, capture_key
from dematfin.domain.paper.cut import Cut, span
from dematfin.domain.paper.evidence import Made, manifest
from dematfin.domain.paper.pages import Page, Piece, Sight, Verdict, page_id
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.paper_reader import Order

UNANNOUNCED = "aucune feuille ne l'annonce : confirmez que c'est une facture, et une seule"


def publish(app: App, batch: Batch, sights: Sequence[Sight], cut: Cut, motif: str, *, decided: bool = False) -> Batch:
    """Make the documents of a cut, then write all of it down in one transaction.

    `decided`: a person has looked at each document, also at those that no sheet announces.

    Raises:
        PaperRefused: a document is not, page for page, what was looked at: nothing of it is published.
        RuleError: a document that would disappear has been entered.
    """
    with app.documents.workspace() as folder, app.documents.batch():
        documents = _documents(app, batch, sights, cut, folder)
        annexes = tuple(_annex(app, one, folder) for one in batch.annexes)
        made = Made(at=app.clock.now(), by=app.by, host=app.holder.partition(":")[0], version=__version__)
        evidence = app.documents.put(manifest(batch, sights, cut, documents, made))
    with app.ledger.transaction() as books:
        before = books.get(Batch, batch.id)
        data = {"manifeste": evidence.sha256} | _missed(books, batch, sights, cut)
        data |= {EXCEPTION: Exceptional.PAPER_ACCEPTED} if decided else {}
        state = BATCH_MACHINE.check(before.label, before.state, BatchState.PUBLISHED)
        after = replace(batch, state=state, manifest=evidence, reason="", error="", received_on=before.received_on)
        kept = _replace_others(app, books, after, cut)
        captures = [
            kept.get(piece.pages) or _capture(app, books, after, (place, piece, document), annexes, decided=decided)
            for place, (piece, document) in enumerate(zip(cut.pieces, documents, strict=True), start=1)
        ]
        books.save(after, *captures, *pages_of(after, sights, cut, captures))
        told = f"{motif} : {len(sights)} pages, {len(captures)} documents"
        books.record(app.event(Subject.BATCH, batch.id, before.state, after.state, told, **data))
    return after


def _missed(books: Books, batch: Batch, sights: Sequence[Sight], cut: Cut) -> dict[str, str]:
    """Return how many sheets somebody has just named, that no reader had seen."""
    known = {page.page for page in books.find(Page, batch=batch.id) if page.verdict is Verdict.SEPARATOR}
    told = zip(sights, cut.verdicts, strict=True)
    unseen = {sight.page for sight, verdict in told if verdict is Verdict.SEPARATOR and sight.sheet is None}
    return {"missed": str(len(unseen - known))} if unseen - known else {}


def pages_of(batch: Batch, sights: Sequence[Sight], cut: Cut, captures: Sequence[Capture] = ()) -> tuple[Page, ...]:
    """Return the pages of a batch as they are remembered; without captures, their documents are only proposed."""
    places = {page: place for place, piece in enumerate(cut.pieces, start=1) for page in piece.pages}
    names = {page: capture.id for piece, capture in zip(cut.pieces, captures, strict=False) for page in piece.pages}
    return tuple(
        Page(
            id=page_id(batch.id, sight.page),
            batch=batch.id,
            page=sight.page,
            digest=sight.digest,
            verdict=verdict,
            piece=places.get(sight.page, 0),
            document=names.get(sight.page, ""),
            mark=sight.sheet.mark if sight.sheet else "",
            route=sight.sheet.route if sight.sheet else "",
            serial=sight.sheet.serial if sight.sheet else 0,
            rung=sight.rung,
            turn=sight.turn,
            suspicion=sight.suspicion,
            ghost=sight.ghost,
            blank=sight.blank,
        )
        for sight, verdict in zip(sights, cut.verdicts, strict=True)
    )


def _documents(app: App, batch: Batch, sights: Sequence[Sight], cut: Cut, folder: Path) -> tuple[DocumentRef, ...]:
    digests = {sight.page: sight.digest for sight in sights}
    orders = [_order(batch, place, piece, digests) for place, piece in enumerate(cut.pieces, start=1)]
    with app.documents.local(batch.pdf or batch.original) as pdf:
        return tuple(app.documents.put_file(path) for path in app.paper.split(pdf, orders, folder))


def _order(batch: Batch, place: int, piece: Piece, digests: dict[int, str]) -> Order:
    sheet = f", route {piece.sheet.route}, feuille {piece.sheet.series}" if piece.sheet and piece.sheet.serial else ""
    return Order(
        name=f"document-{place:04d}.pdf",
        pages=piece.pages,
        digests=tuple(digests[page] for page in piece.pages),
        turn=piece.turn,
        source=batch.original.sha256,
        words=f"Pages {span(piece.pages)} de l'original{sheet}",
    )


def _annex(app: App, annex: Annex, folder: Path) -> Annex:
    """Make an annex as harmless as the invoice that it comes with: a new PDF of the same pages."""
    with app.documents.local(annex.document) as original:
        pdf = app.paper.as_pdf(original, folder)
        sights = app.paper.look(pdf, sheets=False)
        order = Order(
            name=f"annexe-{annex.document.sha256}.pdf",
            pages=tuple(sight.page for sight in sights),
            digests=tuple(sight.digest for sight in sights),
            turn=0,
            source=annex.document.sha256,
            words="Annexe",
        )
        (made,) = app.paper.split(pdf, [order], folder)
        return replace(annex, document=app.documents.put_file(made))


def _replace_others(app: App, books: Books, batch: Batch, cut: Cut) -> dict[tuple[int, ...], Capture]:
    """Withdraw the documents that an earlier cut made and this one does not; return the others, by their pages."""
    pages = {piece.pages for piece in cut.pieces}
    kept: dict[tuple[int, ...], Capture] = {}
    for capture in books.find(Capture, batch=batch.id):
        if capture.state is CaptureState.REPLACED:
            continue
        if capture.pages in pages:
            kept[capture.pages] = capture
        elif capture.state is CaptureState.ENTERED:
            message = (
                f"Le document {capture.id} est déjà la facture {capture.invoice_id} : le lot {batch.id} ne peut plus "
                "être découpé ainsi. Écartez d'abord cette facture (facture ecarter), et numérisez-la de nouveau."
            )
            raise RuleError(message)
        else:
            state = CAPTURE_MACHINE.check(f"Document {capture.id}", capture.state, CaptureState.REPLACED)
            books.save(replace(capture, state=state))
            books.record(app.event(Subject.CAPTURE, capture.id, capture.state, state, "lot découpé de nouveau"))
    return kept


def _capture(
    app: App,
    books: Books,
    batch: Batch,
    made: tuple[int, Piece, DocumentRef],
    annexes: tuple[Annex, ...],
    *,
    decided: bool,
) -> Capture:
    """Return a new document of a batch; its event is recorded."""
    place, piece, document = made
    year = app.clock.today().year
    route = app.policy.paper.route(piece.sheet.route) if piece.sheet else None
    announced = decided or piece.sheet is not None or batch.door is Door.SINGLE
    capture = Capture(
        id=f"D{year}-{books.next_number(f'document-{year}'):06d}",
        batch=batch.id,
        place=place,
        pages=piece.pages,
        key=capture_key(batch.original.sha256, piece.pages, batch.id, forced=batch.forced),
        document=document,
        annexes=annexes,
        route=piece.sheet.route if piece.sheet else "",
        serial=piece.sheet.series if piece.sheet else "",
        siret=route.siret if route else "",
        service=route.service if route else "",
        turn=piece.turn,
        state=CaptureState.TO_ENTER if announced else CaptureState.TO_CONFIRM,
        reason="" if announced else UNANNOUNCED,
        made_at=app.clock.now(),
    )
    motif = f"pages {span(piece.pages)} du lot {batch.id}"
    books.record(app.event(Subject.CAPTURE, capture.id, "", capture.state, motif, sha256=document.sha256))
    return capture
