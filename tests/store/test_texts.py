"""Texts in the index of each engine, and in the fake, under one contract."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import examples
from contracts.texts import TextsContract, find
from dematfin.ports.ledger import Ledger
from dematfin.store import engine as engines
from dematfin.store.ledger import SqlLedger
from dematfin.store.texts import FIND_SQLITE
from fakes.clock import FakeClock
from fakes.ledger import FakeLedger


def opened(engine: Engine, collectivite: str = examples.COMMUNE) -> SqlLedger:
    return SqlLedger(engine, collectivite, FakeClock().now)


class TestFake(TextsContract):
    @pytest.fixture
    def ledger(self) -> Ledger:
        return FakeLedger()


class TestSql(TextsContract):
    """SQLite, then PostgreSQL."""

    @pytest.fixture
    def ledger(self, engine: Engine) -> Ledger:
        return opened(engine)

    def test_another_collectivite_of_the_base_finds_nothing_of_it(self, engine: Engine) -> None:
        ours, theirs = opened(engine), opened(engine, examples.CCAS)
        with ours.transaction() as books:
            books.index_text("F1", "chauffage")
            books.index_text("F2", "chauffage")
        with theirs.transaction() as books:
            books.index_text("F1", "chauffage de la crèche")
        assert (find(ours, "chauffage"), find(theirs, "chauffage")) == (("F2", "F1"), ("F1",))
        assert (find(ours, "crèche"), find(theirs, "crèche")) == ((), ("F1",))
        assert find(theirs, examples.COMMUNE) == ()


def test_the_library_of_the_system_has_the_index_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SQLITE", sqlite3)
    engine = engines.open_engine(str(tmp_path / "registre.db"))
    ledger = opened(engine)
    with ledger.transaction() as books:
        books.index_text("F1", "chauffage")
        books.index_text("F1", "piscine")
    assert (find(ledger, "chauffage"), find(ledger, "PISCINE")) == ((), ("F1",))
    engine.dispose()


def test_matches_are_walked_from_the_newest_without_being_sorted(tmp_path: Path) -> None:
    engine = engines.open_engine(str(tmp_path / "registre.db"))
    opened(engine)
    wish = {"asked": '"FACTURE"*', "collectivite": examples.COMMUNE, "count": 9}
    with engine.connect() as connection:
        plan = [str(row[3]) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {FIND_SQLITE}"), wish)]
    assert plan[0].startswith("SCAN full_text_words VIRTUAL TABLE INDEX")
    assert plan[1].startswith("SEARCH full_text USING INTEGER PRIMARY KEY")
    assert len(plan) == 2
    engine.dispose()
