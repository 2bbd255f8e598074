"""Proofs: the comptable speaks of mandats, so their bordereau has arrived, whatever was believed of its flow."""

from collections.abc import Sequence
from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.answers import RetourPiece
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import NEVER_LEFT, AcquitSummary, Flux, FluxState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import DGFIP, carried_by, take_arrived
from dematfin.steps.outcome import Tally


def clear_up(app: App, books: Books, flows: Sequence[str]) -> None:
    """Settle the flows whose acquit was not clear, and whose mandats the comptable knows."""
    for flux in books.find(Flux, id=tuple(flows), acquit=AcquitSummary.UNCLEAR):
        accept(app, books, flux, "son acquit n'était pas clair ; le comptable connaît ses mandats")


def had(app: App, books: Books, sheet: Bordereau, piece: RetourPiece) -> bool:
    """Say whether the flow by which a bordereau may have come carried what a retour tells, and not what is here now."""
    flux = believed_refused(books, sheet)
    there = carried_by(app, books, sheet, flux).get(piece.number) if flux else None
    return there is not None and there.amount == piece.amount


def prove(app: App, books: Books, sheet: Bordereau, tally: Tally) -> tuple[str, ...]:
    """Settle a bordereau that waits here while the comptable knows its mandats: a bordereau arrives whole.

    Return what a person must see to. One that was sent again may have arrived either way: nothing is changed.
    """
    flux = believed_refused(books, sheet)
    if flux is None:
        return ()
    accept(app, books, flux, "on le croyait refusé ; le comptable connaît ses mandats")
    said = (
        f"URGENT. Bordereau {sheet.id} : on croyait son flux {flux.id} refusé, mais le comptable connaît ses mandats. "
        "Rien n'en est plus à reprendre ni à renvoyer ; vérifiez avec lui qu'il les a tous."
    )
    return (said, *take_arrived(app, books, sheet, flux, tally))


def believed_refused(books: Books, sheet: Bordereau) -> Flux | None:
    """Return the flow by which it came: the one that it is in, when it came back, or else the one before."""
    flows = {flux.id: flux for flux in books.find(Flux, id=(sheet.flux, *sheet.sent_before))}
    current = flows.get(sheet.flux)
    if current and current.state in {FluxState.REFUSED_BY_TDT, FluxState.ACKNOWLEDGED}:
        return current
    if current and current.state not in NEVER_LEFT | {FluxState.DROPPED}:
        return None
    listed = [flows[key] for key in sheet.sent_before if key in flows]
    former = [flux for flux in listed if flux.state is not FluxState.DROPPED]  # that one never left
    doubtful = [one for one in former if one.state is FluxState.REFUSED_BY_TDT or one.acquit is AcquitSummary.UNCLEAR]
    return next(reversed(doubtful or former), None)


def accept(app: App, books: Books, flux: Flux, motif: str, *, by: str = DGFIP, **marks: str) -> None:
    """Write that a flow has arrived: the word of the comptable is a fact, whatever was believed of it."""
    books.save(replace(flux, state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.ACCEPTED, message=motif))
    books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.ACKNOWLEDGED, motif, by=by, **marks))
