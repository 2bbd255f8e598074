"""What is personal is blanked in the records of what was eliminated: the lines stay, with their numbers and amounts.

A natural person's name goes, a firm's stays; accounts, comments and names of files go in any case. What the journal
says is never changed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.domain.visa.step import FolderStep
from dematfin.domain.visa.supporting import Supporting
from dematfin.ports.ledger import Books, Record
from dematfin.steps.dossiers import PIECE
from dematfin.steps.dossiers_beside import BATCH, FLOW
from dematfin.steps.pieces import INVOICE, kept_for

ERASED: Final = "(effacé)"
NATURAL: Final = "01"
"""CatTiers of a natural person."""


def blank(books: Books, dossier_id: str) -> None:
    """Blank the records of a dossier, inside the transaction that eliminates it."""
    what, _, key = dossier_id.partition(":")
    match what:
        case _ if what == INVOICE:
            books.save(*_invoice(books, books.get(Invoice, key)))
            books.index_text(key, "")
        case _ if what == PIECE:
            books.save(*map(_piece, books.find(Piece, id=key)))
        case _ if what == FLOW:
            books.save(*_flow(books, books.get(Flux, key)))
        case _ if what == BATCH:
            books.save(*_batch(books, books.get(Batch, key)))


def is_natural(tiers: Iterable[Tiers]) -> bool:
    """Say whether a creditor is, or may be, a natural person: a sole trader has a SIRET as a firm has."""
    known = tuple(tiers)
    return not known or any(one.category == NATURAL for one in known)


def _invoice(books: Books, invoice: Invoice) -> Iterator[Record]:
    content = invoice.content
    supplier = replace(content.supplier, iban="", factor="")
    natural = is_natural(books.find(Tiers, siren=invoice.supplier_siren))
    if natural:
        supplier = replace(supplier, name=ERASED, identifier="")
    yield replace(
        invoice,
        iban="",
        supplier_key="" if natural else invoice.supplier_key,
        supplier_siren="" if natural else invoice.supplier_siren,
        content=replace(
            content,
            supplier=supplier,
            attachments=tuple(replace(one, name=ERASED) for one in content.attachments),
        ),
        passages=tuple(replace(one, motif="") for one in invoice.passages),
    )
    yield from map(_piece, books.find(Piece, invoice_id=invoice.id))
    yield from map(_piece, books.find(Piece, kept_for=kept_for(INVOICE, invoice.id)))
    for folder in books.find(VisaFolder, invoice_id=invoice.id):
        yield replace(folder, steps=tuple(map(_step, folder.steps)))
        yield from (replace(one, name=ERASED) for one in books.find(Supporting, folder=folder.id))
        for remote in books.find(RemoteFolder, id=folder.remote) if folder.remote else ():
            yield replace(remote, documents=tuple(replace(one, name=ERASED) for one in remote.documents))


def _step(step: FolderStep) -> FolderStep:
    return replace(step, decisions=tuple(replace(one, comment="") for one in step.decisions))


def _piece(piece: Piece) -> Piece:
    return replace(piece, name=ERASED, description=ERASED)


def _flow(books: Books, flux: Flux) -> Iterator[Record]:
    sheets = books.find(Bordereau, id=flux.bordereaux)
    for mandat in books.find(Mandat, id=tuple(key for sheet in sheets for key in sheet.mandats)):
        yield replace(mandat, tiers=_tiers(mandat.tiers))


def _tiers(tiers: Tiers) -> Tiers:
    """A firm keeps its name and its number; what is known of a natural person goes."""
    without = replace(tiers, account=BankAccount(iban="", holder=""))
    if not is_natural((tiers,)):
        return without
    nowhere = Address(line2="", postcode="", town="", country=tiers.address.country)
    return replace(
        without, name=ERASED, identifier="", siren="", complement="", civility="", first_name="", address=nowhere
    )


def _batch(books: Books, batch: Batch) -> Iterator[Record]:
    yield replace(batch, name=ERASED, place="", annexes=tuple(replace(one, name=ERASED) for one in batch.annexes))
    for one in books.find(Capture, batch=batch.id):
        yield replace(one, proposals=(), annexes=tuple(replace(annex, name=ERASED) for annex in one.annexes))
