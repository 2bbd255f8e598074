"""Keeping: a document that somebody gives, judged, stored, then named once for Hélios."""

from dataclasses import dataclass, replace

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.visa.supporting import media_type, shown_name
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.pieces import next_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One file that somebody gives, and what it proves."""

    name: str
    data: bytes
    kind: PieceKind


def store(app: App, given: Given) -> tuple[str, DocumentRef]:
    """Judge a file by its first bytes, keep it, and return its media type and where it is; raises DocumentError."""
    kind = media_type(shown_name(given.name), given.data)
    return kind, app.documents.put(given.data)


def keep(app: App, books: Books, given: Given, stored: tuple[str, DocumentRef], thing: str) -> Piece:
    """Write down a document of a thing; the same one given twice is one."""
    for twin in books.find(Piece, kept_for=thing, replaced_by=""):
        if (twin.kind, twin.document) == (given.kind, stored[1]):
            return twin
    siret = app.policy.collectivite
    name = shown_name(given.name)
    piece = Piece(
        id=next_id(app, books, siret, app.clock.today().year),
        invoice_id="",
        name=name,
        media_type=stored[0],
        description=f"{given.kind.capitalize().replace('_', ' ')} {name}",
        document=stored[1],
        kind=given.kind,
        kept_for=thing,
    )
    books.save(piece)
    books.record(app.event(Subject.PIECE, piece.id, "", "jointe", f"{piece.description}, pour {thing}", pour=thing))
    return piece


def stand_in(app: App, books: Books, given: Piece, mandat: Mandat) -> None:
    """Let a document take the place of those of its kind that Hélios refused to a mandat: nobody sends these again."""
    waiting = books.find(Piece, id=mandat.pieces, kind=given.kind, accepted_in="", replaced_by="")
    refused = {one.id for one in waiting if one.refusal and one.id != given.id}
    if not refused:
        return
    books.save(*(replace(one, replaced_by=given.id) for one in waiting if one.id in refused))
    named = dict.fromkeys(given.id if key in refused else key for key in mandat.pieces)
    books.save(replace(mandat, pieces=tuple(named)))
    motif = f"{given.description} remplace {', '.join(sorted(refused))}, refusée par Hélios"
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, motif, piece=given.id))
