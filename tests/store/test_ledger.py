"""The SQL ledger on both engines, and the fake, under one contract."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

import examples
import official
from contracts.ledger import LedgerContract, event
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.unattended.run import AHEAD
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.ledger import Holding, Ledger
from dematfin.store import keeper
from dematfin.store.engine import open_engine
from dematfin.store.keeper import KEEPER, Keeper
from dematfin.store.lease import holder_here
from dematfin.store.ledger import SqlLedger
from dematfin.store.moved import mark_moved
from dematfin.store.tables import METADATA
from fakes.clock import FakeClock
from fakes.ledger import FakeLedger


class TestFake(LedgerContract):
    @pytest.fixture
    def ledger(self) -> Ledger:
        return FakeLedger()


class SqlContract(LedgerContract):
    """What only a real base can show."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def opened(self, engine: Engine, clock: FakeClock) -> Callable[[str], SqlLedger]:
        return lambda collectivite: SqlLedger(engine, collectivite, clock.now)

    @pytest.fixture
    def ledger(self, opened: Callable[[str], SqlLedger]) -> Ledger:
        return opened(examples.COMMUNE)

    def test_the_migration_and_the_tables_say_the_same(self, ledger: Ledger, engine: Engine) -> None:
        with engine.connect() as connection:
            opts = {"compare_type": True, "include_name": lambda name, *_: not str(name).startswith("full_text_words")}
            context = MigrationContext.configure(connection, opts=opts)
            assert compare_metadata(context, METADATA) == []

    def test_two_collectivites_share_a_base_and_see_nothing_of_each_other(
        self, opened: Callable[[str], SqlLedger]
    ) -> None:
        ours, theirs = opened(examples.COMMUNE), opened(examples.CCAS)
        kind = type(examples.invoice())
        for ledger, number in ((ours, "N1"), (theirs, "N2")):
            with ledger.transaction() as books:
                books.save(examples.invoice(number), replace(examples.invoice(number), id=f"F-{number}", remote_id="7"))
                books.record(event(motif=number))
                books.index_text(f"F-{number}", "chaudière")
                assert books.next_number("facture") == 1
        for ledger, number in ((ours, "N1"), (theirs, "N2")):
            with ledger.reading() as books:
                assert {one.number for one in books.find(kind)} == {number}
                assert books.get(kind, examples.invoice().id).number == number
                for walk in (books.last, books.first):
                    assert {one.number for one in walk(kind, 9, "issued_on")} == {number}
                    assert {one.number for one in walk(kind, 9, "id", supplier_key=Holding(""))} == {number}
                assert books.find_text("chaudiere", 9) == (f"F-{number}",)
            assert [one.event.motif for one in ledger.history()] == [number]
            assert [one.event.motif for one in ledger.following(0, 9)] == [number]
            assert (ledger.verify_journal().events, ledger.verify_journal().broken_at) == (1, 0)
        with ours.lease("import", "ailleurs:1"), theirs.lease("import", "ailleurs:2"):
            pass

    def test_a_far_holder_that_was_too_slow_has_lost_its_step(self, ledger: Ledger, clock: FakeClock) -> None:
        with ledger.lease("import", "far.example:1") as slow:
            clock.instant += timedelta(minutes=3)
            with ledger.lease("import", "other.example:1") as taken:
                KEEPER.beat()
                clock.instant += timedelta(minutes=2)
                with ledger.transaction() as books:
                    books.check_turn("import", taken)
                    with pytest.raises(ComeBackLater, match="repris"):
                        books.check_turn("import", slow)
                with pytest.raises(ComeBackLater, match=r"other\.example"), ledger.lease("import", "far.example:1"):
                    pass
        with ledger.lease("import", "far.example:1"):
            pass

    def test_one_thread_renews_what_is_held_and_ends_when_nothing_is(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeper, "BEAT", 0.001)
        KEEPER.forget()
        beaten = threading.Semaphore(0)
        with ledger.lease("import", "far.example:1"):
            thread = KEEPER._thread
            assert thread
            with ledger.lease("visa", "far.example:1"):
                KEEPER.keep("counted", beaten.release)
                beaten.acquire()
                KEEPER.give_back("counted", lambda: None)
                assert KEEPER._thread is thread and thread.daemon
        thread.join()

    def test_a_base_of_another_version_is_refused(self, ledger: Ledger, engine: Engine, clock: FakeClock) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert ledger.history() == ()  # who runs already goes on
        engine.dispose()
        with pytest.raises(ConfigError, match="9999"):
            SqlLedger(engine, examples.COMMUNE, clock.now)

    def test_one_invoice_of_a_neighbour_is_one_record(self, ledger: Ledger) -> None:
        with pytest.raises(IntegrityError), ledger.transaction() as books:
            books.save(examples.invoice(key="F2026-000001"))
            books.save(examples.invoice(key="F2027-000001"))

    def test_one_account_of_the_system_is_one_person(self, ledger: Ledger) -> None:
        def person(key: str, account: str) -> Person:
            return Person(id=key, name=key, roles=frozenset({Role.AGENT}), system_user=account)

        with ledger.transaction() as books:
            books.save(person("a", ""), person("b", ""), person("c", "claire"))
        with pytest.raises(IntegrityError), ledger.transaction() as books:
            books.save(person("d", "claire"))

    @pytest.mark.parametrize(
        ("tamper", "broken_at"),
        [
            ("UPDATE event SET motif = 'autre' WHERE sequence = 2", 2),
            ("UPDATE event SET \"by\" = 'maire' WHERE sequence = 1", 1),
            ("DELETE FROM event WHERE sequence = 2", 2),
            ("DELETE FROM event WHERE sequence = 3", 3),
            ("UPDATE event SET sequence = 9 WHERE sequence = 3", 3),
        ],
    )
    def test_a_journal_rewritten_behind_our_back_is_seen(
        self, ledger: Ledger, engine: Engine, tamper: str, broken_at: int
    ) -> None:
        with ledger.transaction() as books:
            for motif in ("un", "deux", "trois"):
                books.record(event(motif=motif))
        with pytest.raises(DBAPIError, match="journal"), engine.begin() as connection:
            connection.execute(text(tamper))
        with engine.begin() as connection:
            on = " ON event" if engine.dialect.name == "postgresql" else ""
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER event_no_{change}{on}"))
            connection.execute(text(tamper))
        assert ledger.verify_journal().broken_at == broken_at

    def test_a_dead_holder_loses_its_lease(self, ledger: Ledger) -> None:
        dead = subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True, text=True
        )
        host, _, birth = holder_here().split(":")
        lease = ledger.lease("import", f"{host}:{dead.stdout.strip()}:{birth}")
        lease.__enter__()
        with ledger.lease("import", holder_here()):
            pass

    def test_a_number_given_again_to_another_process_is_no_living_holder(self, ledger: Ledger) -> None:
        host, pid, born = holder_here().split(":")
        birth, where = born.split("@")
        earlier = ledger.lease("import", f"{host}:{pid}:{int(birth) - 1}@{where}")
        earlier.__enter__()
        with ledger.lease("import", holder_here()):
            pass

    def test_a_living_holder_keeps_it_and_a_far_one_as_long_as_it_renews_it(
        self, ledger: Ledger, clock: FakeClock
    ) -> None:
        here, far = ledger.lease("visa", holder_here()), ledger.lease("import", "far.example:12")
        here.__enter__()
        far.__enter__()
        with pytest.raises(ComeBackLater), ledger.lease("visa", "other:1"):
            pass
        clock.instant += timedelta(minutes=2)
        KEEPER.beat()
        clock.instant += timedelta(minutes=2)
        with pytest.raises(ComeBackLater, match=r"far\.example:12"), ledger.lease("import", holder_here()):
            pass
        clock.instant += timedelta(minutes=1)
        with ledger.lease("import", holder_here()):
            pass

    def test_a_far_holder_whose_clock_was_ahead_holds_its_step_no_longer_than_another(
        self, ledger: Ledger, clock: FakeClock
    ) -> None:
        far = ledger.lease("import", "far.example:12")
        far.__enter__()
        clock.instant -= AHEAD  # its clock and this one are a little apart: it lives
        with pytest.raises(ComeBackLater, match=r"far\.example:12"), ledger.lease("import", holder_here()):
            pass
        clock.instant -= timedelta(days=365)
        with ledger.lease("import", holder_here()):
            pass

    def test_a_lease_that_was_refused_is_neither_renewed_nor_owed(self, ledger: Ledger, engine: Engine) -> None:
        before = set(KEEPER._held), set(KEEPER._owed)
        with engine.begin() as connection:
            mark_moved(connection, examples.COMMUNE, "ailleurs", datetime(2026, 3, 2, tzinfo=UTC))
        with pytest.raises(ConfigError, match="a été déplacé"), ledger.lease("import", "far.example:12"):
            pass
        assert (set(KEEPER._held), set(KEEPER._owed)) == before


