"""Pièces: the documents of an invoice, named once for Hélios, whatever becomes of its mandats."""

from collections.abc import Iterator

from dematfin.domain.invoice.content import Attachment
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.pieces import Piece, unfit, unique_id
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.errors import PiecesMissing
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.folders import supporting
from dematfin.steps.slips import ensure_slip


def pieces_of(app: App, books: Books, invoice: Invoice, year: int) -> tuple[Piece, ...]:
    """Return the documents that go with the mandat of an invoice; one that was named before keeps its identifier.

    Raises:
        PiecesMissing: a document is empty, or too heavy for Hélios, by name.
    """
    before = {one.document: one for one in books.find(Piece, invoice_id=invoice.id)}
    pieces = [
        before.get(attachment.document) or _named(books, invoice, year, attachment, what)
        for attachment, what in _documents(app, books, invoice)
    ]
    kept = tuple({piece.id: piece for piece in pieces}.values())
    if sentences := " ".join(unfit(kept, app.policy.piece_limit)):
        raise PiecesMissing(sentences)
    return kept


def _named(books: Books, invoice: Invoice, year: int, attachment: Attachment, what: str) -> Piece:
    return Piece(
        id=unique_id(invoice.siret, year, books.next_number(f"piece:{invoice.siret}:{year}")),
        invoice_id=invoice.id,
        name=attachment.name,
        media_type=attachment.media_type,
        description=f"{what} {invoice.number} du {invoice.content.issued_on:%d/%m/%Y}",
        document=attachment.document,
    )


def _documents(app: App, books: Books, invoice: Invoice) -> Iterator[tuple[Attachment, str]]:
    """Yield what came with the invoice, what its services added, and the visa slip where it is wanted."""
    kind = "Avoir" if invoice.is_credit_note else "Facture"
    for attachment in invoice.content.attachments:
        yield attachment, kind if attachment.main else "Annexe de la facture"
    folder = folder_id(invoice.id, invoice.episode)
    for one in supporting(books, folder):
        added = Attachment(name=one.name, media_type=one.media_type, main=False, document=one.document)
        yield added, "Annexe de la facture"
    if app.policy.slip_as_piece:
        ensure_slip(app, books, invoice)
        for slip in (one.slip for one in books.find(VisaFolder, id=folder) if one.slip):
            name = f"fiche-visa-{invoice.id}.pdf"
            sheet = Attachment(name=name, media_type="application/pdf", main=False, document=slip)
            yield sheet, "Fiche de visa de la facture"
