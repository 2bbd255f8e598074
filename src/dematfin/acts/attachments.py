"""An agent gives the documents that annexe I asks for: to an invoice, a mandat, a marché, a supplier."""

from dataclasses import replace
from typing import Final

from dematfin.domain.editor.ownership import check_ours
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import AT_HELIOS, Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.rubriques import RUBRIQUES, Case, Rubrique
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.justify import lacking
from dematfin.steps.keeping import Given, keep, stand_in, store
from dematfin.steps.made_elsewhere import made_elsewhere
from dematfin.steps.pieces import FIRM, INVOICE, MANDAT, MARCHE, TAKEN_BACK, kept_for, with_kept

OPEN: Final = frozenset({MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED})


def attach(app: App, who: Person, key: str, given: Given) -> Piece:
    """Attach a document to a mandat that is not frozen, or to an invoice that is not mandated yet.

    To a mandat that the comptable has, it goes alone (`late_pieces.send`); there it stands in for one of its kind that
    Hélios refused.

    Raises:
        Forbidden, UnknownRecord; DocumentError: neither a PDF nor a picture, or too large; RuleError: its mandat is in
            a bordereau that has not left.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    stored = store(app, given)
    with app.ledger.transaction() as books:
        thing, mandats = _subject(app, books, key)
        for mandat in mandats:
            _check_open(mandat, OPEN | AT_HELIOS)
        piece = keep(app, books, given, stored, thing)
        for mandat in mandats:
            stand_in(app, books, piece, mandat)
    return piece


def still_to_send(app: App, who: Person, key: str) -> str:
    """Return the mandat, already with the comptable, that a document given to a mandat or an invoice has to follow."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return next((one.id for one in _subject(app, books, key)[1] if one.state in AT_HELIOS), "")


def attach_to_marche(app: App, who: Person, marche: str, given: Given) -> Piece:
    """Give a document once for a marché: each of its mandats refers to it; raises as `attach`."""
    app = app.on_behalf_of(who, Act.PREPARE)
    if not any(map(str.isalnum, marche)):
        message = f"Marché « {marche} » : donnez son numéro, par exemple 2025-17."
        raise RuleError(message)
    stored = store(app, given)
    with app.ledger.transaction() as books:
        return keep(app, books, given, stored, kept_for(MARCHE, marche))


def attach_to_tiers(app: App, who: Person, reference: str, given: Given) -> Piece:
    """Give a document once for a creditor, a RIB for one; raises as `attach`."""
    app = app.on_behalf_of(who, Act.PREPARE)
    stored = store(app, given)
    with app.ledger.transaction() as books:
        return keep(app, books, given, stored, kept_for(FIRM, books.get(Tiers, reference).siren))


def take_back(app: App, who: Person, piece_id: str) -> Piece:
    """Take back a document that was attached by mistake and is in no bordereau yet.

    Raises:
        Forbidden, UnknownRecord; RuleError: it came with its invoice, or a frozen mandat refers to it.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        piece = books.get(Piece, piece_id)
        if not piece.kept_for or piece.kept_for.startswith(TAKEN_BACK):
            message = f"La pièce {piece_id} est venue avec sa facture, ou est déjà retirée : elle ne se retire pas."
            raise RuleError(message)
        if frozen := [one.id for one in books.find(Mandat) if one.bordereau and piece_id in one.pieces]:
            message = f"La pièce {piece_id} est déjà dans un bordereau (mandat {frozen[0]}) : elle ne se retire plus."
            raise RuleError(message)
        gone = replace(piece, kept_for=f"{TAKEN_BACK}{piece.kept_for}")
        books.save(gone)
        books.record(app.event(Subject.PIECE, piece_id, "jointe", "retirée", piece.description))
    return gone


def pieces(app: App, who: Person, mandat_id: str) -> tuple[Piece, ...]:
    """Return the documents of a mandat, those kept for its marché or its creditor included; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        mandat = books.get(Mandat, mandat_id)
        dressed = with_kept(books, mandat) if mandat.state in OPEN else mandat
        return books.find(Piece, id=dressed.pieces)


def missing_pieces(app: App, who: Person) -> tuple[Finding, ...]:
    """Return what the prepared mandats lack."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return lacking(app, books)


def choose_rubrique(app: App, who: Person, mandat_id: str, rubrique: Rubrique, said: tuple[Case, ...] = ()) -> Mandat:
    """Present an expense under a sub-heading: the ordonnateur alone chooses it.

    Raises:
        Forbidden, UnknownRecord; RuleError: the mandat is frozen.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = books.get(Mandat, mandat_id)
        check_ours(mandat)
        _check_open(mandat)
        chosen = replace(mandat, rubrique=rubrique, cases=tuple(said))
        books.save(chosen)
        motif = f"présenté sous la rubrique {rubrique} ({RUBRIQUES[rubrique]})" + "".join(f", {one}" for one in said)
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, mandat.state, motif))
    return chosen


def _subject(app: App, books: Books, key: str) -> tuple[str, tuple[Mandat, ...]]:
    """Return what a document given to a mandat or an invoice is kept for, and the mandats that it concerns.

    That of a mandat goes with its invoice, whatever becomes of the mandat.
    """
    wanted = key.strip().upper()
    for mandat in books.find(Mandat, id=wanted):
        thing = kept_for(INVOICE, mandat.invoice_ids[0]) if mandat.invoice_ids else kept_for(MANDAT, mandat.id)
        return thing, (mandat,)
    if not books.find(Invoice, id=wanted):
        message = f"« {key} » n'est ni un mandat (M2026-000012) ni une facture (F2026-000012)."
        raise UnknownRecord(message)
    invoice = books.get(Invoice, wanted)
    same = dict.fromkeys((*books.find(Mandat, reference=invoice.number), *made_elsewhere(app, books, [invoice])))
    paying = [one for one in same if wanted in one.invoice_ids and one.state is not MandatState.CANCELLED]
    return kept_for(INVOICE, wanted), tuple(paying)


def _check_open(mandat: Mandat, states: frozenset[MandatState] = OPEN) -> None:
    if mandat.state not in states:
        message = f"Le mandat {mandat.id} est figé dans un bordereau ou déjà parti : ses pièces ne changent plus."
        raise RuleError(message)
