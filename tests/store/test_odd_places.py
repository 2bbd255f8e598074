"""Names and owners that an ordinary test machine does not have."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

import official
from dematfin.store.backup import back_up_postgresql
from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready
from dematfin.store.saved.file_of_sqlite import take_the_place


@pytest.mark.parametrize("name", ["a%20b", "100%25", "q?x=1", "a#b", "été à Valbrume", "d+e"])
def test_a_file_is_made_where_it_is_said(tmp_path: Path, name: str) -> None:
    base = tmp_path / name / "registre.db"
    engine = open_engine(str(base))
    make_ready(engine)
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with closing(sqlite3.connect(base)) as opened:
        assert opened.execute("SELECT count(*) FROM invoice").fetchone() == (0,)


@official.needs_postgres
@pytest.mark.parametrize("name", ["d+e", "une ville", "ville%41"])
def test_a_base_of_postgresql_is_saved_whatever_it_is_called(postgres: str, tmp_path: Path, name: str) -> None:
    with open_engine(postgres).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    back_up_postgresql(make_url(postgres).set(database=name).render_as_string(hide_password=False), tmp_path / "copie")
    assert (tmp_path / "copie").read_bytes().startswith(b"PGDMP")


def test_what_the_administrator_restores_is_still_of_the_account_that_serves_it(tmp_path: Path) -> None:
    old, new = tmp_path / "registre.db", tmp_path / "nouveau.db"
    for path in (old, new):
        with closing(sqlite3.connect(path)) as base:
            base.execute("CREATE TABLE t (x)")
    theirs = 1 if os.geteuid() == 0 else os.geteuid()
    os.chown(old, theirs, -1)
    take_the_place(new, old, "marque")
    assert old.stat().st_uid == theirs
