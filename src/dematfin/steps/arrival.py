"""Arrival: Hélios proves to have a flow that was believed refused, or lost. What would replace it must never leave.

Its mandats are sent, as it carried them; the flow that was to be sent in its place is dropped, if it is still here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau, total, total_tva
from dematfin.domain.mandat.flux import NEVER_LEFT, AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally

DGFIP: Final = "dgfip"
WAITING: Final = frozenset({MandatState.IN_BORDEREAU, MandatState.PREPARED, MandatState.REFUSED_AT_GATE})
"""Of which Hélios is believed to have nothing."""


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
    _drop(app, books, sheet, flux, tally)
    numbers = _carried(app, books, sheet, flux)
    listed = books.find(Mandat, id=sheet.mandats)
    aside = _set_aside(books, sheet, numbers - {mandat.number for mandat in listed})
    arrived = [mandat for mandat in (*listed, *aside) if mandat.number in numbers]
    _send(app, books, sheet, flux, arrived)
    _let_out(app, books, sheet, [mandat for mandat in listed if mandat.number not in numbers])
    books.save(
        replace(
            sheet,
            flux=flux.id,
            refused=False,
            sent_before=tuple(
                key for key in dict.fromkeys((*sheet.sent_before, sheet.flux)) if key not in {"", flux.id}
            ),
            mandats=tuple(mandat.id for mandat in sorted(arrived, key=lambda one: one.number)),
            total=total(arrived),
            tva=total_tva(arrived),
        )
    )
    motif = f"Hélios l'a par le flux {flux.id} : il n'est plus à renvoyer"
    books.record(app.event(Subject.BORDEREAU, sheet.id, "refusé", "accepté", motif, by=DGFIP))
    missing = sorted(numbers - {mandat.number for mandat in arrived})
    return tuple(_given_up(sheet, flux, number) for number in missing)


def hear_again(books: Books, sheets: Iterable[Bordereau]) -> None:
    """Read again what Hélios said of the former flows of bordereaux: the flow that stood against it came back."""
    former = tuple(key for sheet in sheets for key in sheet.sent_before)
    kept = books.find(Answer, kind=AnswerKind.ACQUIT, flux=former, state=AnswerState.DIFFERENT) if former else ()
    books.save(*(replace(one, state=AnswerState.STORED, remarks=()) for one in kept))


def _drop(app: App, books: Books, sheet: Bordereau, flux: Flux, tally: Tally) -> None:
    """Drop what was to be sent in its place; a place where it is being signed has it until somebody takes it back."""
    other = books.get(Flux, sheet.flux) if sheet.flux not in {"", flux.id} else None
    if other is None or other.state not in NEVER_LEFT:
        return
    motif = f"retiré : Hélios a déjà son bordereau {sheet.id}, par le flux {flux.id}"
    books.save(other.moved(FluxState.DROPPED))
    books.record(app.event(Subject.FLUX, other.id, other.state, FluxState.DROPPED, motif))
    tally.note(
        f"URGENT. Bordereau {sheet.id} : Hélios l'a reçu par le flux {flux.id}, que l'on croyait refusé. Le flux "
        f"{other.id}, qui devait le remplacer ({FLUX[other.state]}), est retiré : ne le déposez nulle part."
    )
    if other.state is FluxState.SIGNING:
        where = "reprenez le fichier remis" if other.by_hand else f"faites-y supprimer le dossier {other.signing_ref}"
        tally.note(f"Flux {other.id} : il était à la signature, {where}.")


def _carried(app: App, books: Books, sheet: Bordereau, flux: Flux) -> set[int]:
    """Return the numbers of the mandats of a bordereau as the flow carried it: it may have been changed since."""
    document = flux.to_deposit or flux.unsigned
    try:
        with app.documents.local(document) as path:
            read = app.reader.aller(path)
    except DocumentError:
        return {mandat.number for mandat in books.find(Mandat, id=sheet.mandats)}
    place = (sheet.exercice, sheet.number, str(sheet.kind))
    there = [one for one in read.bordereaux if (one.exercice, one.number, one.kind) == place]
    return {mandat.number for one in there for mandat in one.mandats}


def _set_aside(books: Books, sheet: Bordereau, numbers: set[int]) -> tuple[Mandat, ...]:
    """Return the mandats that were taken out of a bordereau after its flow had left."""
    series = {"siret": sheet.siret, "exercice": sheet.exercice, "kind": sheet.kind.mandats}
    found = books.find(Mandat, **series, number=numbers) if numbers else ()
    return tuple(mandat for mandat in found if mandat.state is MandatState.PREPARED and not mandat.bordereau)


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


def _let_out(app: App, books: Books, sheet: Bordereau, mandats: Sequence[Mandat]) -> None:
    """What took a place in the bordereau after its flow had left keeps its number, and goes in the next one."""
    books.save(*(replace(one, state=MandatState.PREPARED, bordereau="") for one in mandats))
    motif = f"sorti du bordereau {sheet.id}, qu'Hélios avait déjà reçu sans lui ; garde le n° "
    books.record(
        *(app.event(Subject.MANDAT, one.id, one.state, MandatState.PREPARED, f"{motif}{one.number}") for one in mandats)
    )


def _given_up(sheet: Bordereau, flux: Flux, number: int) -> str:
    return (
        f"URGENT. Hélios a reçu par le flux {flux.id} un mandat n° {number} du bordereau {sheet.id}, abandonné ici "
        "depuis. Demandez au comptable de le rejeter avant de mandater de nouveau ses factures : elles seraient "
        "payées deux fois."
    )
