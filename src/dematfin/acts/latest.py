"""Bordereaux and flows as a page lists them: what waits first, then the last ones; never all that there ever was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dematfin.acts.flow_story import FlowLine
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import UNDER_WAY, Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

SHOWN: Final = 100
"""Bordereaux that are listed when nothing is waited for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One bordereau and the flow that carries it; None while that one is to be built."""

    bordereau: Bordereau
    flux: Flux | None

    @property
    def waits(self) -> bool:
        """Whether something is still to be done or said about it."""
        return self.flux is None or self.flux.state in UNDER_WAY or self.bordereau.refused


def bordereaux(app: App, who: Person) -> tuple[Listed, ...]:
    """Return those that wait, whatever their age, then the last ones; newest first in both."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        sheets = _sheets(books)
        flows = {flux.id: flux for flux in books.find(Flux, id=tuple(one.flux for one in sheets if one.flux))}
    listed = [Listed(bordereau=one, flux=flows.get(one.flux)) for one in sheets]
    return tuple(sorted(listed, key=lambda one: not one.waits))


def flows(app: App, who: Person) -> tuple[FlowLine, ...]:
    """Return the flows of these bordereaux, and those of documents alone that are under way."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        sheets = {one.id: one for one in _sheets(books)}
        named = dict.fromkeys(key for one in sheets.values() for key in (one.flux, *reversed(one.sent_before)) if key)
        found = {flux.id: flux for flux in (*books.find(Flux, id=tuple(named)), *books.find(Flux, state=UNDER_WAY))}
        sheets |= {one.id: one for one in books.find(Bordereau, id=_others(found.values(), sheets))}
    alone = [key for key in found if key not in named]
    return tuple(
        FlowLine.of(found[key], [sheets[one] for one in found[key].bordereaux])
        for key in (*alone, *named)
        if key in found
    )


def _sheets(books: Books) -> tuple[Bordereau, ...]:
    """Return the bordereaux whose flow is under way, refused or to be built, and the last ones; newest first."""
    under_way = tuple(key for flux in books.find(Flux, state=UNDER_WAY) for key in flux.bordereaux)
    refused = tuple({one.bordereau for one in books.find(Mandat, state=MandatState.REFUSED_AT_GATE)})
    waiting = (*books.find(Bordereau, id=(*under_way, *refused)), *books.find(Bordereau, flux=""))
    last = books.last(Bordereau, SHOWN, "emitted_on")
    found = {one.id: one for one in (*waiting, *last)}
    return tuple(sorted(found.values(), key=lambda one: (one.emitted_on, one.number), reverse=True))


def _others(flows: Iterable[Flux], known: Mapping[str, Bordereau]) -> tuple[str, ...]:
    return tuple(key for flux in flows for key in flux.bordereaux if key not in known)
