"""Reconcile: what was left open by a crash or a lost answer is asked for, never blindly sent again.

A flow whose deposit began and has no result may have arrived. The TdT is asked; when it cannot tell but refuses
twins, the very same bytes are sent again after the read time-out: either they had not arrived, or the refusal
proves that they had.
"""

from dataclasses import replace
from pathlib import Path

from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.errors import AlreadyThere, ComeBackLater, ConnectorError, SignatureError, UnknownOutcome
from dematfin.ports.app import App
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.tell import tell
from dematfin.steps.transmit import arrived
from dematfin.steps.untouched import check_ours, check_untouched


def reconcile(app: App) -> Outcome:
    """Settle open deposits, then open intentions."""
    tally = Tally("réconciliation")
    with app.ledger.reading() as books:
        open_flows = books.find(Flux, state=(FluxState.SENDING, FluxState.TO_VERIFY))
    for flux in open_flows:
        with tally.item(f"Flux {flux.id}"):
            _settle(app, flux, tally)
    told = tell(app)
    own = tally.outcome()
    return replace(own, done=own.done + told.done, failures=own.failures + told.failures, notes=own.notes + told.notes)


def _settle(app: App, flux: Flux, tally: Tally) -> None:
    if (document := flux.to_deposit) is None:
        raise SignatureError
    flux = _in_doubt(app, flux)
    with app.documents.local(document) as path:
        check_untouched(flux, document, path)
        remote_id = _look_for(app, flux, path)
    if remote_id:
        arrived(app, flux, remote_id)
        tally.done(flux.id)
    elif remote_id is not None and not flux.arrived and _rested(app, flux):
        _absent(app, flux)
        tally.note(f"Flux {flux.id} : il n'était pas arrivé au TdT, il sera transmis de nouveau.")
    else:
        tally.note(f"Flux {flux.id} : à vérifier, on ne sait pas encore s'il est arrivé au TdT. {flux.message}")


def _look_for(app: App, flux: Flux, path: Path) -> str | None:
    """Return the TdT's number, an empty text when the flow is surely not there, None when nobody can tell yet."""
    try:
        return app.transmitter.find(path, flux.id)
    except UnknownOutcome:
        return _ask_by_twin(app, flux, path)


def _in_doubt(app: App, flux: Flux) -> Flux:
    """A deposit found begun belongs to a run that died."""
    if flux.state is FluxState.TO_VERIFY:
        return flux
    return _keep(app, flux, flux.moved(FluxState.TO_VERIFY), "dépôt interrompu, résultat inconnu")


def _rested(app: App, flux: Flux) -> bool:
    """Say whether a deposit still under way at the TdT would have ended by now."""
    since = flux.sending_since or app.clock.now()
    return app.clock.now() - since >= app.policy.verify_after


def _ask_by_twin(app: App, flux: Flux, path: Path) -> str | None:
    """Send the same bytes again to a TdT that refuses twins; None when nobody can tell yet."""
    if flux.arrived or not app.transmitter.refuses_twins or not _rested(app, flux):
        return None
    check_ours(app.policy, flux)
    twin = replace(flux, sending_since=app.clock.now())
    _keep(app, flux, twin, "les mêmes octets sont envoyés de nouveau, le TdT refuse les doubles")
    try:
        return app.transmitter.send(path, flux.id)
    except AlreadyThere as error:
        message = f"Le TdT l'a bien reçu mais n'en donne pas le numéro ({error}). Relevez-le sur son portail."
        _keep(app, twin, replace(twin, arrived=True, message=message), message)
    except ConnectorError as error:
        _keep(app, twin, replace(twin, message=str(error)), str(error))
    return None


def _keep(app: App, before: Flux, after: Flux, motif: str) -> Flux:
    """Write down what we know now of a flow, unless another run, which took this one for dead, has written first."""
    with app.ledger.transaction() as books:
        if books.get(Flux, before.id) != before:
            message = f"Flux {before.id} : un autre traitement s'en occupe. Relancez dans quelques minutes."
            raise ComeBackLater(message)
        books.save(after)
        books.record(app.event(Subject.FLUX, before.id, before.state, after.state, motif))
    return after


def _absent(app: App, flux: Flux) -> None:
    waiting = replace(flux.moved(flux.waiting), sending_since=None)
    _keep(app, flux, waiting, "le TdT ne l'a pas : à transmettre")
