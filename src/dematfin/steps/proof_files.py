"""What a bundle of proof encloses of an invoice itself: its bytes as they came, its documents, visas and letters."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.proof.shelf import Shelf
from dematfin.domain.reception import Reception
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.papers import papers
from dematfin.steps.thread import Records

ENDINGS: Final = ((b"PK\x03\x04", ".zip"), (b"%PDF-", ".pdf"), (b"<", ".xml"), (b"\xef\xbb\xbf<", ".xml"))
HEAD: Final = 8
INVOICE, PIECES, SCAN, VISA, LETTERS = "facture", "pieces", "numerisation", "visa", "courriers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What an invoice on paper was cut from; nothing for one of Chorus Pro."""

    batches: tuple[Batch, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids whose history tells how it came."""
        return (*(one.id for one in self.batches), *(one.id for one in self.captures))


def paper_of(books: Books, invoice: Invoice) -> Paper:
    """Return the document on paper that an invoice was entered from."""
    if invoice.origin is not Origin.SCAN:
        return Paper()
    captures = books.find(Capture, invoice_id=invoice.id)
    return Paper(batches=books.find(Batch, id=tuple(one.batch for one in captures)), captures=captures)


def enclose_files(app: App, books: Books, shelf: Shelf, found: Records, paper: Paper) -> None:
    """Enclose all that is kept of an invoice, whatever its state."""
    (invoice,) = found.invoices
    for came in books.find(Reception, id=invoice.remote_id):
        if came.raw:
            shelf.put(INVOICE, f"recue-de-chorus-pro{_ending(app, came.raw)}", came.raw)
    mine = {one.document: one for one in invoice.content.attachments}
    for one in papers(books, invoice):
        main = one.document in mine and mine[one.document].main
        shelf.put(INVOICE if main else PIECES, one.name, one.document)
    for piece in pieces_of(books, found):
        shelf.put(PIECES, piece.name, piece.document)
    _scan(books, shelf, paper)
    _visas(app, books, shelf, found)
    if invoice.letter:
        shelf.put(LETTERS, "lettre-au-fournisseur.pdf", invoice.letter)


def pieces_of(books: Books, found: Records) -> tuple[Piece, ...]:
    """Return the supporting documents of the mandats of an invoice."""
    return books.find(Piece, id=tuple({key for mandat in found.mandats for key in mandat.pieces}))


def _scan(books: Books, shelf: Shelf, paper: Paper) -> None:
    """Enclose the file of the copier where nothing else was cut from it: else it holds the documents of others."""
    for capture in paper.captures:
        shelf.put(SCAN, f"document-{capture.id}.pdf", capture.document)
    for batch in paper.batches:
        others = [one for one in books.find(Capture, batch=batch.id) if one.state is not CaptureState.REPLACED]
        if others == list(paper.captures) and batch.pages == len(others[0].pages):
            shelf.put(SCAN, batch.name, batch.original)


def _visas(app: App, books: Books, shelf: Shelf, found: Records) -> None:
    for folder in found.folders:
        if folder.slip:
            shelf.put(VISA, f"fiche-de-visa-{folder.id.rpartition('/')[2]}.pdf", folder.slip)
    for record in books.find(RemoteFolder, id=tuple(one.remote for one in found.folders if one.remote)):
        for kept in record.documents:
            shelf.put(VISA, kept.name, kept.document)
        if record.history:
            shelf.put(VISA, f"historique-i-parapheur{_ending(app, record.history)}", record.history)


def _ending(app: App, document: DocumentRef) -> str:
    """Tell a kind of file by its first bytes."""
    try:
        with app.documents.open(document) as source:
            head = source.read(HEAD)
    except DocumentError:
        return ".bin"  # that it was lost is told where it is copied
    return next((ending for start, ending in ENDINGS if head.startswith(start)), ".bin")
