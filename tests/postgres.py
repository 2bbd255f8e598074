"""A real PostgreSQL on a socket of its own, started once for the run; an empty base on each engine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, make_url, text

import official
from dematfin.store import keeper
from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready

PASSWORD: Final = "p@ss:wörd/ %41"  # pragma: allowlist secret
"""Asked of everybody, as a real server does; each sign of it has to be spelt otherwise in an address."""

keeper.BEAT = 86_400  # leases are renewed when a test says so, not when half a minute has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server of our own; initdb refuses root, so the system's postgres account runs it."""

    folder: Path
    programs: Path

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://dematfin:{quote(PASSWORD, safe='')}@/postgres?host={self.folder}"

    def make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            shutil.chown(secret, "postgres")
        self._run("initdb", "-U", "dematfin", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
        self._run("pg_ctl", "-o", options, "-w", "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop as a machine does that loses its power."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *words: str) -> None:
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        command = [*as_postgres, str(self.programs / program), "-D", str(self.folder / "data"), *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)


def stored_in(base: str) -> str:
    """Return the lines of [stockage] that name a base, as people write them: the password of a server is in a file."""
    if not base.startswith("postgresql"):
        return f'base = "{base}"'
    url = make_url(base)
    shown = url._replace(password=None).render_as_string()
    return f'postgresql = "{shown}"\nmot_de_passe = "fichier:{url.query["host"]}/secret"'


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a running server."""
    programs = official.postgres_bin()
    assert programs is not None
    made = Cluster(folder=Path(tempfile.mkdtemp(prefix="pg", dir="/tmp")), programs=programs)
    made.make()
    made.start()
    yield made
    made.stop()
    shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(cluster: Cluster) -> str:
    """Return the URL of an empty cluster."""
    return cluster.url


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
    keeper.KEEPER.forget()
    engine.dispose()


@pytest.fixture
def postgresql(postgres: str, postgres_made: str) -> Iterator[Engine]:
    """Return an engine on a base of PostgreSQL without a record."""
    _run(postgres, "DROP DATABASE IF EXISTS copy WITH (FORCE)", f"CREATE DATABASE copy TEMPLATE {postgres_made}")
    engine = open_engine(_named(postgres, "copy"))
    yield engine
    keeper.KEEPER.forget()
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty base is, first of one engine then of the other."""
    if request.param == "sqlite":
        return str(tmp_path / "registre.db")
    url: str = request.getfixturevalue("emptied")
    return url
