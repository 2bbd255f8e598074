"""One mandat with what became of it: the verdict in words, its bordereaux, the flows that carried it."""

from dataclasses import dataclass

from dematfin.domain.figures.next_step import Standing, of_mandat
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.explanation import Explanation, explain
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A mandat as somebody follows it.

    Attributes:
        bordereaux: all that have listed it, that of its rejection included.
        flows: all that have carried it, oldest first, and the one that is to.
        standing: what comes next, which is its flow's as long as that one has no answer.
    """

    mandat: Mandat
    verdict: Explanation
    bordereaux: tuple[Bordereau, ...]
    flows: tuple[Flux, ...]
    standing: Standing


def follow(app: App, who: Person, mandat_id: str) -> Followed:
    """Return a mandat and its verdict; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        mandat = _named(books, mandat_id)
        listed = books.find(Bordereau, siret=mandat.siret, exercice=mandat.exercice, mandats=Holding(mandat.id))
        found = {sheet.id: sheet for sheet in (*listed, *books.find(Bordereau, id=mandat.bordereau))}
        sheets = tuple(found[key] for key in sorted(found))
        names = [flux for sheet in sheets for flux in (*sheet.sent_before, sheet.flux) if flux]
        known = {flux.id: flux for flux in books.find(Flux, id=tuple(names))}
    flows = tuple(known[name] for name in dict.fromkeys(names) if name in known)
    carrier = next((known.get(sheet.flux) for sheet in sheets if sheet.id == mandat.bordereau), None)
    standing = of_mandat(mandat, carrier)
    return Followed(mandat=mandat, verdict=explain(mandat), bordereaux=sheets, flows=flows, standing=standing)


def _named(books: Books, mandat_id: str) -> Mandat:
    for mandat in books.find(Mandat, id=mandat_id):
        return mandat
    message = (
        f"Aucun mandat ne s'appelle « {mandat_id} » (le nom est M2026-000012). Si c'est un numéro que le comptable ou "
        f"Chorus Pro connaît : dematfin suivi {mandat_id}"
    )
    raise UnknownRecord(message)
