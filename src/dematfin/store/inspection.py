"""What a base says of itself, read without changing anything: neither its tables nor its journal mode.

A ledger makes the tables of an empty base and refuses those of another version; whoever only looks does neither.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from dematfin.errors import ConfigError
from dematfin.ports.ledger import JournalReport
from dematfin.store.books import SqlBooks
from dematfin.store.engine import FIXED, SQLITE, open_engine
from dematfin.store.lease import left_behind
from dematfin.store.migrate import expected, version
from dematfin.store.tables import EVENT
from dematfin.store.verification import Asked, verify

SERVER: Final = ("server_version", "server_encoding", "TimeZone", "fsync", "synchronous_commit", "max_connections")


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The library of SQLite, and the journal that it allows (see `store.engine`)."""

    version: str
    fixed: bool


def library() -> Library:
    """Return which SQLite this process runs."""
    return Library(version=SQLITE.sqlite_version, fixed=SQLITE.sqlite_version_info >= FIXED)


class Inspection:
    """One base, seen by one collectivité."""

    def __init__(self, base: str, collectivite: str, now: Callable[[], datetime]) -> None:
        """Prepare to look; `base` is what `store.engine.address` gives."""
        self.base = base
        self.on_sqlite = not base.startswith("postgresql")
        self._collectivite = collectivite
        self._now = now

    @property
    def file(self) -> Path:
        """Return the file of a base of SQLite."""
        return Path(self.base)

    def versions(self) -> tuple[str, str]:
        """Return the version of the tables, empty for an empty base, and that which the program expects."""
        with self._connected() as connection:
            return version(connection) or "", expected()

    def journal_mode(self) -> str:
        """Return the journal mode of a base of SQLite."""
        with self._connected() as connection:
            return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

    def faults(self) -> tuple[str, ...]:
        """Return what SQLite finds wrong in its own file."""
        with self._connected() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(5)")]
        return () if found == ["ok"] else tuple(found)

    def server(self) -> dict[str, str]:
        """Return the settings of PostgreSQL that the care of money depends on, and its connections of now."""
        with self._connected() as connection:
            told = {name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in SERVER}
            told["connections"] = str(connection.execute(text("SELECT count(*) FROM pg_stat_activity")).scalar_one())
        return told

    def newest(self) -> datetime | None:
        """Return when the last event of the journal was written."""
        query = select(EVENT.c.at).where(EVENT.c.collectivite == self._collectivite)
        with self._connected() as connection:
            return connection.execute(query.order_by(EVENT.c.sequence.desc()).limit(1)).scalar_one_or_none()

    def left_behind(self) -> tuple[tuple[str, str, datetime], ...]:
        """Return the leases whose holder is dead: step, holder, since when."""
        with self._connected() as connection:
            return left_behind(connection, self._collectivite, self._now())

    def walk(self) -> JournalReport:
        """Verify what the base holds, or the end of it when it is long; no document is read."""
        found, expected = self.versions()
        if found != expected:
            raise ConfigError(_another(found, expected))
        with self._connected() as connection:
            return verify(connection, self._collectivite, Asked(only_end=True))

    @contextmanager
    def books(self) -> Iterator[SqlBooks]:
        """Lend the records; raises ConfigError when tables of another version hold them."""
        found, expected = self.versions()
        if found != expected:
            raise ConfigError(_another(found, expected))
        with self._connected() as connection:
            yield SqlBooks(connection, self._collectivite, self._now, writes=False)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        engine = self._engine()
        try:
            with engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            why = getattr(error, "orig", None) or type(error).__name__
            why = getattr(error, "orig", None) or type(error).__name__
            message = (
                f"La base de données ne se lit pas ({why}). Vérifiez la section [stockage], que le serveur répond, que "
                "le fichier n'est pas abîmé."
            )
            raise ConfigError(message) from error
        finally:
            engine.dispose()

    def _engine(self) -> Engine:
        if not self.on_sqlite:
            return open_engine(self.base).execution_options(postgresql_readonly=True)
        if not self.file.is_file():
            message = (
                f"La base {self.base} n'existe pas encore : la première commande la crée (dematfin personne ajouter)."
            )
            raise ConfigError(message)
        return create_engine("sqlite://", module=SQLITE, creator=self._read_only, poolclass=NullPool)

    def _read_only(self) -> Any:
        return SQLITE.connect(f"file:{quote(str(self.file.resolve()))}?mode=ro", uri=True, timeout=5)


def _another(found: str, expected: str) -> str:
    return f"pas regardé : la base est à la version « {found} », ce programme attend « {expected} »."
