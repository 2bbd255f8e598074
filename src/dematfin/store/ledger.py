"""The ledger of one collectivité, in SQL."""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from dematfin.domain.end import End
from dematfin.domain.event import Subject
from dematfin.domain.head import NOTHING, Head
from dematfin.errors import ComeBackLater, ConfigError, LedgerAway
from dematfin.ports.documents import Documents
from dematfin.ports.ledger import JournalReport, SealedEvent, WrittenEvent
from dematfin.store import lease
from dematfin.store.books import SqlBooks
from dematfin.store.chain import heads as heads_of
from dematfin.store.engine import connect, reading, writing
from dematfin.store.gone import named_by_others
from dematfin.store.journal import Journal
from dematfin.store.keeper import KEEPER
from dematfin.store.lease import Local, Turn
from dematfin.store.migrate import make_ready
from dematfin.store.moved import refuse_moved
from dematfin.store.trouble import UNKNOWN
from dematfin.store.verification import Asked, verify

TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:collectivite, 0))")
"""PostgreSQL: writers of one collectivité come one after the other, as they do on SQLite."""
PARIS: Final = ZoneInfo("Europe/Paris")


def in_paris(instant: datetime) -> datetime:
    """Return an instant as most collectivités read it."""
    return instant.astimezone(PARIS)


@contextmanager
def turn_of(engine: Engine, collectivite: str) -> Iterator[Connection]:
    """Open a transaction that writes in one collectivité, when it is its turn.

    Raises:
        ComeBackLater: the base is away, full or busy; at the end, nobody knows whether all was written or nothing.
    """
    ending = False
    with writing(connect(engine)) as connection:
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(TURN, {"collectivite": collectivite})
                refuse_moved(connection, collectivite)
                yield connection
                ending = True
        except ComeBackLater as error:
            if ending and connection.invalidated:
                raise LedgerAway(UNKNOWN) from error
            raise


class SqlLedger:
    """Implements ports.ledger.Ledger."""

    def __init__(self, engine: Engine, collectivite: str, now: Callable[[], datetime], local: Local = in_paris) -> None:
        """Open the books, creating their tables in an empty base; `local` is the clock on the wall.

        Raises:
            ConfigError: the base cannot be opened, or another version of dematfin made it.
            ComeBackLater: it is away, or has no connection left.
        """
        self._engine = engine
        self._collectivite = collectivite
        self._now = now
        self._local = local
        try:
            make_ready(engine)
            with self._read() as connection:
                refuse_moved(connection, collectivite)
        except DatabaseError as error:
            message = (
                f"La base de données ne s'ouvre pas, ou ce n'en est pas une ({error.orig}). Vérifiez la section "
                "[stockage]."
            )
            raise ConfigError(message) from error

    @contextmanager
    def transaction(self) -> Iterator[SqlBooks]:
        """Open the books for writing."""
        with turn_of(self._engine, self._collectivite) as connection:
            books = SqlBooks(connection, self._collectivite, self._now)
            yield books
            books.write()

    @contextmanager
    def reading(self) -> Iterator[SqlBooks]:
        """Open the books for reading."""
        with self._read() as connection:
            books = SqlBooks(connection, self._collectivite, self._now, writes=False)
            yield books
            books.write()  # which the engine refuses

    @contextmanager
    def lease(self, step: str, holder: str) -> Iterator[str]:
        """Hold a step alone."""
        turn = Turn(collectivite=self._collectivite, step=step, holder=holder)
        KEEPER.keep(turn.key, lambda: self._renew(turn))
        try:
            with turn_of(self._engine, self._collectivite) as connection:
                lease.take(connection, turn, self._now(), self._local)
        except ComeBackLater:
            KEEPER.owe(turn.key, lambda: self._give_back(turn))
            raise
        except BaseException:
            KEEPER.drop(turn.key)
            raise
        try:
            yield turn.key
        finally:
            KEEPER.give_back(turn.key, lambda: self._give_back(turn))

    def _renew(self, turn: Turn) -> None:
        with writing(connect(self._engine)) as connection, connection.begin():
            lease.renew(connection, turn, self._now())

    def _give_back(self, turn: Turn) -> None:
        with writing(connect(self._engine)) as connection, connection.begin():
            lease.give_back(connection, turn)

    def history(self, subject: Subject | None = None, keys: Sequence[str] = ()) -> tuple[WrittenEvent, ...]:
        """Return events, oldest first."""
        with self._read() as connection:
            return Journal(connection, self._collectivite).read(subject, keys)

    def following(self, after: int, count: int) -> tuple[WrittenEvent, ...]:
        """Return the events that follow a place of the journal."""
        with self._read() as connection:
            return Journal(connection, self._collectivite).following(after, count)

    def end(self) -> End:
        """Return the end of the journal."""
        with self._read() as connection:
            return Journal(connection, self._collectivite).end()

    def named_elsewhere(self, fingerprints: Set[str]) -> frozenset[str]:
        """Return the documents that another collectivité names, and has not eliminated itself."""
        with self._read() as connection:
            return named_by_others(connection, self._collectivite, fingerprints)

    def sealed(self, sequences: Sequence[int]) -> tuple[SealedEvent, ...]:
        """Return events as they are sealed."""
        with self._read() as connection:
            return Journal(connection, self._collectivite).sealed(sequences)

    def head(self) -> Head:
        """Return the last seal."""
        with self._read() as connection:
            found = heads_of(connection, self._collectivite)
        return found.head if found else NOTHING

    def verify_journal(
        self, *, documents: Documents | None = None, heads: Sequence[Head] = (), only_end: bool = False
    ) -> JournalReport:
        """Compare all that was written with its seals."""
        asked = Asked(documents=documents, heads=heads, only_end=only_end)
        with self._read() as connection:
            return verify(connection, self._collectivite, asked)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reading(connect(self._engine)) as connection, connection.begin():
            yield connection
