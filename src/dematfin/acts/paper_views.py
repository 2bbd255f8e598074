"""What an agent looks at before deciding on paper: batches and their pages, documents, images of pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.paper.batch import ASIDE, LABELS, Batch
from dematfin.domain.paper.capture import WAITING, Capture, CaptureState
from dematfin.domain.paper.pages import Page
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Conflict
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.as_shown import as_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch, its pages, its documents."""

    batch: Batch
    pages: tuple[Page, ...]
    documents: tuple[Capture, ...]

    def proposed(self) -> tuple[tuple[int, ...], ...]:
        """Return the pages of each document that the readers would make of it."""
        places = sorted({page.piece for page in self.pages if page.piece})
        return tuple(tuple(page.page for page in self.pages if page.piece == place) for place in places)

    @property
    def seen(self) -> str:
        """Fingerprint of how it is cut; a page repeats it, so that nobody decides on something else."""
        said = [self.batch.state, *(f"{page.verdict} {page.piece} {page.document}" for page in self.pages)]
        return sha256("\n".join(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What waits for a person: batches put aside, documents to confirm, documents to enter."""

    batches: tuple[BatchView, ...]
    to_confirm: tuple[Capture, ...]
    to_enter: tuple[Capture, ...]


def view(app: App, who: Person, batch_id: str) -> BatchView:
    """Return one batch; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return _view(books, batch_id)


def deciding(app: App, who: Person, batch_id: str, seen: str) -> App:
    """Return the same app for one decision, which is written only if the batch is as it was shown.

    Raises:
        Forbidden, UnknownRecord; Conflict: it has changed already.
    """
    who.require(Act.PAPER)

    def check(books: Books) -> None:
        found = _view(books, batch_id)
        if found.seen != seen:
            state, name = LABELS[found.batch.state], found.batch.label
            message = f"{name} : il est maintenant « {state} », il a changé depuis que vous l'avez ouvert."
            raise Conflict(message)

    with app.ledger.reading() as books:
        check(books)
    return as_shown(app, check)


def pending(app: App, who: Person) -> Pending:
    """Return all that waits."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        aside = books.find(Batch, state=ASIDE)
        waiting = books.find(Capture, state=WAITING)
    return Pending(
        batches=tuple(view(app, who, batch.id) for batch in aside),
        to_confirm=tuple(one for one in waiting if one.state is CaptureState.TO_CONFIRM),
        to_enter=tuple(one for one in waiting if one.state is CaptureState.TO_ENTER),
    )


def document(app: App, who: Person, document_id: str) -> Capture:
    """Return one document; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return books.get(Capture, document_id)


@contextmanager
def opened(app: App, who: Person, batch_id: str) -> Iterator[Path]:
    """Lend the original of a batch, as it came."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        batch = books.get(Batch, batch_id)
    with app.documents.local(batch.original) as path:
        yield path


def thumbnails(app: App, who: Person, seen: BatchView, folder: Path) -> tuple[Path, ...]:
    """Write a small image of each page of a batch into a folder that exists."""
    who.require(Act.OVERSEE)
    batch = seen.batch
    with app.documents.local(batch.pdf or batch.original) as pdf:
        return app.paper.thumbnails(pdf, [page.page for page in seen.pages], folder)


def images(app: App, who: Person, pdf: DocumentRef, pages: Sequence[int], dpi: int) -> tuple[bytes, ...]:
    """Return an image (JPEG) of some pages of a file of paper; raises PaperRefused."""
    who.require(Act.PAPER)
    with app.documents.local(pdf) as path, app.documents.workspace() as folder:
        return tuple(one.read_bytes() for one in app.paper.thumbnails(path, pages, folder, dpi))


def _view(books: Books, batch_id: str) -> BatchView:
    current = [one for one in books.find(Capture, batch=batch_id) if one.state is not CaptureState.REPLACED]
    return BatchView(
        batch=books.get(Batch, batch_id),
        pages=books.find(Page, batch=batch_id),
        documents=tuple(sorted(current, key=lambda one: one.pages)),
    )
