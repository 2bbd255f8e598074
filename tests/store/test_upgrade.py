"""An older base is saved, counted and brought up by a person, or stays as it was; new versions only add."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import official
from contracts.ledger import event
from dematfin.domain.defect import Wrong
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.restoration import Restored, Trace
from dematfin.domain.retention.elimination import Eliminated, Elimination, Gone, Hold
from dematfin.domain.retention.transfer import Transfer
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.store import upgrade as upgrading
from dematfin.store.backup import back_up
from dematfin.store.engine import SQLITE, open_engine, writing
from dematfin.store.ledger import TURN, SqlLedger, in_paris
from dematfin.store.migrate import SCRIPTS, upgrade, version
from dematfin.store.tables import RECORDS
from dematfin.store.upgrade import Facts, migrate, standing
from examples import COMMUNE, invoice, tiers
from fakes.clock import FakeClock
from store import journal_before
from store.filled import Filler
from store.test_migration import fill

NOW = FakeClock().now
NEW: Final = (Elimination, Gone, Eliminated, Hold, Transfer, Restored, Trace)
HELD = """INSERT INTO lease (collectivite, step, holder, since, until) VALUES
    ('1', 'import', 'far.example:1', '2026-03-02T09:00:00.000000+00:00', '2026-03-02T09:02:00.000000+00:00')"""


@pytest.fixture
def engine(base: str) -> Iterator[Engine]:
    """Return an engine on a base of the version before, of each engine, with an invoice and an event in it."""
    opened = open_engine(base)
    fill(opened, "0008", tiers(), invoice())
    with writing(opened.connect()) as connection, connection.begin():
        journal_before.append(connection, COMMUNE, event())
    yield opened
    opened.dispose()


def bring_up(engine: Engine, save: Any = lambda: None) -> Facts | None:
    return migrate(engine, save, NOW(), in_paris)


def test_an_older_base_is_refused_until_it_is_brought_up_and_keeps_all(engine: Engine) -> None:
    with pytest.raises(ConfigError, match="base migrer"):
        SqlLedger(engine, COMMUNE, NOW)
    facts = bring_up(engine)
    assert facts and (facts.rows["invoice"], facts.rows["event"], facts.journals[COMMUNE].events) == (1, 1, 1)
    assert bring_up(engine) is None
    with SqlLedger(engine, COMMUNE, NOW).reading() as books:
        assert books.find(Invoice) == (invoice(),)


def test_the_copy_is_taken_before_anything_changes(engine: Engine, base: str, tmp_path: Path) -> None:
    saved: list[Path] = []
    bring_up(engine, lambda: saved.extend(back_up(base, tmp_path / "copies", "avant", done=False)))
    (copy,) = saved
    assert copy.stat().st_mode & 0o077 == 0
    if engine.dialect.name == "sqlite":
        assert standing(open_engine(str(copy))).found == "0008"
    else:
        programs = official.postgres_bin()
        assert programs
        listed = subprocess.run([programs / "pg_restore", "-l", copy], check=True, capture_output=True, text=True)
        assert "TABLE DATA public invoice" in listed.stdout and "public run" not in listed.stdout


def test_whatever_stops_it_leaves_the_base_as_it_was(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ComeBackLater

    def lose(connection: Any) -> None:
        upgrade(connection)
        connection.execute(text("DELETE FROM invoice"))

    with pytest.raises(ComeBackLater):
        bring_up(engine, refuse)
    monkeypatch.setattr(upgrading, "upgrade", lose)
    with pytest.raises(ConfigError, match="invoice"):
        bring_up(engine)
    monkeypatch.undo()
    with writing(engine.connect()) as connection, connection.begin():
        assert version(connection) == "0008"
        connection.execute(text(HELD))
    with pytest.raises(ComeBackLater, match=r"far\.example:1, depuis 10:00 le 02/03/2026"):
        bring_up(engine)
    assert standing(engine).found == "0008"


def test_a_page_that_writes_meanwhile_waits_and_is_in_no_backup_by_half(engine: Engine) -> None:
    """Pages hold no lease: what they write between the backup and the new tables would be in neither."""

    def write() -> None:
        with writing(engine.connect()) as connection, connection.begin():  # as the version before did
            if connection.dialect.name == "postgresql":
                connection.execute(TURN, {"collectivite": COMMUNE})
            journal_before.append(connection, COMMUNE, event())

    with ThreadPoolExecutor(1) as page:
        written: list[Future[None]] = []

        def save() -> None:
            with suppress(TimeoutError):
                written.append(page.submit(write))
                written[0].result(timeout=0.3)
            assert not written[0].done()

        facts = bring_up(engine, save)
        assert facts and facts.journals[COMMUNE].events == 1
        with pytest.raises(DBAPIError, match="plus récente"):  # it would not seal what it writes
            written[0].result()
    report = SqlLedger(engine, COMMUNE, NOW).verify_journal()
    assert (report.events, report.seals > 0, report.defects) == (1, True, ())


@official.needs_postgres
def test_postgresql_is_saved_somewhere_or_somebody_says_that_it_is(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="--sauvegarde-faite"):
        back_up(emptied, None, "avant", done=False)
    assert back_up(emptied, None, "avant", done=True) == ()
    with pytest.raises(ConfigError, match="pg_dump n'a pas pu"):
        back_up(emptied.replace("/postgres?", "/absente?"), tmp_path, "avant", done=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ConfigError, match="pas installé"):
        back_up(emptied, tmp_path, "avant", done=False)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_base_is_not_saved_as_if_it_were_sound(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    path.write_bytes(b"ceci n'est pas une base" * 1000)
    with pytest.raises(ComeBackLater, match="Rien n'a été changé"):
        back_up(str(path), None, "avant", done=False)
    assert list(tmp_path.iterdir()) == [path]


FULL: Final = """
import resource, signal, sys
from pathlib import Path
from dematfin.store.backup import back_up_sqlite
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
back_up_sqlite(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_disk_that_is_full_during_the_backup_keeps_no_half_of_it(tmp_path: Path) -> None:
    large = tmp_path / "registre.db"
    with closing(SQLITE.connect(str(large))) as base, base:
        base.execute(
            "CREATE TABLE large AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5) "
            "SELECT zeroblob(1000000) FROM n"
        )
    words = [sys.executable, "-c", FULL, str(large), str(tmp_path / "copie")]
    ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert "ComeBackLater" in ended.stderr and "Rien n'a été changé" in ended.stderr
    assert list(tmp_path.iterdir()) == [large]


ADDS: Final = frozenset({"create_table", "create_index", "add_column", "f"})
"""What a version from 0009 on may do: while it is installed, older processes go on writing as they did."""


STOPS: Final = {"0010_seals.py": {"op.execute", "op.get_bind"}}
"""The version that seals what is written: the base itself tells a process that would not seal to begin again."""


def takes_away(source: str) -> list[str]:
    """Return what a migration does that a process of the version before would not survive."""
    wrong = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name.startswith("op.") and name.removeprefix("op.") not in ADDS:
            wrong.append(name)
        if name == "op.add_column":
            column = ast.unparse(call.args[1])
            wrong += [column] if "nullable=False" in column and "server_default" not in column else []
            wrong += [column] if "nullable" not in column else []
    return wrong


def test_versions_from_the_ninth_on_only_add() -> None:
    found = sorted(path for path in (SCRIPTS / "versions").glob("0*.py") if path.name >= "0009")
    assert found
    for path in found:
        assert set(takes_away(path.read_text(encoding="utf-8"))) <= STOPS.get(path.name, set()), path.name


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_column('run', 'said')",
        "op.alter_column('run', 'said', nullable=False)",
        "op.execute('UPDATE run SET said = 1')",
        "op.add_column('run', sa.Column('x', TEXT, nullable=False))",
        "op.add_column('run', sa.Column('x', TEXT))",
        "with op.batch_alter_table('run') as run:\n    pass",
    ],
)
def test_a_version_that_takes_away_is_seen(line: str) -> None:
    assert takes_away(line)


def test_a_base_of_the_ninth_version_comes_the_whole_way_and_is_sealed_with_what_is_new(base: str) -> None:
    opened = open_engine(base)
    fill(opened, "0009", tiers(), invoice())
    with writing(opened.connect()) as connection, connection.begin():
        journal_before.append(connection, COMMUNE, event())
    facts = bring_up(opened)
    assert facts and (facts.rows["invoice"], facts.rows["eliminated"], facts.rows["restored"]) == (1, 0, 0)
    ledger = SqlLedger(opened, COMMUNE, NOW)
    head, filler = ledger.head(), Filler()
    assert head.sequence and ledger.verify_journal().records == 2
    with ledger.transaction() as books:
        books.save(*(filler.record(kind, "A") for kind in NEW))
    report = ledger.verify_journal(heads=(head,))
    assert (report.defects, report.records) == ((), 2 + len(NEW))
    with writing(opened.connect()) as connection, connection.begin():
        for kind in NEW:
            connection.execute(RECORDS[kind].delete())
    told = {(one.table, one.wrong) for one in ledger.verify_journal().defects}
    assert told == {(RECORDS[kind].name, Wrong.REMOVED) for kind in NEW}
    opened.dispose()
