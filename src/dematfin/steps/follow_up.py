"""Follow up: ask where each deposit stands, bring the answers in, store them, then apply them.

An answer is stored, raw, before it is read, and acknowledged only once it is stored.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dematfin.domain.event import SERVICE, Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.mandat.polling import due, may_come_late
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import BadAnswer, ConfigError, ConnectorError
from dematfin.ports.app import App
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.steps.answers import apply
from dematfin.steps.arrival import hear_again
from dematfin.steps.links import remember_unread, watched
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.receive import bring_in, keep_acquit
from dematfin.steps.transmit import give_back

ROUNDS: Final = 2
"""An answer may be waited for by one that came before it."""


def follow_up(app: App) -> Outcome:
    """Bring in and apply whatever the DGFiP answered."""
    tally = Tally("suivi")
    for flux in _to_ask(app):
        with tally.item(f"Flux {flux.id}"):
            _ask(app, flux, tally)
    with tally.item("Retours du comptable"), watched(app, ConnectorError, ConfigError):
        _bring_all_in(app, tally)
    for _ in range(ROUNDS):
        _apply_stored(app, tally)
    return tally.outcome()


def _bring_all_in(app: App, tally: Tally) -> None:
    unread: dict[ReturnItem, str] = {}
    for item in app.transmitter.returns():
        with tally.item(f"Retour {item.name}"):
            try:
                bring_in(app, item, tally)
            except BadAnswer as error:
                unread[item] = str(error)
                raise
    remember_unread(app, unread)


def _to_ask(app: App) -> Iterable[Flux]:
    """Return the deposits to ask about: a person asks about all of them, the unattended run when it is time."""
    now = app.clock.now()
    with app.ledger.reading() as books:
        sent = books.find(Flux, state=FluxState.TRANSMITTED)
        refused = books.find(Flux, state=FluxState.REFUSED_BY_TDT)
    open_ones = (*sent, *(flux for flux in refused if may_come_late(flux, now)))
    return (flux for flux in open_ones if app.by != SERVICE or due(flux, now))


def _ask(app: App, flux: Flux, tally: Tally) -> None:
    progress = app.transmitter.follow(flux.remote_id, flux.id)
    if progress.phase is Phase.ANSWERED:
        keep_acquit(app, flux, progress.acquit or b"")
    elif flux.state is FluxState.REFUSED_BY_TDT:
        _asked(app, flux, flux.message)
    elif progress.phase is Phase.REFUSED:
        _refused(app, flux, progress, tally)
    elif progress.phase is Phase.WAITING:
        _asked(app, flux, "")
    elif _asked(app, flux, progress.message):
        tally.note(f"Flux {flux.id} : {progress.message} Voyez le portail du TdT.")


def _asked(app: App, flux: Flux, said: str) -> bool:
    """Keep when the TdT was asked, and its word, which is recorded once; say whether it is a new one."""
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        books.save(replace(now, asked_at=app.clock.now(), message=said if now.state is flux.state else now.message))
        news = said != now.message and now.state is flux.state
        if news:
            motif = said or "plus rien ne le retient au TdT"
            books.record(app.event(Subject.FLUX, flux.id, now.state, now.state, motif))
    return news


def _refused(app: App, flux: Flux, progress: Progress, tally: Tally) -> None:
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        if now.state is not FluxState.TRANSMITTED:
            return  # answered meanwhile
        at, said = app.clock.now(), progress.message
        books.save(replace(now.moved(FluxState.REFUSED_BY_TDT), asked_at=at, refused_at=at, message=said))
        books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.REFUSED_BY_TDT, said))
        give_back(app, books, flux, said)
        hear_again(books, books.find(Bordereau, id=flux.bordereaux))
    again = "reprenez le bordereau" if flux.bordereaux else "renvoyez ses pièces (bordereau envoyer-pieces)"
    if flux.editor_flow:
        again = f"exportez de nouveau son flux du logiciel financier et importez-le ({IMPORT})"
    tally.note(f"Flux {flux.id} : refusé par le TdT ({progress.message}). Corrigez, puis {again}.")


def _apply_stored(app: App, tally: Tally) -> None:
    with app.ledger.reading() as books:
        stored = books.find(Answer, state=AnswerState.STORED)
    for answer in sorted(stored, key=lambda one: (one.kind, one.received_at, one.id)):
        with tally.item(f"{answer.kind.capitalize()} {answer.name}"):
            apply(app, answer, tally)
            tally.done(answer.name)
