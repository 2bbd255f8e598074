"""Dossiers: everything that names a document, put together as it is eliminated or handed over to an archive service."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.exchange.hand_over import HandOver
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import Batch
from dematfin.domain.retention.classes import Kind
from dematfin.domain.retention.dossier import Dossier
from dematfin.domain.retention.elimination import Gone
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.dossiers_beside import (
    each,
    of_answer,
    of_batch,
    of_flow,
    of_hand_over,
    of_import,
    of_reception,
    paid_by,
)
from dematfin.steps.pieces import INVOICE, kept_for
from dematfin.steps.scene_of_dossiers import Scene, end_of_mandats, last_of, scene

PIECE: Final = "pièce"


def dossiers(app: App, books: Books) -> tuple[Dossier, ...]:
    """Return every dossier that was not eliminated yet, whether its time is over or not; those of a class together."""
    gone = {one.id for one in books.find(Gone)}
    found = _all(app, books, scene(app, books))
    return tuple(sorted((one for one in found if one.id not in gone), key=lambda one: (one.kind, one.exercice, one.id)))


def _all(app: App, books: Books, seen: Scene) -> Iterator[Dossier]:
    own = _pieces_by_invoice(seen)
    for invoice in seen.invoices.values():
        yield _invoice(seen, invoice, own.get(invoice.id, ()))
    named = {piece.id for pieces in own.values() for piece in pieces}
    yield from (_piece(seen, one) for one in seen.pieces if one.id not in named)
    fluxes = books.find(Flux)
    yield from (of_flow(app, seen, one) for one in fluxes)
    carried = {one.id for one in fluxes}
    lone = [one for flux, answers in seen.answers.items() if flux not in carried for one in answers]
    yield from (of_answer(app, seen, one) for one in lone)
    yield from (of_import(app, one) for one in seen.imports.values() if not one.flux)
    yield from (of_batch(app, seen, one) for one in books.find(Batch))
    yield from (of_hand_over(app, one) for one in books.find(HandOver))
    yield from (of_reception(one) for one in seen.receptions.get("", ()))


def _pieces_by_invoice(seen: Scene) -> dict[str, tuple[Piece, ...]]:
    found: dict[str, tuple[Piece, ...]] = {}
    for piece in seen.pieces:
        key = piece.invoice_id or piece.kept_for.removeprefix(kept_for(INVOICE, ""))
        if key in seen.invoices:
            found[key] = (*found.get(key, ()), piece)
    return found


def _invoice(seen: Scene, invoice: Invoice, pieces: Iterable[Piece]) -> Dossier:
    end, why = seen.end_of(invoice)
    supplier = invoice.content.supplier
    mandats = seen.paying.get(invoice.id, [])
    return Dossier(
        id=f"{INVOICE}:{invoice.id}",
        kind=Kind.MARCHES if seen.marches_of(invoice) else Kind.INVOICES,
        title=f"Facture {invoice.number} de {supplier.name}",
        first_on=min(invoice.issued_on, invoice.notified_on),
        last_on=end or invoice.notified_on,
        documents=each(_papers(seen, invoice, pieces)),
        runs_from=end,
        waits=why,
        invoices=frozenset({invoice.id}),
        facts={
            "facture": invoice.id,
            "numero": invoice.number,
            "fournisseur": supplier.name,
            "identifiant_fournisseur": supplier.identifier,
            "montant_ttc": f"{invoice.signed_amount}",
            "date_facture": f"{invoice.issued_on}",
            "date_reception": f"{invoice.notified_on}",
            "budget": invoice.siret,
            "marche": ", ".join(sorted(seen.marches_of(invoice))),
            "mandats": ", ".join(f"{one.exercice}-{one.number}" for one in mandats if one.number),
            "bordereaux": ", ".join(one.bordereau for one in mandats if one.bordereau),
        },
    )


def _papers(seen: Scene, invoice: Invoice, pieces: Iterable[Piece]) -> Iterator[DocumentRef | None]:
    yield from (one.document for one in invoice.content.attachments)
    yield invoice.letter
    yield from (one.document for one in seen.added.get(invoice.id, ()))
    yield from (one.slip for one in seen.folders.get(invoice.id, ()))
    for remote in seen.remotes.get(invoice.id, ()):
        yield remote.history
        yield from (one.document for one in remote.documents)
    yield from (one.raw for one in seen.receptions.get(invoice.id, ()))
    yield from (one.document for one in pieces)


def _piece(seen: Scene, piece: Piece) -> Dossier:
    """A document given for a mandat, a marché, a creditor: over with the last mandat that names it, and its invoice."""
    mandats = seen.naming.get(piece.id, [])
    paid = seen.paid_by(mandats)
    marches = {normalised(one.marche) for one in mandats if one.marche}.union(*map(seen.marches_of, paid))
    ends = [end_of_mandats(mandats), *(seen.marches[one] for one in sorted(marches)), *map(seen.end_of, paid)]
    end, why = last_of(ends)
    return Dossier(
        id=f"{PIECE}:{piece.id}",
        kind=Kind.MARCHES if marches else Kind.INVOICES,
        title=f"Pièce jointe {piece.name}",
        first_on=min((date(one.exercice, 1, 1) for one in mandats), default=date.max),
        last_on=end or date.max,
        documents=(piece.document,),
        runs_from=end,
        waits=why if mandats else "peut encore servir à un mandat",
        invoices=paid_by(mandats),
        facts={"mandats": ", ".join(f"{one.exercice}-{one.number}" for one in mandats)},
    )
