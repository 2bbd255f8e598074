"""Follow up: ask where each deposit stands, bring the answers in, store them, then apply them.

An answer is stored, raw, before it is read, and acknowledged only once it is stored.
"""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import ConfigError, ConnectorError
from dematfin.ports.app import App
from dematfin.ports.transmitter import Phase, Progress, ReturnItem
from dematfin.steps.answers import apply
from dematfin.steps.links import watched
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.transmit import give_back


def follow_up(app: App) -> Outcome:
    """Bring in and apply whatever the DGFiP answered."""
    tally = Tally("suivi")
    with app.ledger.reading() as books:
        sent = books.find(Flux, state=FluxState.TRANSMITTED)
    for flux in sent:
        with tally.item(f"Flux {flux.id}"):
            _ask(app, flux, tally)
    with tally.item("Retours du comptable"), watched(app, ConnectorError, ConfigError):
        for item in app.transmitter.returns():
            with tally.item(f"Retour {item.name}"):
                _bring_in(app, item)
    _apply_stored(app, tally)
    return tally.outcome()


def _ask(app: App, flux: Flux, tally: Tally) -> None:
    progress = app.transmitter.follow(flux.remote_id, flux.id)
    match progress.phase:
        case Phase.WAITING:
            _say(app, flux, Progress(phase=progress.phase))  # nothing holds it any more
        case Phase.ANSWERED:
            _store(app, AnswerKind.ACQUIT, flux.remote_id, flux.id, progress.acquit or b"")
        case Phase.REFUSED:
            _refused(app, flux, progress)
            again = "reprenez le bordereau" if flux.bordereaux else "renvoyez ses pièces (bordereau envoyer-pieces)"
            tally.note(f"Flux {flux.id} : refusé par le TdT ({progress.message}). Corrigez, puis {again}.")
        case Phase.HELD | Phase.LOST | Phase.UNKNOWN:
            _say(app, flux, progress)
            tally.note(f"Flux {flux.id} : {progress.message} Voyez le portail du TdT.")


def _refused(app: App, flux: Flux, progress: Progress) -> None:
    with app.ledger.transaction() as books:
        books.save(replace(flux.moved(FluxState.REFUSED_BY_TDT), message=progress.message))
        books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.REFUSED_BY_TDT, progress.message))
        give_back(app, books, flux, progress.message)


def _say(app: App, flux: Flux, progress: Progress) -> None:
    """Keep the TdT's word on the flow, once."""
    if flux.message == progress.message:
        return
    with app.ledger.transaction() as books:
        books.save(replace(flux, message=progress.message))
        motif = progress.message or "plus rien ne le retient au TdT"
        books.record(app.event(Subject.FLUX, flux.id, flux.state, flux.state, motif))


def _bring_in(app: App, item: ReturnItem) -> None:
    kind = AnswerKind.ACQUIT if item.acquit_of else AnswerKind.RETOUR
    with app.ledger.reading() as books:
        known = books.find(Answer, id=f"{kind}:{item.remote_id}")
    if not known:
        _store(app, kind, item.remote_id, item.acquit_of, app.transmitter.fetch(item), item.name)
    app.transmitter.acknowledge(item)


def _store(app: App, kind: AnswerKind, remote_id: str, flux: str, data: bytes, name: str = "") -> None:
    document = app.documents.put(data)
    with app.ledger.transaction() as books:
        if not books.find(Answer, id=f"{kind}:{remote_id}"):
            books.save(
                Answer(
                    id=f"{kind}:{remote_id}",
                    kind=kind,
                    name=name or flux,
                    flux=flux,
                    received_at=app.clock.now(),
                    document=document,
                )
            )


def _apply_stored(app: App, tally: Tally) -> None:
    with app.ledger.reading() as books:
        stored = books.find(Answer, state=AnswerState.STORED)
    for answer in sorted(stored, key=lambda one: (one.kind, one.received_at, one.id)):
        with tally.item(f"{answer.kind.capitalize()} {answer.name}"):
            apply(app, answer, tally)
            tally.done(answer.name)
