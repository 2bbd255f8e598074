"""Attempts: the journal of deposits, written before the first byte leaves and once the outcome is known.

It is kept in the very transactions that move the flow, so that neither can be believed without the other.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

from dematfin.domain.event import Subject
from dematfin.domain.mandat.attempt import MAY_HAVE_LEFT, OPEN, Attempt, AttemptState, attempt_id
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import (
    AccessDenied,
    AlreadyThere,
    ConfigError,
    ConnectorError,
    Refused,
    SignatureError,
    UnknownOutcome,
    UnknownRecord,
    Unreachable,
)
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

FORMER = "commencé avant que le journal des envois n'existe"
CONFLICT = (
    "Le TdT avait déjà ces octets avant notre premier envoi : déposés à la main, par une autre installation, ou par "
    "celle-ci avant une restauration."
)


def sha1_of(path: Path) -> str:
    """Return the name by which S²LOW knows a file; it is no proof of anything."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()


def flux_named(books: Books, nomfic: str) -> Flux:
    """Return a flow, or raise UnknownRecord with where its name is read."""
    for found in books.find(Flux, id=nomfic):
        return found
    message = f"Le flux « {nomfic} » n'existe pas. Les noms se lisent dans : dematfin flux liste"
    raise UnknownRecord(message)


def attempts_of(books: Books, flux: Flux) -> tuple[Attempt, ...]:
    """Return the attempts of a flow, in their order."""
    return tuple(sorted(books.find(Attempt, flux=flux.id), key=lambda one: one.number))


def elsewhere(app: App, books: Books, flux: Flux) -> str:
    """Return the TdT that may have a flow and is not the configured one any more, empty when there is none.

    What the present one does not have proves nothing then.
    """
    left = (one for one in attempts_of(books, flux) if one.state in MAY_HAVE_LEFT - {AttemptState.ABSENT})
    return next((one.transmitter for one in left if one.transmitter != app.transmitter.name), "")


def last_refused(books: Books, flux: Flux) -> bool:
    """Say whether the TdT has refused the last attempt for good: trying once more would teach nothing."""
    tried = attempts_of(books, flux)
    return bool(tried) and tried[-1].state is AttemptState.REFUSED


def begin_attempt(app: App, books: Books, flux: Flux, sha1: str) -> Attempt:
    """Write down that the bytes of a flow are about to leave."""
    if (document := flux.to_deposit) is None:
        raise SignatureError
    number = len(attempts_of(books, flux)) + 1
    begun = Attempt(
        id=attempt_id(flux.id, number),
        flux=flux.id,
        number=number,
        transmitter=app.transmitter.name,
        sha256=document.sha256,
        sha1=sha1,
        size=document.size,
        started_at=app.clock.now(),
        by=app.by,
    )
    books.save(begun)
    return begun


def keep_former(app: App, books: Books, flux: Flux) -> None:
    """Write down the deposit that a flow in doubt had before there was a journal of deposits."""
    if not attempts_of(books, flux):
        begun = replace(begin_attempt(app, books, flux, ""), started_at=flux.sending_since or app.clock.now(), by="")
        state = AttemptState.THERE if flux.arrived else AttemptState.UNKNOWN
        books.save(begun.ended(state, app.clock.now(), FORMER))


def outcome_of(books: Books, flux: Flux, error: ConnectorError | ConfigError) -> AttemptState:
    """Say what a failed deposit means; bytes found there that nothing of ours can have brought are a conflict."""
    match error:
        case AlreadyThere():
            before = attempts_of(books, flux)[:-1]
            ours = any(one.state in MAY_HAVE_LEFT for one in before)
            return AttemptState.THERE if ours else AttemptState.CONFLICT
        case UnknownOutcome():
            return AttemptState.UNKNOWN
        case Unreachable() | AccessDenied() | ConfigError():
            return AttemptState.NOT_SENT
        case Refused():
            return AttemptState.REFUSED
        case _:
            return AttemptState.UNKNOWN


def end_open(app: App, books: Books, flux: Flux, state: AttemptState, message: str = "", remote_id: str = "") -> None:
    """Give their outcome to the attempts of a flow that have none yet."""
    for one in attempts_of(books, flux):
        if one.state in OPEN:
            books.save(one.ended(state, app.clock.now(), message, remote_id))


def end_last(app: App, books: Books, flux: Flux, state: AttemptState, message: str) -> None:
    """Give its outcome to the attempt that has just been made."""
    (*_, last) = attempts_of(books, flux)
    books.save(last.ended(state, app.clock.now(), message))


def arrived(app: App, flux: Flux, remote_id: str, motif: str = "") -> None:
    """Write down that the TdT has the flow: its mandats are sent."""
    with app.ledger.transaction() as books:
        arrived_in(app, books, books.get(Flux, flux.id), remote_id, motif or f"déposé au TdT sous le n° {remote_id}")


def arrived_in(app: App, books: Books, flux: Flux, remote_id: str, motif: str, **marks: str) -> None:
    """Write in open books that the TdT has a flow, under that number, maybe in the place of another one.

    The event keeps `marks` too.
    """
    answered = flux.state is FluxState.ACKNOWLEDGED  # its acquit came as a file, before the word of the TdT
    there = flux if answered or flux.state is FluxState.TRANSMITTED else flux.moved(FluxState.TRANSMITTED)
    said = flux.message if answered else ""
    books.save(replace(there, remote_id=remote_id, sent_at=flux.sent_at or app.clock.now(), message=said))
    books.record(app.event(Subject.FLUX, flux.id, flux.state, there.state, motif, remote_id=remote_id, **marks))
    _number(app, books, flux, remote_id)
    for mandat in books.find(Mandat, bordereau=flux.bordereaux, state=MandatState.IN_BORDEREAU):
        books.save(mandat.moved(MandatState.SENT))
        books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, MandatState.SENT, f"flux {flux.id}"))


def _number(app: App, books: Books, flux: Flux, remote_id: str) -> None:
    """Write the TdT's number on the attempts: one that it answers itself shows that those before had not arrived."""
    keep_former(app, books, flux)
    *before, last = attempts_of(books, flux)
    if last.state is AttemptState.SENDING:
        books.save(last.ended(AttemptState.ARRIVED, app.clock.now(), "", remote_id))
        end_open(app, books, flux, AttemptState.ABSENT, f"le TdT a accepté ensuite l'envoi {last.number}")
    elif any(one.state in OPEN for one in (*before, last)):
        end_open(app, books, flux, AttemptState.ARRIVED, "retrouvé au TdT", remote_id)
    else:
        books.save(replace(last, remote_id=remote_id))
