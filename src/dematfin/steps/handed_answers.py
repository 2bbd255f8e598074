"""Acquits and retours forwarded to the finance software, byte for byte: it follows its own mandats by them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dematfin.domain.exchange.file_names import ending_of, safe, unique
from dematfin.domain.exchange.hand_over import File, HandOver, HandOverKind
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.reception import Answer, AnswerKind, Cursor
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Between, Books
from dematfin.steps.handing import LOOKED_AGAIN, Thing, cursor_id, deliver, first_day, next_delivery, stage
from dematfin.steps.outcome import Tally

KINDS: Final = {AnswerKind.ACQUIT: HandOverKind.ACQUIT, AnswerKind.RETOUR: HandOverKind.RETOUR}
XML: Final = ".xml"


def hand_answers(app: App, exchange: Exchange, tally: Tally) -> None:
    """Hand over what the DGFiP answered since the first day about the mandats of the finance software."""
    for kind in KINDS.values():
        if not exchange.receives(kind):
            continue
        with tally.item(f"{kind.capitalize()}s à transmettre"):
            since = first_day(app, exchange, kind)
            waiting = tuple(due_answers(app, kind, since))
            given = 0
            for answer in waiting:
                with tally.item(f"{kind.capitalize()} {answer.name}"):
                    _deliver(app, exchange, kind, answer)
                    tally.done(answer.name)
                    given += 1
            if given == len(waiting):
                _looked(app, kind, since)


def due_answers(app: App, kind: HandOverKind, since: date) -> Iterator[Answer]:
    """Yield the answers of a kind that are to be handed over, oldest first; each is read only if nothing else tells."""
    low = datetime.combine(since - timedelta(days=1), time.min, UTC)
    with app.ledger.reading() as books:
        received = books.find(Answer, kind=AnswerKind[kind.name], received_at=Between(low=low))
        given = {one.key for one in books.find(HandOver, kind=kind, key=tuple(one.id for one in received))}
        flows = {one.id: one for one in books.find(Flux, id=tuple({one.flux for one in received if one.flux}))}
    for answer in sorted(received, key=lambda one: (one.received_at, one.id)):
        recent = app.clock.local(answer.received_at).date() >= since
        if recent and answer.id not in given and _concerns(app, answer, flows.get(answer.flux)):
            yield answer


def _concerns(app: App, answer: Answer, flux: Flux | None) -> bool:
    """Say whether the finance software waits for an answer; not for the acquit of documents that we sent alone."""
    if answer.kind is AnswerKind.ACQUIT:
        if flux is None:  # nobody here knows its flow: they may
            return any(budget.editor for budget in app.policy.budgets)
        return bool(flux.bordereaux) and (bool(flux.editor_flow) or _is_theirs(app, flux.siret))
    if all(budget.editor for budget in app.policy.budgets):
        return True
    try:
        with app.documents.open(answer.document) as source:
            return _is_theirs(app, app.reader.retour(source.read()).siret)
    except DocumentError:
        return True  # nobody here can read it: they may


def _is_theirs(app: App, siret: str) -> bool:
    return not app.policy.owns(siret) or app.policy.budget(siret).editor


def _deliver(app: App, exchange: Exchange, kind: HandOverKind, answer: Answer) -> None:
    number = next_delivery(app)
    with app.ledger.reading() as books:
        found = File(name=unique(_name(answer), _taken(books)), document=answer.document)
    stage(app, exchange, kind, [found])
    thing = Thing(key=answer.id, said=answer.document.sha256, files=(found,))
    deliver(app, exchange, kind, number, [thing])


def _name(answer: Answer) -> str:
    """Return the name that it came with, as far as a name may be kept."""
    name = safe(answer.name, answer.kind.lower())
    return name if ending_of(name, "") else safe(name + XML)


def _taken(books: Books) -> set[str]:
    given = books.find(HandOver, kind=(HandOverKind.ACQUIT, HandOverKind.RETOUR))
    return {name for one in given for name in one.names}


def _looked(app: App, kind: HandOverKind, since: date) -> None:
    """Look no more at what is old, once all of it was handed over or concerned nobody."""
    day = max(since, app.clock.today() - LOOKED_AGAIN)
    if day != since:
        with app.ledger.transaction() as books:
            books.save(replace(books.get(Cursor, cursor_id(kind)), day=day))