class TestSqlite(SqlContract):
    @pytest.fixture
    def engine(self, sqlite: Engine) -> Engine:
        return sqlite

    def test_commits_are_durable_and_the_library_has_the_fix(self, ledger: Ledger, engine: Engine) -> None:
        with engine.connect() as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar()
            sync = connection.execute(text("PRAGMA synchronous")).scalar()
            version = tuple(map(int, connection.execute(text("SELECT sqlite_version()")).scalar_one().split(".")))
        assert (mode, sync) == ("wal", 2) if version >= (3, 51, 3) else ("truncate", 3)

    def test_a_killed_writer_leaves_whole_transactions_and_a_good_chain(self, ledger: Ledger, tmp_path: Path) -> None:
        script = """
import sys
sys.path.insert(0, "tests")
import examples
from contracts.ledger import event
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock
ledger = SqlLedger(open_engine(sys.argv[1]), examples.COMMUNE, FakeClock().now)
print("ready", flush=True)
while True:
    with ledger.transaction() as books:
        number = books.next_number("facture")
        books.save(examples.invoice(f"N{number}", key=f"F2026-{number:06d}"))
        books.record(event(f"F2026-{number:06d}"))
"""
        for _ in range(3):
            writer = subprocess.Popen(
                [sys.executable, "-c", script, str(tmp_path / "registre.db")], stdout=subprocess.PIPE
            )
            assert writer.stdout
            writer.stdout.readline()
            enough = len(ledger.history()) + 4
            while len(ledger.history()) < enough:
                time.sleep(0.01)  # noqa: TID251 - let it write, then kill it in the middle
            writer.kill()
            writer.wait()
            writer.stdout.close()
        with ledger.transaction() as books:
            kept = [invoice.id for invoice in books.find(type(examples.invoice()))]
            last = books.next_number("facture") - 1
        assert kept == [f"F2026-{number:06d}" for number in range(1, last + 1)]
        assert [written.event.subject_id for written in ledger.history()] == kept
        assert ledger.verify_journal().intact
        assert len(kept) >= 12


