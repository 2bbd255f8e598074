"""Réductions in the ledger: those of a mandat, and what becomes of it once the comptable has taken them in charge."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reduction import STANDING, wholly_taken_back
from dematfin.domain.money import french
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally


def reductions_of(books: Books, *mandats: Mandat) -> tuple[Mandat, ...]:
    """Return what was taken back of mandats, or is about to be."""
    ours = {mandat.id for mandat in mandats}
    alike = ("siret", "exercice") if any(one.editor for one in mandats) else ("siret", "exercice", "reference")
    told = {name: {getattr(mandat, name) for mandat in mandats} for name in alike}
    found = books.find(Mandat, **told, kind=MandatKind.REDUCTION)
    return tuple(one for one in found if one.origin and one.origin.mandat in ours)


def living_reductions(books: Books, *mandats: Mandat) -> dict[str, list[str]]:
    """Return, by mandat, the ids of what takes it back and was not given up; nothing for one of which all stays."""
    living: dict[str, list[str]] = {}
    for one in reductions_of(books, *mandats):
        if one.origin and one.state is not MandatState.CANCELLED:
            living.setdefault(one.origin.mandat, []).append(one.id)
    return living


def stranded(books: Books, mandat: Mandat) -> str:
    """Say why a réduction is not to be ordered: what it takes back came back itself; an empty text for any other."""
    if mandat.origin is None:
        return ""
    origin = books.get(Mandat, mandat.origin.mandat)
    if origin.state in STANDING:
        return ""
    undone = (
        f"Écartez-la (bordereau ecarter {mandat.bordereau} {mandat.id} --motif …)"
        if mandat.bordereau
        else f"Annulez-la (mandat annuler {mandat.id} --motif …)"
    )
    return f"le mandat {origin.id} qu'elle réduit est {MANDAT[origin.state]}, il n'y a rien à reprendre. {undone}"


def settle_origin(app: App, books: Books, reduction: Mandat, tally: Tally) -> None:
    """Mark a mandat as cancelled once all of it is taken back; one that was paid stays so: its money has left."""
    if reduction.origin is None or reduction.state is not MandatState.TAKEN_IN_CHARGE:
        return
    origin = next(iter(books.find(Mandat, id=reduction.origin.mandat)), None)
    if origin is None:  # an editor's may take back what its finance software sent by another way
        return
    if origin.state is MandatState.CANCELLED or not wholly_taken_back(origin, reductions_of(books, origin)):
        return
    if origin.paid or origin.state is MandatState.PAID:
        tally.note(
            f"Mandat {origin.id} : annulé pour le tout alors que {french(origin.paid)} ont été versés. Le comptable "
            "doit en demander le reversement au fournisseur : voyez avec lui."
        )
        return
    motif = f"annulé par le mandat {reduction.id} (n° {reduction.number}), pris en charge par le comptable"
    books.save(replace(origin, state=MandatState.CANCELLED, reason=motif))
    books.record(app.event(Subject.MANDAT, origin.id, origin.state, MandatState.CANCELLED, motif, by="dgfip"))
