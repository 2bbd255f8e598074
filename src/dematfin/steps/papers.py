"""The documents of one invoice: what came with it, what services added to its folders, what agents gave."""

from collections.abc import Iterator
from dataclasses import dataclass

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.visa.folder import VisaFolder
from dematfin.ports.ledger import Books
from dematfin.steps.folders import supporting
from dematfin.steps.pieces import INVOICE, kept_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document; `added_by`: the id of who added it, empty for what the supplier sent, or when nobody noted it."""

    name: str
    document: DocumentRef
    added_by: str = ""


def papers(books: Books, invoice: Invoice) -> tuple[Paper, ...]:
    """Return the documents of an invoice, each once: itself first, then its annexes, then what was added here."""
    return tuple({one.document: one for one in reversed(tuple(_papers(books, invoice)))}.values())[::-1]


def _papers(books: Books, invoice: Invoice) -> Iterator[Paper]:
    for sent in sorted(invoice.content.attachments, key=lambda one: not one.main):
        yield Paper(name=sent.name, document=sent.document)
    for folder in books.find(VisaFolder, invoice_id=invoice.id):
        for added in supporting(books, folder.id):
            yield Paper(name=added.name, document=added.document, added_by=added.added_by)
    for piece in books.find(Piece, kept_for=kept_for(INVOICE, invoice.id)):
        yield Paper(name=piece.name, document=piece.document)