@official.needs_postgres
class TestPostgresql(SqlContract):
    @pytest.fixture
    def engine(self, postgresql: Engine) -> Engine:
        return postgresql

    def test_two_collectivites_write_at_the_same_time_and_neither_waits(
        self, opened: Callable[[str], SqlLedger]
    ) -> None:
        with opened(examples.COMMUNE).transaction() as ours, opened(examples.CCAS).transaction() as theirs:
            for books in (ours, theirs):
                books.save(examples.invoice())
                books.record(event())
                assert books.next_number("facture") == 1
                books.index_text("F", "chaudière")


def test_a_password_never_shows_when_the_base_is_out_of_reach() -> None:
    engine = open_engine("postgresql+psycopg://dematfin:tres-secret@127.0.0.1:1/registre")
    with pytest.raises(ComeBackLater) as refused:
        SqlLedger(engine, examples.COMMUNE, lambda: datetime(2026, 3, 2, tzinfo=UTC))
    assert "tres-secret" not in str(refused.value)


def test_a_file_that_is_no_base_is_said(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    path.write_bytes(b"ceci n'est pas une base" * 1000)
    with pytest.raises(ConfigError, match="stockage"):
        SqlLedger(open_engine(str(path)), examples.COMMUNE, FakeClock().now)


def test_a_base_that_is_spoilt_costs_the_others_no_lease() -> None:
    kept, renewed = Keeper(), list[str]()

    def spoilt() -> None:
        statement = "UPDATE lease"
        raise ProgrammingError(statement, {}, ValueError(statement))

    kept._held = {"spoilt": spoilt, "sound": lambda: renewed.append("sound")}
    kept._owed = {"owed": spoilt}
    kept.beat()
    assert renewed == ["sound"] and kept._owed


def test_whoever_renews_leases_is_replaced_if_it_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "BEAT", 0)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    kept, renewed = Keeper(), threading.Event()

    def bug() -> None:
        raise ZeroDivisionError

    kept.keep("bug", bug)
    if thread := kept._thread:
        thread.join(60)
    kept.give_back("bug", lambda: None)
    kept.keep("sound", renewed.set)
    assert renewed.wait(60)
    kept.give_back("sound", lambda: None)
