"""Cumul: what was mandated before is told anew by the bordereaux that follow and have not left (MtCumulAnnuel)."""

from dataclasses import replace
from decimal import Decimal

from dematfin.domain.event import Subject
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import NEVER_LEFT, Flux, FluxState
from dematfin.domain.money import french
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally


def flux_of(books: Books, bordereau: Bordereau) -> Flux | None:
    """Return the flow that carries a bordereau now."""
    return next(iter(books.find(Flux, id=bordereau.flux)), None) if bordereau.flux else None


def is_here(books: Books, bordereau: Bordereau) -> bool:
    """Say whether a bordereau came back, or has not left."""
    flux = flux_of(books, bordereau)
    return bordereau.refused or flux is None or flux.state in NEVER_LEFT


def later(books: Books, bordereau: Bordereau) -> tuple[Bordereau, ...]:
    """Return the bordereaux frozen after one, whose cumul counts it too; one that has left keeps what it told.

    Those of a finance software say what it wrote.
    """
    if bordereau.editor:
        return ()
    series = {"siret": bordereau.siret, "exercice": bordereau.exercice, "kind": bordereau.kind, "editor": False}
    following = [one for one in books.find(Bordereau, **series) if one.mandats and one.cumul > bordereau.cumul]
    return tuple(one for one in following if is_here(books, one))


def shift(app: App, books: Books, bordereau: Bordereau, amount: Decimal, tally: Tally) -> None:
    """Add to the cumul of the bordereaux after one what it holds more; their flows said otherwise, and are dropped."""
    motif = f"le bordereau {bordereau.id} compte {french(amount)} de plus : le cumul de ceux qui le suivent change"
    for one in later(books, bordereau) if amount else ():
        drop(app, books, one, motif, tally)
        books.save(replace(one, cumul=one.cumul + amount, flux=one.flux if one.refused else ""))
        books.record(app.event(Subject.BORDEREAU, one.id, "figé", "à refaire", motif))


def drop(app: App, books: Books, bordereau: Bordereau, motif: str, tally: Tally) -> None:
    """Drop the flow of a bordereau that has not left; where it is being signed it stays until it is taken back."""
    flux = flux_of(books, bordereau)
    if flux is None or flux.state not in NEVER_LEFT:
        return
    books.save(flux.moved(FluxState.DROPPED))
    books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.DROPPED, motif))
    tally.note(
        f"URGENT. Bordereau {bordereau.id} : son flux {flux.id} ({FLUX[flux.state]}) est retiré, ne le déposez nulle "
        f"part ; {motif}."
    )
    if flux.state is FluxState.SIGNING:
        where = "reprenez le fichier remis" if flux.by_hand else f"faites-y supprimer le dossier {flux.signing_ref}"
        tally.note(f"Flux {flux.id} : il était à la signature, {where}.")
