"""What an acquit makes of each pièce jointe: there for good, to be sent again, or known under another identifier."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.answers import Anomaly
from dematfin.domain.mandat.flux import MAY_BE_THERE, AcquitSummary, Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.said import reasons_of
from dematfin.domain.mandat.verdict import FlowVerdict
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally
from dematfin.steps.pieces import next_id


def judge_pieces(app: App, books: Books, flux: Flux, verdict: FlowVerdict, tally: Tally) -> None:
    """Keep what became of each document of a flow; a refused one is remembered, so that it can be sent again."""
    for piece in books.find(Piece, id=flux.pieces, accepted_in="", replaced_by=""):
        if piece.id in verdict.pieces_accepted:
            books.save(piece.accepted(flux.id))
        elif piece.id in verdict.pieces_refused:
            _refused(app, books, flux, piece, verdict.pieces_refused[piece.id], tally)


def _refused(app: App, books: Books, flux: Flux, piece: Piece, anomalies: tuple[Anomaly, ...], tally: Tally) -> None:
    what = f"Pièce {piece.label} refusée par Hélios : {reasons_of(anomalies)}"
    twice = any(anomaly.already_there for anomaly in anomalies)
    if twice and (before := _carried_by(books, piece, flux)):
        books.save(piece.accepted(before))
        motif = f"{what}. Elle y était déjà, par notre flux {before} : il n'y a rien à faire."
    elif twice:
        key = _rename(app, books, piece, flux, reasons_of(anomalies))
        motif = f"{what}. Cet identifiant y désigne un autre fichier : elle repartira sous {key}."
    else:
        books.save(piece.refused(flux.id, reasons_of(anomalies)))
        motif = f"{what}. Corrigez, puis renvoyez-la (bordereau envoyer-pieces)."
    tally.note(motif)
    books.record(app.event(Subject.FLUX, flux.id, flux.state, flux.state, motif, piece=piece.id))


def _carried_by(books: Books, piece: Piece, refusing: Flux) -> str:
    """Return another flow of ours that brought the document to Hélios; empty when none can have."""
    flows = books.find(Flux, id=piece.carried_in, state=MAY_BE_THERE)
    brought = [flux.id for flux in flows if flux.acquit is not AcquitSummary.REFUSED and flux.id != refusing.id]
    return brought[0] if brought else ""


def _rename(app: App, books: Books, piece: Piece, flux: Flux, reason: str) -> str:
    """Give a document a new identifier, wherever it is named; the old one is never used again."""
    key = next_id(app, books, flux.siret, app.clock.today().year)
    books.save(
        replace(piece.refused(flux.id, reason), replaced_by=key),
        replace(piece, id=key, carried_in=(), sealed="", refusal=reason),
    )
    for mandat in books.find(Mandat, siret=flux.siret):
        if piece.id in mandat.pieces:
            books.save(replace(mandat, pieces=tuple(key if one == piece.id else one for one in mandat.pieces)))
    return key
