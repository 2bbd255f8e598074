"""Proofs: the comptable speaks of mandats, so their bordereau has arrived, whatever was believed of its flow."""

from collections.abc import Sequence
from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import NEVER_LEFT, AcquitSummary, Flux, FluxState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import DGFIP, take_arrived
from dematfin.steps.outcome import Tally


def clear_up(app: App, books: Books, flows: Sequence[str]) -> None:
    """Settle the flows whose acquit was not clear, and whose mandats the comptable knows."""
    for flux in books.find(Flux, id=tuple(flows), acquit=AcquitSummary.UNCLEAR):
        _accept(app, books, flux, "son acquit n'était pas clair ; le comptable connaît ses mandats")


def prove(app: App, books: Books, sheet: Bordereau, tally: Tally) -> tuple[str, ...]:
    """Settle a bordereau that waits here while the comptable knows its mandats: a bordereau arrives whole.

    Return what a person must see to. One that was sent again may have arrived either way: nothing is changed.
    """
    flux = _believed_refused(books, sheet)
    if flux is None:
        return ()
    _accept(app, books, flux, "on le croyait refusé ; le comptable connaît ses mandats")
    said = (
        f"URGENT. Bordereau {sheet.id} : on croyait son flux {flux.id} refusé, mais le comptable connaît ses mandats. "
        "Rien n'en est plus à reprendre ni à renvoyer ; vérifiez avec lui qu'il les a tous."
    )
    return (said, *take_arrived(app, books, sheet, flux, tally))


def _believed_refused(books: Books, sheet: Bordereau) -> Flux | None:
    """Return the flow by which it came: the one that it is in, when it came back, or else the one before."""
    flows = {flux.id: flux for flux in books.find(Flux, id=(sheet.flux, *sheet.sent_before))}
    current = flows.get(sheet.flux)
    if current and current.state in {FluxState.REFUSED_BY_TDT, FluxState.ACKNOWLEDGED}:
        return current
    if current and current.state not in NEVER_LEFT:
        return None
    former = [flows[key] for key in sheet.sent_before if key in flows]
    doubtful = [flux for flux in former if flux.state is FluxState.REFUSED_BY_TDT]
    return next(reversed(doubtful or former), None)


def _accept(app: App, books: Books, flux: Flux, motif: str) -> None:
    books.save(replace(flux, state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.ACCEPTED, message=motif))
    books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.ACKNOWLEDGED, motif, by=DGFIP))
