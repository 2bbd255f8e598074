"""Strays: what a retour tells of a mandat that is no longer, or never was, in that bordereau."""

from collections.abc import Iterator
from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.answers import PieceState, RetourPiece
from dematfin.domain.mandat.aside import put_aside
from dematfin.domain.mandat.bordereau import Bordereau, total, total_tva
from dematfin.domain.mandat.flux import NEVER_LEFT, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.told import last_payment
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import DGFIP
from dematfin.steps.outcome import Tally


def stray(app: App, books: Books, sheet: Bordereau | None, piece: RetourPiece, tally: Tally) -> Iterator[str]:
    """Yield what must not be forgotten; what would be paid twice is kept here."""
    listed = books.find(Mandat, id=sheet.mandats) if sheet else ()
    former = [mandat for mandat in listed if piece.number in (mandat.number, *mandat.burnt)]
    if not former:
        tally.note(f"Le mandat n° {piece.number} du bordereau n° {piece.bordereau} n'est pas des nôtres.")
    elif piece.state is not PieceState.REJECTED or last_payment(piece):
        for mandat in former:
            kept = _keep_here(app, books, mandat, piece)
            yield (
                f"URGENT. Mandat {mandat.id} : émis de nouveau après un rejet, mais le comptable ne le dit plus rejeté "
                f"dans son ancien bordereau n° {piece.bordereau}, sous le n° {piece.number}. {kept} Voyez avec lui : "
                "il serait payé deux fois."
            )


def _keep_here(app: App, books: Books, mandat: Mandat, piece: RetourPiece) -> str:
    """Set aside a mandat that has not left again; its bordereau goes without it. Say what was done.

    Nothing is taken out of a finance software's file: a doubt keeps it whole from being signed, or sent.
    """
    sheet = next(iter(books.find(Bordereau, id=mandat.bordereau)), None) if mandat.bordereau else None
    flux = next(iter(books.find(Flux, id=sheet.flux)), None) if sheet and sheet.flux else None
    waits = mandat.state in {MandatState.PREPARED, MandatState.IN_BORDEREAU} and not mandat.set_aside
    if not waits or (flux and flux.state not in NEVER_LEFT):
        return "Ne le signez ni ne le transmettez." if waits or mandat.aside else "Il est reparti."
    if mandat.editor:
        doubt = f"le comptable le connaît déjà, sous le n° {piece.number} du bordereau n° {piece.bordereau}."
        books.save(replace(mandat, doubt=doubt, doubt_seen=""))
        return "Ne le signez ni ne le transmettez : abandonnez son import, retirez-le dans le logiciel financier."
    motif = f"le comptable le connaît déjà, sous le n° {piece.number} du bordereau n° {piece.bordereau}"
    books.save(put_aside(mandat, motif))
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, "écarté", motif, by=DGFIP))
    if sheet:
        _without(app, books, sheet, mandat, motif)
    if flux:
        books.save(flux.moved(FluxState.DROPPED))
        books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.DROPPED, motif, by=DGFIP))
    return "Il est écarté, ses factures ne sont pas à mandater de nouveau."


def _without(app: App, books: Books, sheet: Bordereau, gone: Mandat, motif: str) -> None:
    """The cumul stays: the comptable has that mandat, in its former bordereau."""
    left = [one for one in books.find(Mandat, id=sheet.mandats) if one.id != gone.id]
    mandats = tuple(key for key in sheet.mandats if key != gone.id)
    books.save(replace(sheet, mandats=mandats, total=total(left), tva=total_tva(left), flux=""))
    told = f"mandat {gone.id} : {motif}"
    books.record(app.event(Subject.BORDEREAU, sheet.id, "figé", "à refaire", told, mandat=gone.id))
