"""A real PostgreSQL on a socket of its own, started once for the run; an empty base on each engine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.store.engine import open_engine
from dematfin.store.keeper import KEEPER
from dematfin.store.migrate import make_ready


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the URL of an empty cluster; initdb refuses root, so the system's postgres account runs it."""
    programs = official.postgres_bin()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    if as_postgres:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd=folder)

    run(str(programs / "initdb"), "-D", str(data), "-U", "dematfin", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start")
    yield f"postgresql+psycopg://dematfin@/postgres?host={folder}"
    run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def emptied(postgres: str) -> str:
    """Return the URL of a base with nothing in it."""
    engine = open_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres


@pytest.fixture(scope="session")
def sqlite_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a base whose tables are made, to be copied: making them takes a quarter of a second."""
    path = tmp_path_factory.mktemp("made") / "registre.db"
    _make_tables(str(path))
    return path


@pytest.fixture(scope="session")
def postgres_made(postgres: str) -> str:
    """Return the name of a base whose tables are made, to be copied."""
    _run(postgres, "CREATE DATABASE made")
    _make_tables(_named(postgres, "made"))
    return "made"


def _make_tables(base: str) -> None:
    engine = open_engine(base)
    make_ready(engine)
    engine.dispose()


def _run(postgres: str, *statements: str) -> None:
    engine = open_engine(postgres)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _named(postgres: str, name: str) -> str:
    return postgres.replace("@/postgres?", f"@/{name}?")


@pytest.fixture
def sqlite(sqlite_made: Path, tmp_path: Path) -> Iterator[Engine]:
    """Return an engine on a base of SQLite without a record."""
    engine = open_engine(str(shutil.copy(sqlite_made, tmp_path / "registre.db")))
    yield engine
    KEEPER.forget()
    engine.dispose()


@pytest.fixture
def postgresql(postgres: str, postgres_made: str) -> Iterator[Engine]:
    """Return an engine on a base of PostgreSQL without a record."""
    _run(postgres, "DROP DATABASE IF EXISTS copy WITH (FORCE)", f"CREATE DATABASE copy TEMPLATE {postgres_made}")
    engine = open_engine(_named(postgres, "copy"))
    yield engine
    KEEPER.forget()
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty base is, first of one engine then of the other."""
    if request.param == "sqlite":
        return str(tmp_path / "registre.db")
    url: str = request.getfixturevalue("emptied")
    return url
