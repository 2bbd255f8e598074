"""Several processes on one base: each transaction sees what was written before it, each reading shows one moment."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import examples
from contracts.ledger import event
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.unattended.run import Run
from dematfin.errors import ComeBackLater, IllegalTransition, Unreachable
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps import day, progress, running
from dematfin.steps.transmit import begin, settle_failure
from dematfin.store import lease
from dematfin.store.journal import Journal
from dematfin.store.lease import holder_here
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock
from fakes.hall import Hall

TOGETHER = 4
ROUNDS = 15


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(engine: Engine, clock: FakeClock) -> SqlLedger:
    return SqlLedger(engine, examples.COMMUNE, clock.now)


def together(act: Callable[[int], Any]) -> list[Any]:
    """Do something in several threads that start at once."""
    gate = threading.Barrier(TOGETHER)

    def start(place: int) -> Any:
        gate.wait()
        return act(place)

    with ThreadPoolExecutor(max_workers=TOGETHER) as threads:
        return list(threads.map(start, range(TOGETHER)))


def test_numbers_taken_by_many_at_once_have_neither_gap_nor_repeat(ledger: SqlLedger) -> None:
    def number(_: int) -> list[int]:
        taken = []
        for _ in range(ROUNDS):
            with ledger.transaction() as books:
                taken.append(books.next_number("mandat", 1186))
                books.record(event())
        return taken

    taken = [one for share in together(number) for one in share]
    assert Counter(taken) == Counter(range(1187, 1187 + TOGETHER * ROUNDS))
    assert (ledger.verify_journal().events, ledger.verify_journal().broken_at) == (TOGETHER * ROUNDS, 0)


def test_numbers_taken_by_two_processes_have_neither_gap_nor_repeat(ledger: SqlLedger) -> None:
    def number() -> None:
        for _ in range(ROUNDS):
            with ledger.transaction() as books:
                books.record(event(f"F{books.next_number('facture')}"))

    with ledger.transaction() as books:
        books.next_number("facture")
    children = []
    for _ in range(2):
        if (child := os.fork()) == 0:
            with suppress(BaseException):
                number()
                os._exit(0)
            os._exit(1)
        children.append(child)
    number()
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    told = [one.event.subject_id for one in ledger.history()]
    assert told == [f"F{one}" for one in range(2, 2 + 3 * ROUNDS)]
    assert ledger.verify_journal().intact


def test_of_many_who_move_one_record_at_once_one_does(ledger: SqlLedger) -> None:
    invoice = examples.invoice().moved(InvoiceState.IN_VISA)
    with ledger.transaction() as books:
        books.save(invoice)

    def certify(_: int) -> bool:
        try:
            with ledger.transaction() as books:
                books.save(books.get(Invoice, invoice.id).moved(InvoiceState.SERVICE_FAIT))
        except IllegalTransition:
            return False
        return True

    assert sorted(together(certify)) == [False] * (TOGETHER - 1) + [True]


def test_of_many_who_take_a_lease_at_once_one_holds_it(ledger: SqlLedger) -> None:
    held = threading.Barrier(TOGETHER)

    def hold(place: int) -> bool:
        try:
            with ledger.lease("transmission", f"ailleurs:{place}"):
                held.wait()
        except ComeBackLater:
            held.wait()
            return False
        return True

    assert sum(together(hold)) == 1


def test_a_reading_shows_one_moment(ledger: SqlLedger) -> None:
    with ledger.transaction() as books:
        books.save(examples.invoice())
    with ledger.reading() as before:
        assert before.find(Flux) == ()
        with ledger.transaction() as books:
            books.save(examples.invoice().moved(InvoiceState.IN_VISA))
        assert [one.state for one in before.find(Invoice)] == [InvoiceState.RECEIVED]


def test_a_journal_that_grows_while_it_is_walked_is_not_broken(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.transaction() as books:
        books.record(event())
    rows = Journal._rows

    def grown(journal: Journal) -> Iterator[dict[str, Any]]:
        monkeypatch.undo()
        with ledger.transaction() as books:
            books.record(event())
        return rows(journal)

    monkeypatch.setattr(Journal, "_rows", grown)
    assert ledger.verify_journal().intact


def test_a_living_process_of_this_machine_keeps_its_lease_however_long(ledger: SqlLedger, clock: FakeClock) -> None:
    with ledger.lease("import", holder_here()):
        clock.advance(hours=30)
        with pytest.raises(ComeBackLater), ledger.lease("import", "ailleurs:1"):
            pass


@pytest.mark.parametrize("unseen", ["in another container of the same name", "hidden from us (hidepid)"])
def test_a_process_that_cannot_be_seen_keeps_its_lease_for_as_long_as_it_renews_it(
    ledger: SqlLedger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, unseen: str
) -> None:
    host, _, born = holder_here().split(":")
    birth, where = born.split("@")
    holder = f"{host}:1:{birth}@{where}"  # the first process, which is never ours
    if unseen.startswith("hidden"):
        seen = lease._birth
        monkeypatch.setattr(lease, "_birth", lambda pid: "" if str(pid) == "1" else seen(pid))
    else:
        holder = f"{host}:999999:{birth}@ailleurs-1"
    theirs = ledger.lease("import", holder)
    theirs.__enter__()
    with pytest.raises(ComeBackLater, match=host), ledger.lease("import", holder_here()):
        pass
    clock.advance(minutes=3)
    with ledger.lease("import", holder_here()):
        pass


@pytest.fixture
def hall(tmp_path: Path, ledger: SqlLedger) -> Hall:
    """Return a town hall whose books are in a real base."""
    built = Hall.build(tmp_path)
    return replace(built, app=replace(built.app, ledger=ledger))


def test_a_deposit_that_fails_is_settled_once(hall: Hall, ledger: SqlLedger) -> None:
    document = DocumentRef(sha256="a" * 64, size=10)
    flux = Flux(
        id="F",
        siret=examples.COMMUNE,
        state=FluxState.SIGNED,
        bordereaux=("B",),
        pieces=(),
        unsigned=document,
        signed=document,
    )

    def state(books: Books) -> FluxState:
        return books.get(Flux, "F").state

    with ledger.transaction() as books:
        books.save(flux)
    sending = begin(hall.app, flux, "")
    settle_failure(hall.app, sending, Unreachable())
    with ledger.reading() as books:
        assert state(books) is FluxState.SIGNED
    first = begin(hall.app, flux, "")
    hall.clock.advance(minutes=1)
    with ledger.transaction() as books:
        books.save(replace(first, sending_since=hall.clock.now()))  # another run sends it now
    settle_failure(hall.app, first, Unreachable())
    with ledger.reading() as books:
        assert state(books) is FluxState.SENDING


def test_a_run_that_has_lost_its_lease_moves_no_day(
    hall: Hall, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = progress.begin_day(hall.app)
    assert begun

    def begin_and_be_slow(app: App, key: str, first: running.First) -> Run:
        run = running.begin(app, key, first)
        clock.advance(minutes=5)
        hall.app.ledger.lease("transmission", "ailleurs:1").__enter__()
        return run

    monkeypatch.setattr(day, "begin", begin_and_be_slow)
    with pytest.raises(ComeBackLater, match="repris"):
        progress.go_on(hall.app, begun)
    assert progress.open_day(hall.app) == begun
    with hall.app.ledger.reading() as books:
        assert books.get(Run, begun.position).ended_at is None


def test_a_day_that_was_moved_elsewhere_is_not_moved_back(hall: Hall) -> None:
    begun = progress.begin_day(hall.app)
    assert begun
    _, moved = progress.go_on(hall.app, begun)
    assert not progress.leave(
        hall.app, begun, progress.put_off(progress.BY_KEY[begun.position], ComeBackLater())
    ).position
    assert progress.open_day(hall.app) == moved
