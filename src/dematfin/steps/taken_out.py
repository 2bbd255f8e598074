"""Taken out: where the mandats of a flow are now that left its bordereau while the flow was believed refused."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from dematfin.domain.event import Subject
from dematfin.domain.mandat.aller import ReadMandat
from dematfin.domain.mandat.aside import without
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.cumul import drop, is_here, shift
from dematfin.steps.outcome import Tally

WAITING: Final = frozenset({MandatState.IN_BORDEREAU, MandatState.PREPARED, MandatState.REFUSED_AT_GATE})
"""Of which Hélios is believed to have nothing."""
Carried: TypeAlias = Mapping[int, ReadMandat | None]
"""The mandats of a flow by their numbers; None: its file cannot be read any more."""


def is_carried(mandat: Mandat, carried: Carried) -> bool:
    """Say whether a flow carried that very mandat: the number of one that was abandoned goes to another one."""
    if mandat.number not in carried or (there := carried[mandat.number]) is None:
        return mandat.number in carried
    same = not mandat.pieces or not there.references or bool({*mandat.pieces} & {*there.references})
    return same and there.amount == mandat.amount


def bring_back(app: App, books: Books, sheet: Bordereau, carried: Carried, tally: Tally) -> Iterator[Mandat]:
    """Yield those that still wait here, out of the bordereau that they are in now; its flow is dropped.

    None is taken out of the file of a finance software: a person is told.
    """
    for mandat in (one for one in _elsewhere(books, sheet, carried) if not one.editor):
        hosts = books.find(Bordereau, id=mandat.bordereau) if mandat.bordereau else ()
        if all(is_here(books, host) for host in hosts):
            for host in hosts:
                _pull(app, books, host, mandat, tally)
            yield replace(mandat, bordereau="")


def alarm(books: Books, sheet: Bordereau, flux: Flux, carried: Carried, number: int) -> str:
    """Say that Hélios has a mandat that cannot be brought back: abandoned here, or gone again in another bordereau."""
    received = f"URGENT. Hélios a reçu par le flux {flux.id} un mandat n° {number} du bordereau {sheet.id}"
    if again := [one for one in _elsewhere(books, sheet, carried) if one.number == number]:
        return (
            f"{received}, reparti depuis dans le bordereau {again[0].bordereau} : il peut y être deux fois. Appelez le "
            "comptable pour qu'il n'en prenne qu'un en charge."
        )
    return (
        f"{received}, abandonné ici depuis. Demandez au comptable de le rejeter avant de mandater de nouveau ses "
        "factures : elles seraient payées deux fois."
    )


def _elsewhere(books: Books, sheet: Bordereau, carried: Carried) -> list[Mandat]:
    series = {"siret": sheet.siret, "exercice": sheet.exercice, "kind": sheet.kind.mandats}
    found = books.find(Mandat, **series, number=tuple(carried)) if carried else ()
    out = [one for one in found if one.id not in sheet.mandats and one.state is not MandatState.CANCELLED]
    return [one for one in out if is_carried(one, carried)]


def _pull(app: App, books: Books, host: Bordereau, mandat: Mandat, tally: Tally) -> None:
    motif = f"Hélios a déjà son mandat {mandat.id}, n° {mandat.number}, par un autre bordereau"
    drop(app, books, host, motif, tally)
    left = [one for one in books.find(Mandat, id=host.mandats) if one.id != mandat.id]
    remains = without(host, mandat, left)
    books.save(remains)
    books.record(app.event(Subject.BORDEREAU, host.id, "figé", "à refaire", motif, mandat=mandat.id))
    shift(app, books, remains, -mandat.amount, tally)
