"""Handing over: a file waits beside its place, the ledger says so, then one rename gives it; each thing once for ever.

Killed before the ledger knows, the same names are written again over the same files; killed after, what waits is
given, and what waits no more was given: the receipt beside it proves it. Without its receipt, all is staged again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exchange.hand_over import (
    File,
    HandOver,
    HandOverKind,
    HandOverState,
    delivered_names,
    hand_over_id,
)
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.reception import Cursor
from dematfin.errors import ComeBackLater
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally
from dematfin.steps.receipts import last_delivery, receipt

BEGUN: Final = "préparé pour le logiciel financier"
GIVEN: Final = "remis au logiciel financier"
LOOKED_AGAIN: Final = timedelta(days=7)
"""For how long what concerned nobody is looked at again: its flow may be known late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is about to be handed over, under the names of a delivery; `rank`: how many times it will have been."""

    key: str
    said: str
    rank: int = 1
    files: tuple[File, ...]


def first_day(app: App, exchange: Exchange, kind: HandOverKind) -> date:
    """Return since when a kind is handed over: what is older is not. Its folder is made ready on that day."""
    with app.ledger.reading() as books:
        known = known_day(app, books, kind)
    if known:
        return known
    exchange.prepare(kind)
    with app.ledger.transaction() as books:
        books.save(Cursor(id=cursor_id(kind), day=app.clock.today()))
    return app.clock.today()


def known_day(app: App, books: Books, kind: HandOverKind) -> date | None:
    """Return since when a kind is handed over; None before its first day.

    One that is still to come was written by a clock that was ahead: what came lately is looked at.
    """
    known = next((one.day for one in books.find(Cursor, id=cursor_id(kind))), None)
    today = app.clock.today()
    return today - LOOKED_AGAIN if known and known > today else known


def cursor_id(kind: HandOverKind) -> str:
    """Name what remembers the first day of a kind."""
    return f"remise:{kind}"


def given_before(books: Books, kind: HandOverKind, keys: Iterable[str]) -> dict[str, list[HandOver]]:
    """Return, for each key that was handed over, each time that it was, oldest first."""
    found: dict[str, list[HandOver]] = {}
    for one in sorted(books.find(HandOver, kind=kind, key=tuple(keys)), key=lambda one: one.delivery):
        found.setdefault(one.key, []).append(one)
    return found


def next_delivery(app: App) -> str:
    """Return the number of the next delivery, which is taken only once the ledger knows of it."""
    return f"{int(last_delivery(app)) + 1:06d}"


def stage(app: App, exchange: Exchange, kind: HandOverKind, files: Iterable[File]) -> None:
    """Write documents beside their places."""
    for one in files:
        with app.documents.local(one.document) as path:
            exchange.stage(kind, one.name, path)


def deliver(app: App, exchange: Exchange, kind: HandOverKind, delivery: str, things: Sequence[Thing]) -> None:
    """Write down what is staged, then give it.

    Raises:
        ComeBackLater: another run has handed it over meanwhile.
    """
    records = tuple(_record(app, kind, delivery, one) for one in things)
    with app.ledger.transaction() as books:
        if books.find(HandOver, id=tuple(one.id for one in records)) or books.find(HandOver, delivery=delivery):
            raise ComeBackLater
        books.save(*records)
        for one in records:
            books.record(app.event(Subject.HAND_OVER, one.id, "", one.state, BEGUN, delivery=delivery))
    _give(app, exchange, records)


def pursue(app: App, exchange: Exchange, tally: Tally) -> None:
    """Give what a run that died had staged."""
    with app.ledger.reading() as books:
        staged = books.find(HandOver, state=HandOverState.STAGED)
    for delivery, records in groupby(sorted(staged, key=lambda one: (one.delivery, one.id)), lambda one: one.delivery):
        with tally.item(f"Remise {delivery}"):
            found = tuple(records)
            _stage_again(app, exchange, found)
            _give(app, exchange, found)
            for one in found:
                tally.done(one.key)


def _stage_again(app: App, exchange: Exchange, records: Sequence[HandOver]) -> None:
    """Write files beside their places again, unless some may have been given already."""
    kind = records[0].kind
    if not exchange.begun(kind, records[0].delivery, receipt(records)):
        found = {name: ref for one in records for name, ref in zip(one.names, one.documents, strict=True)}
        stage(app, exchange, kind, (File(name=name, document=ref) for name, ref in found.items()))


def _give(app: App, exchange: Exchange, records: Sequence[HandOver]) -> None:
    """Give files their places, the one that says that all the others are there last; then keep the receipt."""
    exchange.put(records[0].kind, records[0].delivery, delivered_names(records), receipt(records))
    with app.ledger.transaction() as books:
        for one in books.find(HandOver, id=tuple(one.id for one in records), state=HandOverState.STAGED):
            done = replace(one, state=HandOverState.DONE, done_at=app.clock.now())
            books.save(done)
            files = "\n".join(f"{ref.sha256} {name}" for name, ref in zip(one.names, one.documents, strict=True))
            books.record(app.event(Subject.HAND_OVER, one.id, one.state, done.state, GIVEN, files=files))
            if one.kind is HandOverKind.INVOICE:
                state = books.get(Invoice, one.key).state
                books.record(app.event(Subject.INVOICE, one.key, state, state, f"{GIVEN} ({one.names[-1]})"))


def _record(app: App, kind: HandOverKind, delivery: str, thing: Thing) -> HandOver:
    return HandOver(
        id=hand_over_id(kind, thing.key, thing.rank),
        kind=kind,
        key=thing.key,
        said=thing.said,
        delivery=delivery,
        names=tuple(one.name for one in thing.files),
        documents=tuple(one.document for one in thing.files),
        staged_at=app.clock.now(),
    )
