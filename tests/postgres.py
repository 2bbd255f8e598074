"""A real PostgreSQL on a socket of its own, started once for the run; an empty base on each engine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import official
from dematfin.store.engine import open_engine


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty base is, first of one engine then of the other."""
    if request.param == "sqlite":
        return str(tmp_path / "registre.db")
    url: str = request.getfixturevalue("emptied")
    return url
