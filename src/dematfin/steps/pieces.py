"""Pièces: the documents of an invoice, named once for Hélios, whatever becomes of its mandats."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.invoice.content import Attachment
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import BESIDE_THE_EDITOR, Piece, PieceKind, unfit, unique_id
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.domain.visa.supporting import Supporting
from dematfin.errors import PiecesMissing
from dematfin.ports.app import App
from dematfin.ports.gate import check_open
from dematfin.ports.ledger import Books
from dematfin.steps.folders import supporting
from dematfin.steps.slips import ensure_slip

MARCHE: Final = "marche"
FIRM: Final = "tiers"
INVOICE: Final = "facture"
MANDAT: Final = "mandat"
RIGHT: Final = "acte"
IMPORT: Final = "import"
"""What a document may be kept for; an acte is what gives a subcontractor or a factor its right, an
import is a claim of an editor's flow whose mandat does not exist here yet."""
TAKEN_BACK: Final = "retirée:"


def kept_for(about: str, key: str) -> str:
    """Say what a document is kept for: every mandat of that thing refers to it."""
    return f"{about}:{normalised(key) if about == MARCHE else key}"


def with_kept(books: Books, mandat: Mandat) -> Mandat:
    """Return a mandat with the documents given once for its marché, its payee or the right by which that is paid."""
    kept = [piece.id for piece in books.find(Piece, kept_for=_things(mandat), replaced_by="")]
    own = [piece.id for piece in books.find(Piece, id=mandat.pieces, kept_for="")]
    in_order = [key for key in mandat.pieces if key in {*own, *kept}]
    return replace(mandat, pieces=tuple(dict.fromkeys((*in_order, *kept))))


def read_kept(books: Books, mandats: Sequence[Mandat]) -> None:
    """Ask at once for what `with_kept` wants of many mandats."""
    books.find(Piece, id=[key for mandat in mandats for key in mandat.pieces])
    books.find(Piece, kept_for=[thing for mandat in mandats for thing in _things(mandat)], replaced_by="")


def _things(mandat: Mandat) -> tuple[str, ...]:
    """Name all that documents of a mandat may be kept for."""
    things = [kept_for(FIRM, mandat.tiers.siren), kept_for(MANDAT, mandat.id)]
    if mandat.marche:
        things.append(kept_for(MARCHE, mandat.marche))
    things += [kept_for(RIGHT, key) for key in (mandat.subcontract, mandat.assignment) if key]
    return (*things, *(kept_for(INVOICE, invoice) for invoice in mandat.invoice_ids))


def pieces_of(app: App, books: Books, invoice: Invoice, year: int) -> tuple[Piece, ...]:
    """Return the documents that go with the mandat of an invoice; one that was named before keeps its identifier.

    Raises:
        PiecesMissing: a document is empty, or too heavy for Hélios, by name.
    """
    named = books.find(Piece, invoice_id=invoice.id)
    before = {one.document: one for one in named if not one.replaced_by}
    stood_in_for = {one.document for one in named} - before.keys()
    pieces = [
        before.get(one[0].document) or _named(app, books, invoice, year, one)
        for one in _documents(app, books, invoice)
        if one[0].document not in stood_in_for
    ]
    pieces += books.find(Piece, kept_for=kept_for(INVOICE, invoice.id), replaced_by="")
    kept = tuple({piece.id: piece for piece in pieces}.values())
    if sentences := " ".join(unfit(kept, app.policy.piece_limit)):
        raise PiecesMissing(sentences)
    return kept


def read_pieces(books: Books, invoices: Sequence[str], folders: Sequence[str]) -> None:
    """Ask at once for what `pieces_of` wants of many invoices."""
    books.find(Piece, invoice_id=invoices)
    books.find(Piece, kept_for=[kept_for(INVOICE, key) for key in invoices], replaced_by="")
    books.find(Supporting, folder=folders)


def _named(app: App, books: Books, invoice: Invoice, year: int, document: tuple[Attachment, str]) -> Piece:
    attachment, what = document
    return Piece(
        id=next_id(app, books, invoice.siret, year),
        invoice_id=invoice.id,
        name=attachment.name,
        media_type=attachment.media_type,
        description=f"{what} {invoice.number} du {invoice.content.issued_on:%d/%m/%Y}",
        document=attachment.document,
        kind=_kind(invoice, attachment),
    )


def next_id(app: App, books: Books, siret: str, year: int) -> str:
    """Allot the IdUnique of a document, once and for ever; it is never one that a finance software may allot.

    Raises Barred: one that is given after a restoration may stand for other bytes already.
    """
    check_open(books)
    number = books.next_number(f"piece:{siret}:{year}")
    if app.policy.owns(siret) and app.policy.budget(siret).editor:
        return unique_id(siret, year, number, BESIDE_THE_EDITOR)
    return unique_id(siret, year, number)


def _kind(invoice: Invoice, attachment: Attachment) -> PieceKind:
    if not attachment.main:
        return PieceKind.ANNEXE
    return PieceKind.AVOIR if invoice.is_credit_note else PieceKind.FACTURE


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
