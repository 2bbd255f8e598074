"""A base is looked at, on both engines, and stays as it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.cli.checks import database
from dematfin.cli.checks.line import Verdict
from dematfin.domain.event import Event, Subject
from dematfin.domain.unattended.run import Run
from dematfin.errors import ConfigError, DematfinError
from dematfin.store import verification
from dematfin.store.inspection import Inspection
from dematfin.store.ledger import SqlLedger

OURS = "21990042000015"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(number: int) -> Event:
    return Event(
        subject=Subject.INVOICE,
        subject_id=f"F{number}",
        before="A",
        after="B",
        at=NOW + timedelta(number),
        by="service",
    )


@pytest.fixture
def seen(engine: Engine) -> Inspection:
    """Return the inspection of a base with ten events."""
    ledger = SqlLedger(engine, OURS, lambda: NOW)
    with ledger.transaction() as books:
        books.record(*map(event, range(10)))
        books.save(Run(id="import", began_at=NOW))
    url = engine.url
    where = str(url.database) if url.drivername == "sqlite" else url.render_as_string(hide_password=False)
    return Inspection(where, OURS, lambda: NOW)


def test_the_same_is_seen_on_both_engines(seen: Inspection) -> None:
    found, expected = seen.versions()
    assert found == expected
    assert seen.newest() == NOW + timedelta(9)
    assert (seen.walk().events, seen.walk().intact, seen.walk().first) == (10, True, 1)
    assert seen.left_behind() == ()
    with seen.books() as books:
        assert [one.id for one in books.find(Run)] == ["import"]


def test_nothing_can_be_written(seen: Inspection) -> None:
    with pytest.raises(DematfinError), seen.books() as books:
        books.save(Run(id="suivi", began_at=NOW))
    with seen.books() as books:
        assert [one.id for one in books.find(Run)] == ["import"]


def test_the_end_of_a_long_journal_is_walked(seen: Inspection, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "END", 4)
    walk = seen.walk()
    assert (walk.first, walk.events, walk.intact) == (7, 10, True)
    with engine.begin() as connection:
        for kind in ("UPDATE", "DELETE"):
            name = f"event_no_{kind.lower()}"
            on = " ON event" if engine.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
        connection.execute(text("UPDATE event SET motif = 'faux' WHERE sequence = 8"))
    assert seen.walk().broken_at == 8
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM event WHERE sequence > 7"))
    assert seen.walk().broken_at == 8


def test_a_file_that_is_no_base_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_bytes(b"pas une base" * 500)
    with pytest.raises(ConfigError, match="ne se lit pas"):
        Inspection(str(tmp_path / "r.db"), OURS, lambda: NOW).versions()
    with pytest.raises(ConfigError, match="n'existe pas encore"):
        Inspection(str(tmp_path / "absent.db"), OURS, lambda: NOW).versions()
    assert not (tmp_path / "absent.db").exists()


@official.needs_postgres
def test_a_server_that_may_forget_is_wrong(emptied: str) -> None:
    told = Inspection(emptied, OURS, lambda: NOW).server()
    assert (told["server_encoding"], told["fsync"]) == ("UTF8", "off")  # so is the cluster of tests set
    wrong = [one.found for one in database._server(told) if one.verdict is Verdict.BAD]
    assert wrong == ["fsync vaut « off »"]
    safe = told | {"fsync": "on", "synchronous_commit": "remote_apply", "connections": "5"}
    assert {one.verdict for one in database._server(safe)} == {Verdict.GOOD}
    weak = safe | {"synchronous_commit": "off", "server_version": "12.3", "connections": "95"}
    assert [one.verdict for one in database._server(weak)] == [Verdict.GOOD, Verdict.LOOK, Verdict.BAD, Verdict.LOOK]
