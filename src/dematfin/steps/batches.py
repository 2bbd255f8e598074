"""A batch is looked at and cut; then published whole, held for a person, or put in quarantine."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.paper.batch import BATCH_MACHINE, Batch, BatchState, Door
from dematfin.domain.paper.cut import Cut, cut, one_piece
from dematfin.domain.paper.pages import Page, Sight
from dematfin.errors import PaperRefused
from dematfin.ports.app import App
from dematfin.steps.publish import pages_of, publish

GLUE = "une feuille a peut-être échappé à la lecture : décidez (numerisation a-verifier)"


def treat(app: App, batch: Batch) -> Batch:
    """Look at a batch that has arrived, and return what it became."""
    try:
        with app.documents.local(batch.original) as original, app.documents.workspace() as folder:
            wrapped = app.paper.as_pdf(original, folder)
            pdf = batch.original if wrapped == original else _keep(app, wrapped, folder)
            sights = app.paper.look(wrapped, sheets=batch.door is Door.SHEETS)
        return _decide(app, replace(batch, pdf=pdf, pages=len(sights)), sights)
    except PaperRefused as error:
        return quarantine(app, batch, error)


def quarantine(app: App, batch: Batch, error: PaperRefused) -> Batch:
    """Put a batch aside with the reason; its bytes are kept."""
    return _moved(app, replace(batch, reason=error.code, error=str(error)), BatchState.QUARANTINED, (), str(error))


def sights_of(app: App, batch: Batch) -> tuple[Sight, ...]:
    """Return what was seen on the pages of a batch, as it was written down."""
    with app.ledger.reading() as books:
        return tuple(page.sight for page in books.find(Page, batch=batch.id))


def _decide(app: App, batch: Batch, sights: Sequence[Sight]) -> Batch:
    made = cut(sights, app.policy.paper, batch.expected) if batch.door is Door.SHEETS else one_piece(sights)
    seen = replace(batch, duplex=made.duplex, remarks=made.remarks)
    if blocking(made.remarks):
        return _hold(app, seen, sights, made)
    return publish(
        app, seen, sights, made, "découpé aux feuilles" if batch.door is Door.SHEETS else "une seule facture"
    )


def _keep(app: App, wrapped: Path, folder: Path) -> DocumentRef:
    """Keep the PDF that wraps an image under another name: the first one is still to be read."""
    copy = folder / "a-garder.pdf"
    copy.hardlink_to(wrapped)
    return app.documents.put_file(copy)


def _hold(app: App, batch: Batch, sights: Sequence[Sight], made: Cut) -> Batch:
    reasons = " ".join(finding.sentence for finding in blocking(made.remarks))
    return _moved(app, batch, BatchState.HELD, pages_of(batch, sights, made), f"{reasons} {GLUE}")


def _moved(app: App, batch: Batch, state: BatchState, pages: Sequence[Page], motif: str) -> Batch:
    with app.ledger.transaction() as books:
        before = books.get(Batch, batch.id)
        reached = BATCH_MACHINE.check(before.label, before.state, state)
        after = replace(batch, state=reached, received_on=before.received_on)
        books.save(after, *pages)
        books.record(app.event(Subject.BATCH, batch.id, before.state, after.state, motif))
    return after
