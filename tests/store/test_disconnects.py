"""PostgreSQL stopped, cut off, full or read-only in mid-day: the run comes back later, and what was written stays."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest
from sqlalchemy import Connection, Engine, make_url, text

import examples
import official
from contracts.ledger import event
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import ComeBackLater, LedgerAway
from dematfin.store import migrate
from dematfin.store.engine import AT_MOST, open_engine
from dematfin.store.keeper import KEEPER
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock
from postgres import Cluster
from store.cable import Cable, cable

pytestmark = official.needs_postgres

NOW = FakeClock().now
DIE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'copy' AND pid <> pg_backend_pid()"


@pytest.fixture
def ledger(postgresql: Engine) -> SqlLedger:
    return SqlLedger(postgresql, examples.COMMUNE, FakeClock().now)


@pytest.fixture
def administrator(cluster: Cluster) -> Callable[[str], None]:
    """Return somebody who types a statement beside us."""

    def ask(statement: str) -> None:
        engine = open_engine(cluster.url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    return ask


def write(ledger: SqlLedger, number: int = 1) -> None:
    with ledger.transaction() as books:
        books.save(examples.invoice(f"N{number}", key=f"F2026-{number:06d}"))
        books.record(event())
        books.next_number("facture")


def count(ledger: SqlLedger) -> int:
    with ledger.reading() as books:
        return len(books.find(Invoice))


def test_a_server_that_loses_its_power_and_comes_back_loses_nothing(ledger: SqlLedger, cluster: Cluster) -> None:
    write(ledger)
    try:
        with ledger.lease("import", "ailleurs:1"):
            with pytest.raises(LedgerAway, match="ne répond pas"), ledger.transaction() as books:
                books.save(examples.invoice("N2", key="F2026-000002"))
                cluster.stop()
                books.next_number("facture")
            for away in (ledger.verify_journal, lambda: write(ledger), lambda: SqlLedger(ledger._engine, "1", NOW)):
                with pytest.raises(ComeBackLater, match="Rien n'est perdu"):
                    away()
    finally:
        cluster.start()
    assert count(ledger) == 1
    write(ledger, 3)
    assert ledger.verify_journal().events == 2
    KEEPER.beat()  # what could not be given back then
    with ledger.lease("import", "ailleurs:2"):
        pass


def test_a_connection_killed_while_it_was_idle_is_replaced_unseen(
    ledger: SqlLedger, administrator: Callable[[str], None]
) -> None:
    write(ledger)
    administrator(DIE)
    assert count(ledger) == 1


def test_a_connection_killed_under_a_reader_or_a_writer_is_said_and_replaced(
    ledger: SqlLedger, administrator: Callable[[str], None]
) -> None:
    with pytest.raises(ComeBackLater, match="La base de données"), ledger.reading() as books:
        books.find(Invoice)
        administrator(DIE)
        books.find(Invoice)
    with pytest.raises(ComeBackLater, match="La base de données"), ledger.transaction() as books:
        books.save(examples.invoice())
        administrator(DIE)
    assert count(ledger) == 0
    write(ledger)


@pytest.fixture
def laid(ledger: SqlLedger, cluster: Cluster) -> Iterator[tuple[Cable, SqlLedger]]:
    """Return a cable, and the same books at its other end."""
    with cable(cluster.folder) as there:
        url = make_url(cluster.url).set(host="127.0.0.1", port=there.port, database="copy", query={})
        engine = open_engine(url.render_as_string(hide_password=False))
        yield there, SqlLedger(engine, examples.COMMUNE, NOW)
        engine.dispose()


@pytest.mark.parametrize(("moment", "written"), [("before", 0), ("after", 1)])
def test_a_commit_that_is_cut_is_neither_done_nor_undone_for_who_asked(
    ledger: SqlLedger, laid: tuple[Cable, SqlLedger], moment: str, written: int
) -> None:
    there, far = laid
    there.cut = moment
    with pytest.raises(LedgerAway, match="c'est fait, ou ce ne l'est pas"):
        write(far)
    there.cut = ""
    with far.transaction() as books:  # its turn comes once the server has done with what was cut
        assert books.next_number("facture") == written + 1  # no gap, no repeat
    assert (count(far), count(ledger)) == (written, written)
    assert ledger.verify_journal().events == written


def test_a_lease_whose_taking_was_cut_is_held_by_nobody(laid: tuple[Cable, SqlLedger], ledger: SqlLedger) -> None:
    there, far = laid
    there.cut = "after"
    with pytest.raises(ComeBackLater), far.lease("import", "ailleurs:1"):
        pass
    there.cut = ""
    with pytest.raises(ComeBackLater, match="ailleurs:1"), ledger.lease("import", "ailleurs:2"):
        pass
    KEEPER.beat()
    with ledger.lease("import", "ailleurs:2"):
        pass


def test_a_standby_and_a_deadlock_are_said(
    ledger: SqlLedger, administrator: Callable[[str], None], postgresql: Engine
) -> None:
    administrator("ALTER DATABASE copy SET default_transaction_read_only = on")
    postgresql.dispose()
    with pytest.raises(ComeBackLater, match="serveur de secours"):
        write(ledger)
    administrator("ALTER DATABASE copy RESET default_transaction_read_only")
    postgresql.dispose()
    for state in ("40001", "40P01", "55P03"):
        with pytest.raises(ComeBackLater, match="écrit au même moment"), ledger.transaction() as books:
            books._connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    write(ledger)


def test_a_server_without_a_connection_left_is_said(ledger: SqlLedger, cluster: Cluster, postgresql: Engine) -> None:
    postgresql.dispose()
    with ExitStack() as taken:
        with suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(cluster.url.replace("+psycopg", "")))
        with pytest.raises(ComeBackLater, match="max_connections"):
            write(ledger)
    write(ledger)


def test_a_process_with_all_its_connections_in_use_says_so(
    ledger: SqlLedger, postgresql: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql.pool, "_timeout", 0.01)
    with ExitStack() as taken:
        for _ in range(AT_MOST):
            taken.enter_context(ledger.reading())
        with pytest.raises(ComeBackLater, match="connexions"):
            write(ledger)
    write(ledger)


def test_four_hundred_collectivites_of_a_base_share_one_pool_and_one_look_at_its_version(
    postgresql: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Connection] = []

    def look(connection: Connection) -> str:
        looks.append(connection)
        return migrate.expected()

    monkeypatch.setattr(migrate, "version", look)
    migrate.READY.discard(open_engine(postgresql.url.render_as_string(hide_password=False)).pool)
    for number in range(400):
        opened = open_engine(postgresql.url.render_as_string(hide_password=False))
        SqlLedger(opened, f"{number}", NOW)
    assert len(looks) == 1


def test_a_process_that_was_forked_leaves_its_parent_s_connections_alone(ledger: SqlLedger) -> None:
    write(ledger)
    if (child := os.fork()) == 0:
        with suppress(BaseException):
            write(ledger, 2)
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    write(ledger, 3)
    assert count(ledger) == 3
