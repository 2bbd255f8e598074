"""The database engine, SQLite or PostgreSQL, with the care that each needs to lose nothing."""

import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from dematfin.errors import ConfigError
from dematfin.store.settings import StoreSettings
from dematfin.support.secrets import resolve

FIXED: Final = (3, 51, 3)
"""First SQLite without the WAL-reset bug, which may corrupt a base written by two processes at once."""

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # no wheel for this machine: the system's library, with the slower journal if it has the bug
    sqlite_module = sqlite3

SQLITE: Final[ModuleType] = sqlite_module


def address(settings: StoreSettings, folder: Path) -> str:
    """Return where the base is: the path of a SQLite file, or the URL of PostgreSQL with its password."""
    if settings.postgresql:
        password = resolve(settings.mot_de_passe, folder) if settings.mot_de_passe else None
        return make_url(settings.postgresql).set(password=password).render_as_string(hide_password=False)
    if settings.base is None:
        message = "La section [stockage] doit donner « base » (fichier SQLite) ou « postgresql »."
        raise ConfigError(message)
    return str(settings.base)


def open_engine(base: str) -> Engine:
    """Open a SQLite file (a path) or a PostgreSQL base (a `postgresql+psycopg://` URL)."""
    if base.startswith("postgresql"):
        return _postgres(base)
    path = Path(base)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", module=SQLITE, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(connection: Connection) -> Connection:
    """Mark a connection, before its transaction begins, as one that will write."""
    return connection.execution_options(dematfin_writes=True)


def reading(connection: Connection) -> Connection:
    """Mark a connection, before its transaction begins, as one that sees one moment only, as SQLite's always do."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _postgres(url: str) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError as error:
        message = "La base est PostgreSQL mais le pilote manque. Installez-le : pip install 'dematfin[postgres]'."
        raise ConfigError(message) from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Durability first: a commit that returned survives a power cut."""
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    fixed = SQLITE.sqlite_version_info >= FIXED
    mode, sync = ("WAL", "FULL") if fixed else ("TRUNCATE", "EXTRA")
    for pragma in (
        "busy_timeout=30000",
        f"journal_mode={mode}",
        f"synchronous={sync}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its turn at once: a reader that became a writer half-way would fail on a busy base."""
    writes = connection.get_execution_options().get("dematfin_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
