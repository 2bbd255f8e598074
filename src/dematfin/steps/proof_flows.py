"""What a bundle of proof encloses of the flows that carried an invoice: their bytes, who signed, what was answered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.mandat.aller import ReadBordereau
from dematfin.domain.mandat.answers import RetourPiece
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.proof.facts import FlowFacts, Ordered
from dematfin.domain.proof.shelf import Shelf, named_by
from dematfin.domain.reception import Answer, AnswerKind
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, WrittenEvent
from dematfin.steps.proof_signatures import signature_report
from dematfin.steps.retours import OUR_KINDS
from dematfin.steps.thread import Records

FLOWS, SIGNATURE, CERTIFICATES, ANSWERS = "flux", "signature", "certificats", "reponses"
XML: Final = ".xml"
Pieces = tuple[Piece, ...]


def late_flows(books: Books, found: Records, pieces: Pieces) -> tuple[Flux, ...]:
    """Return the flows of documents alone that carried some of the invoice's."""
    known = {one.id for one in found.flows}
    carried = {name for piece in pieces for name in piece.carried_in} - known
    return tuple(one for one in books.find(Flux, id=tuple(sorted(carried))) if not one.bordereaux)


def enclose_flow(app: App, shelf: Shelf, flux: Flux, found: Records, pieces: Pieces) -> tuple[FlowFacts, str]:
    """Enclose a flow and the certificates that signed it; return what is to be found in it, and what is said of it."""
    document = flux.signed or flux.unsigned
    name = shelf.put(FLOWS, f"{flux.id}{XML}", document)
    unsigned = _unsigned(flux)
    with app.documents.local(document) as path:
        bare = "" if unsigned else app.signatures.bare(path)
        authorities = {} if unsigned else _certificates(app, shelf, path)
        report = signature_report(app, flux, path, unsigned)
        ordered = tuple(_ordered(app, path, flux, found)) if flux.bordereaux else ()
    if flux.signing_history:
        shelf.put(SIGNATURE, f"historique-{flux.id}{XML}", flux.signing_history)
    carried = {one.id: shelf.named[one.document.sha256] for one in pieces if _goes_in(one, flux, shelf)}
    facts = FlowFacts(
        name=name,
        unsigned=unsigned,
        bare=bare if bare == flux.unsigned.sha256 else "",
        authorities=authorities,
        ordered=ordered,
        pieces=carried,
    )
    return facts, report


def _goes_in(piece: Piece, flux: Flux, shelf: Shelf) -> bool:
    return flux.id in piece.carried_in and piece.sealed == piece.document.sha256 and piece.sealed in shelf.named


def _unsigned(flux: Flux) -> str:
    if flux.signed is not None and not flux.on_paper:
        return ""
    if flux.signed is not None:
        return "son bordereau a été signé à la main, sur papier, et la commune garde ce papier"
    if not flux.bordereaux:
        return "il ne porte que des pièces jointes, rien n'y est à signer"
    return "il a été retiré sans avoir été signé" if flux.state is FluxState.DROPPED else "il n'est pas encore signé"


def _certificates(app: App, shelf: Shelf, path: Path) -> dict[str, str]:
    authorities = {}
    for one in app.signatures.certificates(path):
        short = one.fingerprint[:16]
        if f"{CERTIFICATES}/{short}.pem" in {known.name for known in shelf.files}:
            authorities[one.fingerprint] = f"{CERTIFICATES}/{short}-autorites.pem" if one.authorities else ""
            continue
        shelf.write(CERTIFICATES, f"{short}.pem", one.certificate)
        chain = "".join(one.authorities)
        authorities[one.fingerprint] = shelf.write(CERTIFICATES, f"{short}-autorites.pem", chain) if chain else ""
    return {key: name for key, name in authorities.items() if name}


def _ordered(app: App, path: Path, flux: Flux, found: Records) -> Iterator[Ordered]:
    """Yield what a flow says of the invoice's mandats; the one that it orders now has the amount of our records."""
    try:
        read = {(one.exercice, one.kind, one.number): one for one in app.reader.aller(path).bordereaux}
    except DocumentError:
        read = {}
    for sheet in found.sheets:
        if flux.id in {sheet.flux, *sheet.sent_before}:
            said = read.get((sheet.exercice, str(sheet.kind), sheet.number))
            for mandat in found.mandats:
                if mandat.id in sheet.mandats:
                    yield from _said(mandat, sheet, said, now=sheet.flux == flux.id)


def _said(mandat: Mandat, sheet: Bordereau, said: ReadBordereau | None, *, now: bool) -> Iterator[Ordered]:
    """A mandat that came back may have been corrected since, or issued again under another number."""
    amounts = {one.number: one.amount for one in said.mandats} if said else {}
    if now and mandat.bordereau == sheet.id:
        amounts = {mandat.number: mandat.amount}
    for number in {mandat.number, *mandat.burnt} & amounts.keys():
        yield Ordered(
            exercice=sheet.exercice,
            kind=str(sheet.kind),
            bordereau=sheet.number,
            number=number,
            amount=amounts[number],
        )


def enclose_answers(app: App, books: Books, shelf: Shelf, found: Records, events: tuple[WrittenEvent, ...]) -> None:
    """Enclose the acquits of the flows, and the retours that speak of the invoice's mandats."""
    late = books.find(Answer, flux=tuple(one.id for one in found.flows)) if found.flows else ()
    for answer in sorted({*found.answers, *late}, key=lambda one: (one.received_at, one.id)):
        shelf.put(ANSWERS, _named("acquit", answer), answer.document)
    told = frozenset(name for one in events for name in named_by(one.event.data, one.event.motif))
    for answer in _retours(app, books, found, told):
        shelf.put(ANSWERS, _named("retour", answer), answer.document)


def _named(kind: str, answer: Answer) -> str:
    """An acquit bears the name of its flow, without an ending."""
    return f"{kind}-{answer.name.removesuffix(XML)}{XML}"


def _retours(app: App, books: Books, found: Records, told: frozenset[str]) -> Iterator[Answer]:
    """Yield the retours that the journal tells, and those that speak of these mandats: read since they left."""
    places = {(sheet.exercice, sheet.kind, sheet.number) for sheet in found.sheets}
    numbers = {number for mandat in found.mandats for number in (mandat.number, *mandat.burnt) if number}
    since = min((one.started_at for one in found.attempts), default=None)
    for answer in books.find(Answer, kind=AnswerKind.RETOUR):
        late = since is not None and answer.received_at >= since
        if answer.document.sha256 in told or (
            late and any(_speaks(one, places, numbers) for one in _read(app, answer.document))
        ):
            yield answer


def _speaks(piece: RetourPiece, places: set[tuple[int, BordereauKind, int]], numbers: set[int]) -> bool:
    kind = OUR_KINDS.get(piece.bordereau_kind)
    return kind is not None and piece.number in numbers and (piece.exercice, kind, piece.bordereau) in places


def _read(app: App, document: DocumentRef) -> tuple[RetourPiece, ...]:
    try:
        with app.documents.open(document) as source:
            return app.reader.retour(source.read()).pieces
    except DocumentError:
        return ()


def enclose_signing_slips(shelf: Shelf, events: tuple[WrittenEvent, ...]) -> None:
    """Enclose the sheets of signature that a bought parapheur wrote: the journal alone knows them."""
    for one in events:
        if one.event.subject is Subject.FLUX and (slip := one.event.data.get("fiche")):
            name = f"fiche-de-signature-{one.event.subject_id}.pdf"
            shelf.put(SIGNATURE, name, DocumentRef(sha256=slip, size=0))  # its size is told nowhere, and not needed
