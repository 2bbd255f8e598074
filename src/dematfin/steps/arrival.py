"""Arrival: Hélios proves to have a flow that was believed refused, or lost. What would replace it must never leave.

Its mandats are sent, as it carried them; the flow that was to be sent in its place is dropped, if it is still here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau, total, total_tva
from dematfin.domain.mandat.flux import NEVER_LEFT, AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.cumul import drop, shift
from dematfin.steps.outcome import Tally
from dematfin.steps.taken_out import WAITING, Carried, alarm, bring_back, is_carried

DGFIP: Final = "dgfip"


def has_left(books: Books, sheet: Bordereau, flux: Flux) -> Flux | None:
    """Return the flow that went to Hélios in the place of one, if any may be there."""
    if sheet.flux in {"", flux.id}:
        return None
    other = books.get(Flux, sheet.flux)
    refused = other.state is FluxState.ACKNOWLEDGED and other.acquit is AcquitSummary.REFUSED
    back = other.state in {FluxState.REFUSED_BY_TDT, FluxState.DROPPED}
    return None if refused or back or other.state in NEVER_LEFT else other


def take_arrived(app: App, books: Books, sheet: Bordereau, flux: Flux, tally: Tally) -> tuple[str, ...]:
    """Write down that Hélios has a bordereau by this flow; return what a person must see to.

    No other flow of it may have left (`has_left`).
    """
    if sheet.flux != flux.id:
        drop(app, books, sheet, f"Hélios l'a reçu par le flux {flux.id}, que l'on croyait refusé", tally)
    carried = carried_by(app, books, sheet, flux)
    listed = [one for one in books.find(Mandat, id=sheet.mandats) if not _is_gone(one, sheet)]
    arrived = [
        *(mandat for mandat in listed if is_carried(mandat, carried)),
        *bring_back(app, books, sheet, carried, tally),
    ]
    missing = sorted(carried.keys() - {mandat.number for mandat in arrived})
    alarms = tuple(alarm(books, sheet, flux, carried, number) for number in missing)
    _send(app, books, sheet, flux, arrived)
    _let_out(app, books, sheet, [mandat for mandat in listed if mandat not in arrived], set(missing))
    shift(app, books, sheet, total(arrived) - total(listed), tally)
    books.save(_as_it_left(sheet, flux, arrived, listed))
    motif = f"Hélios l'a par le flux {flux.id} : il n'est plus à renvoyer"
    books.record(app.event(Subject.BORDEREAU, sheet.id, "refusé", "accepté", motif, by=DGFIP))
    return alarms


def _is_gone(mandat: Mandat, sheet: Bordereau) -> bool:
    """Say whether a mandat of a finance software was cancelled after its bordereau came back, which still lists it."""
    return mandat.state is MandatState.CANCELLED and mandat.bordereau != sheet.id


def _as_it_left(sheet: Bordereau, flux: Flux, arrived: Sequence[Mandat], listed: Sequence[Mandat]) -> Bordereau:
    before = dict.fromkeys((*sheet.sent_before, sheet.flux))
    return replace(
        sheet,
        flux=flux.id,
        refused=False,
        sent_before=tuple(key for key in before if key not in {"", flux.id}),
        mandats=tuple(mandat.id for mandat in sorted(arrived, key=lambda one: one.number)),
        total=total(arrived),
        tva=total_tva(arrived),
        cumul=sheet.cumul if sheet.editor else sheet.cumul + total(arrived) - total(listed),
    )


def hear_again(books: Books, sheets: Iterable[Bordereau]) -> None:
    """Read again what Hélios said of the former flows of bordereaux: the flow that stood against it came back."""
    former = tuple(key for sheet in sheets for key in sheet.sent_before)
    kept = books.find(Answer, kind=AnswerKind.ACQUIT, flux=former, state=AnswerState.DIFFERENT) if former else ()
    books.save(*(replace(one, state=AnswerState.STORED, remarks=(), seen="") for one in kept))


def carried_by(app: App, books: Books, sheet: Bordereau, flux: Flux) -> Carried:
    """Return the mandats of a bordereau as the flow carried it: it may have been changed since."""
    document = flux.to_deposit or flux.unsigned
    try:
        with app.documents.local(document) as path:
            read = app.reader.aller(path)
    except DocumentError:
        return dict.fromkeys(mandat.number for mandat in books.find(Mandat, id=sheet.mandats))
    place = (sheet.exercice, sheet.number, str(sheet.kind))
    there = [one for one in read.bordereaux if (one.exercice, one.number, one.kind) == place]
    return {mandat.number: mandat for one in there for mandat in one.mandats}


def _send(app: App, books: Books, sheet: Bordereau, flux: Flux, mandats: Sequence[Mandat]) -> None:
    waiting = [mandat for mandat in mandats if mandat.state in WAITING]
    motif = f"Hélios l'a reçu par le flux {flux.id}"
    books.save(
        *(
            replace(one, state=MandatState.SENT, bordereau=sheet.id, set_aside="", reason="", reasons=())
            for one in waiting
        )
    )
    books.record(*(app.event(Subject.MANDAT, one.id, one.state, MandatState.SENT, motif, by=DGFIP) for one in waiting))


def _let_out(app: App, books: Books, sheet: Bordereau, mandats: Sequence[Mandat], taken: Collection[int]) -> None:
    """What took a place in the bordereau after its flow had left goes in the next one; a number that Hélios has under
    another mandat is not its own any more."""
    for one in mandats:
        number = 0 if one.number in taken and not one.editor else one.number
        books.save(replace(one, state=MandatState.PREPARED, bordereau="", number=number))
        motif = f"sorti du bordereau {sheet.id}, qu'Hélios avait déjà reçu sans lui"
        kept = f"garde le n° {number}" if number else f"le n° {one.number} y est déjà pris, il en recevra un autre"
        books.record(app.event(Subject.MANDAT, one.id, one.state, MandatState.PREPARED, f"{motif} ; {kept}"))
