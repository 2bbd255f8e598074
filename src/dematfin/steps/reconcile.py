"""Reconcile: what was left open by a crash or a lost answer is asked for, never blindly sent again.

A flow whose deposit began and has no result may have arrived. The TdT is asked; when it cannot tell but refuses
twins, the very same bytes are sent again after the read time-out: either they had not arrived, or the refusal
proves that they had.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.mandat.attempt import AttemptState
from dematfin.domain.mandat.flux import IN_DOUBT, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import AlreadyThere, ComeBackLater, ConfigError, ConnectorError, SignatureError, UnknownOutcome
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.attempts import (
    arrived,
    begin_attempt,
    elsewhere,
    end_last,
    end_open,
    keep_former,
    last_refused,
    outcome_of,
    sha1_of,
)
from dematfin.steps.closures import closed_words, is_closed
from dematfin.steps.evidence import look_for
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.restored import ask, shut
from dematfin.steps.tell import tell
from dematfin.steps.untouched import check_ours, check_untouched

ELSEWHERE: Final = (
    "Flux {flux} : à vérifier, il est peut-être chez {other}, qui n'est plus le TdT configuré. Remettez-le dans la "
    "configuration le temps de vérifier ; si ce n'est plus possible, voyez avec lui et avec le comptable, puis : "
    'dematfin transmission absente {flux} --motif "…"'
)
REFUSED: Final = (
    "Le TdT refuse maintenant les mêmes octets ({error}) : demandez-lui s'il les a. Si oui : dematfin transmission "
    'rattacher {flux} NUMÉRO. Sinon : dematfin transmission absente {flux} --motif "…"'
)


def reconcile(app: App) -> Outcome:
    """Settle open deposits, then open intentions; after a restoration, ask what has left, and send nothing."""
    if restored := shut(app) or look_for(app):
        return ask(app, restored)
    tally = Tally("réconciliation")
    settle_flows(app, IN_DOUBT, tally)
    told = tell(app)
    own = tally.outcome()
    return replace(own, done=own.done + told.done, failures=own.failures + told.failures, notes=own.notes + told.notes)


def settle_flows(app: App, states: Collection[FluxState], tally: Tally) -> None:
    """Ask what became of the deposits of the flows that are in one of these states."""
    with app.ledger.reading() as books:
        found = books.find(Flux, state=tuple(states))
    for flux in found:
        with tally.item(f"Flux {flux.id}"):
            _settle(app, _in_doubt(app, flux), tally)


def rested(app: App, flux: Flux) -> bool:
    """Say whether a deposit still under way at the TdT would have ended by now."""
    return flux.sending_since is not None and app.clock.now() - flux.sending_since >= app.policy.verify_after


def _settle(app: App, flux: Flux, tally: Tally) -> None:
    if (document := flux.to_deposit) is None:
        raise SignatureError
    with app.ledger.reading() as books:
        other = elsewhere(app, books, flux)
    if other:
        tally.note(ELSEWHERE.format(flux=flux.id, other=other))
        return
    with app.documents.local(document) as path:
        check_untouched(flux, document, path)
        remote_id = _look_for(app, flux, path)
    if remote_id:
        arrived(app, flux, remote_id, f"retrouvé au TdT sous le n° {remote_id}")
        tally.done(flux.id)
    elif remote_id is not None and not flux.arrived and rested(app, flux):
        _absent(app, flux)
        tally.note(f"Flux {flux.id} : il n'était pas arrivé au TdT, il sera transmis de nouveau.")
    else:
        with app.ledger.reading() as books:
            said = books.get(Flux, flux.id).message or closed_words(app, (flux.id,))
        tally.note(f"Flux {flux.id} : à vérifier, on ne sait pas encore s'il est arrivé au TdT. {said}".strip())


def _look_for(app: App, flux: Flux, path: Path) -> str | None:
    """Return the TdT's number, an empty text when the flow is surely not there, None when nobody can tell yet."""
    try:
        return app.transmitter.find(path, flux.id)
    except UnknownOutcome:
        return _ask_by_twin(app, flux, path)


def _in_doubt(app: App, flux: Flux) -> Flux:
    """Return a flow whose deposit has surely ended, or rests from now on.

    A deposit found begun belongs to a run that died. One that began later than now was dated before the clock was set
    back: nobody knows how long ago that was.
    """
    if flux.state is FluxState.SENDING:
        before, flux = flux, flux.moved(FluxState.TO_VERIFY)
        with _changed(app, before, flux, "dépôt interrompu, résultat inconnu") as books:
            end_open(app, books, flux, AttemptState.UNKNOWN, "interrompu avant sa réponse")
    now = app.clock.now()
    if flux.sending_since is None or flux.sending_since > now:
        before, flux = flux, replace(flux, sending_since=now)
        with _changed(app, before, flux, "jour du dépôt inconnu ou à venir : le délai de vérification repart"):
            pass
    return flux


def _ask_by_twin(app: App, flux: Flux, path: Path) -> str | None:
    """Send the same bytes again to a TdT that refuses twins; None when nobody can tell yet.

    Never what the comptable has spoken of: it is there.
    """
    with app.ledger.reading() as books:
        mandats = books.find(Mandat, bordereau=flux.bordereaux)
        spoken = any(one.doubt or one.state is not MandatState.IN_BORDEREAU for one in mandats)
        hopeless = flux.arrived or not app.transmitter.refuses_twins or last_refused(books, flux)
    if spoken or hopeless or not rested(app, flux) or is_closed(app):
        return None
    check_ours(app.policy, flux)
    sha1, twin = sha1_of(path), replace(flux, sending_since=app.clock.now())
    with _changed(app, flux, twin, "les mêmes octets sont envoyés de nouveau, le TdT refuse les doubles") as books:
        keep_former(app, books, flux)
        begin_attempt(app, books, twin, sha1)
    try:
        return app.transmitter.send(path, flux.id)
    except AlreadyThere as error:
        message = f"Le TdT l'a bien reçu mais n'en donne pas le numéro ({error}). Relevez-le sur son portail."
        _end_twin(app, twin, replace(twin, arrived=True, message=message), error)
    except (ConnectorError, ConfigError) as error:
        _end_twin(app, twin, replace(twin, message=str(error)), error)
    return None


def _end_twin(app: App, twin: Flux, after: Flux, error: ConnectorError | ConfigError) -> None:
    with app.ledger.reading() as books:
        meant = outcome_of(books, twin, error)
    if meant is AttemptState.REFUSED:
        after = replace(after, message=REFUSED.format(error=str(error).rstrip("."), flux=twin.id))
    with _changed(app, twin, after, after.message) as books:
        end_last(app, books, twin, meant, str(error))


@contextmanager
def _changed(app: App, before: Flux, after: Flux, motif: str) -> Iterator[Books]:
    """Write down what we know now of a flow, unless another run, which took this one for dead, has written first."""
    with app.ledger.transaction() as books:
        if books.get(Flux, before.id) != before:
            message = f"Flux {before.id} : un autre traitement s'en occupe. Relancez dans quelques minutes."
            raise ComeBackLater(message)
        books.save(after)
        books.record(app.event(Subject.FLUX, before.id, before.state, after.state, motif))
        yield books


def _absent(app: App, flux: Flux) -> None:
    waiting = replace(flux.moved(flux.waiting), sending_since=None)
    with _changed(app, flux, waiting, "le TdT ne l'a pas : à transmettre") as books:
        keep_former(app, books, flux)
        end_open(app, books, flux, AttemptState.ABSENT, "le TdT ne l'a pas")
