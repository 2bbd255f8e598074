"""The ledger of one collectivité, in SQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from dematfin.domain.event import Subject
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.ledger import JournalReport, WrittenEvent
from dematfin.store import lease
from dematfin.store.books import SqlBooks
from dematfin.store.engine import reading, writing
from dematfin.store.journal import Journal
from dematfin.store.migrate import bring_up_to_date

TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:collectivite, 0))")
"""PostgreSQL: writers of one collectivité come one after the other, as they do on SQLite."""


class SqlLedger:
    """Implements ports.ledger.Ledger."""

    def __init__(self, engine: Engine, collectivite: str, now: Callable[[], datetime]) -> None:
        """Open the books, creating their tables in an empty base.

        Raises:
            ConfigError: the base cannot be opened, or another version of dematfin made it.
        """
        self._engine = engine
        self._collectivite = collectivite
        self._now = now
        try:
            bring_up_to_date(engine)
        except DatabaseError as error:
            message = (
                f"La base de données ne s'ouvre pas, ou ce n'en est pas une ({error.orig}). Vérifiez la section "
                "[stockage]."
            )
            raise ConfigError(message) from error

    @contextmanager
    def transaction(self) -> Iterator[SqlBooks]:
        """Open the books for writing."""
        with self._turn() as connection:
            yield SqlBooks(connection, self._collectivite, self._now)

    @contextmanager
    def reading(self) -> Iterator[SqlBooks]:
        """Open the books for reading."""
        with reading(self._engine.connect()) as connection, connection.begin():
            yield SqlBooks(connection, self._collectivite, self._now, writes=False)

    @contextmanager
    def lease(self, step: str, holder: str) -> Iterator[None]:
        """Hold a step alone."""
        with self._turn() as connection:
            lease.take(connection, self._collectivite, step, holder, self._now())
        try:
            yield
        finally:
            with self._turn() as connection:
                lease.give_back(connection, self._collectivite, step, holder)

    def history(self, subject: Subject | None = None, keys: Sequence[str] = ()) -> tuple[WrittenEvent, ...]:
        """Return events, oldest first."""
        with reading(self._engine.connect()) as connection, connection.begin():
            return Journal(connection, self._collectivite).read(subject, keys)

    def following(self, after: int, count: int) -> tuple[WrittenEvent, ...]:
        """Return the events that follow a place of the journal."""
        with reading(self._engine.connect()) as connection, connection.begin():
            return Journal(connection, self._collectivite).following(after, count)

    def verify_journal(self) -> JournalReport:
        """Walk the hash chain."""
        with reading(self._engine.connect()) as connection, connection.begin():
            return Journal(connection, self._collectivite).verify()

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        try:
            with writing(self._engine.connect()) as connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(TURN, {"collectivite": self._collectivite})
                yield connection
        except DBAPIError as error:
            if "locked" in str(error.orig) or "disk" in str(error.orig):
                message = f"La base de données n'est pas disponible ({error.orig}). Relancez plus tard."
                raise ComeBackLater(message) from error
            raise
