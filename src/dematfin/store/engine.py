"""The database engine, SQLite or PostgreSQL, with the care that each needs to lose nothing."""

import os
import sqlite3
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import TimeoutError as NoneLeft

from dematfin.errors import ConfigError
from dematfin.store.settings import StoreSettings
from dematfin.store.trouble import no_connection_left, translate
from dematfin.support.secrets import resolve

FIXED: Final = (3, 51, 3)
"""First SQLite without the WAL-reset bug, which may corrupt a base written by two processes at once."""

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # no wheel for this machine: the system's library, with the slower journal if it has the bug
    sqlite_module = sqlite3

SQLITE: Final[ModuleType] = sqlite_module
KEPT_OPEN: Final = 5
AT_MOST: Final = 15
"""Connections of one process to one base of PostgreSQL, whatever the number of collectivités in it."""
PATIENCE: Final = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "options": "-c lock_timeout=30s -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
}
"""A cut network is noticed on both sides within a minute: else one waits for ever, and the other holds its turn.

An address of [stockage] that says one of these keeps its own.
"""
OPENED: Final[WeakSet[Engine]] = WeakSet()


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
    """Open a SQLite file (a path), or a PostgreSQL base (a `postgresql+psycopg://` URL): the same for all its users."""
    if is_postgresql(base):
        return _postgres(make_url(base).render_as_string(hide_password=False))  # one address has several spellings
    return _sqlite(Path(base))


def is_postgresql(base: str) -> bool:
    """Say whether an address is that of a PostgreSQL base."""
    return base.startswith("postgresql")


def shown(base: str) -> str:
    """Return an address as a person may read it, without its password."""
    return make_url(base).render_as_string() if is_postgresql(base) else base


def connect(engine: Engine) -> Connection:
    """Take a connection of the pool, or raise ComeBackLater."""
    try:
        return engine.connect()
    except NoneLeft as error:
        raise no_connection_left(error) from error


def writing(connection: Connection) -> Connection:
    """Mark a connection, before its transaction begins, as one that will write."""
    return connection.execution_options(dematfin_writes=True)


def reading(connection: Connection) -> Connection:
    """Mark a connection, before its transaction begins, as one that sees one moment only, as SQLite's always do."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


@cache
def _postgres(url: str) -> Engine:
    """One pool for an address: four hundred collectivités of one base open no more connections than one does."""
    address = make_url(url)
    try:
        engine = create_engine(
            address.set(query=PATIENCE | dict(address.query)),
            pool_pre_ping=True,
            pool_size=KEPT_OPEN,
            max_overflow=AT_MOST - KEPT_OPEN,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        message = "La base est PostgreSQL mais le pilote manque. Installez-le : pip install 'dematfin[postgres]'."
        raise ConfigError(message) from error
    return _watched(engine)


def for_the_driver(base: str) -> dict[str, Any]:
    """Return what the driver of PostgreSQL needs to connect to a base, as patiently as the engine does."""
    address = make_url(base)
    return PATIENCE | dict(address.query) | address.translate_connect_args(username="user", database="dbname")


def _sqlite(path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(path)), module=SQLITE, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _watched(engine)


def _watched(engine: Engine) -> Engine:
    """Have what the driver says told in French."""
    event.listen(engine, "handle_error", translate, retval=True)
    OPENED.add(engine)
    return engine


def _leave_to_the_parent() -> None:
    """A process that was forked opens its own connections: those that it was born with belong to its parent."""
    for engine in OPENED:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_leave_to_the_parent)


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
