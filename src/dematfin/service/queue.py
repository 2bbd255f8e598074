"""The queue of the workers, in a schema of its own beside the ledger; it may be dropped: the ledger says what is due.

A job says which collectivité and which step (or the day), nothing else. Of one collectivité, one job runs at a time,
and one more may wait for each step. Its priority counts its falls, its worker's deaths and the errors that nobody
foresaw: Procrastinate's `attempts` counts how often it waited too, and waiting gives nothing up.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.schema import SchemaManager
from psycopg.conninfo import make_conninfo

from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.ledger import Books
from dematfin.wiring import driver_of

SCHEMA: Final = "dematfin_file"
SEARCH: Final = f"-c search_path={SCHEMA}"
CARRY: Final = "avancer"
NORMAL: Final = "normal"
SLOW: Final = "lent"
UPKEEP: Final = "entretien"
OURS: Final = """
CREATE FUNCTION dematfin_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.queueing_lock := NULL;
    RETURN NEW;
END;
$$;
CREATE TRIGGER dematfin_claimed BEFORE UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (NEW.status = 'doing') EXECUTE PROCEDURE dematfin_claimed();
CREATE INDEX dematfin_waiting ON procrastinate_jobs (lock, id) WHERE status = 'todo';
CREATE FUNCTION dematfin_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('procrastinate_queue_v1#' || queue_name,
                      json_build_object('type', 'job_inserted', 'job_id', id)::text)
       FROM procrastinate_jobs
      WHERE lock = OLD.lock AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
      ORDER BY priority DESC, id LIMIT 1;
    RETURN NULL;
END;
$$;
CREATE TRIGGER dematfin_wake_changed AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing') EXECUTE PROCEDURE dematfin_wake();
CREATE TRIGGER dematfin_wake_deleted AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing') EXECUTE PROCEDURE dematfin_wake();
"""
"""What we add to Procrastinate's tables.

A job that runs and has to run again would find its place taken by the next one, and could then neither wait nor end:
the place is given up as soon as it is claimed. And workers are told of new jobs only, while the next step of a day is
put before this one lets its lock go: each would wait for the next look at the queue."""


class OnPostgres(Protocol):
    """Books that are kept in PostgreSQL."""

    @property
    def driver(self) -> Any:
        """Return the driver's connection of the open transaction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    """A job that was given up: its process died in it too often, outside any step, or nobody foresaw its error.

    Attributes:
        attempts: how often it fell; how often it waited is not told.
    """

    collectivite: str
    key: str
    since: datetime
    attempts: int


class Queue:
    """Jobs put, and looked at; whoever runs them is `workers`."""

    def __init__(self, base: str) -> None:
        """Address the queue of a base, `postgresql+psycopg://…`; nothing is opened yet."""
        asked = driver_of(base)
        self.address = make_conninfo(**asked | {"options": f"{asked['options']} {SEARCH}"})
        self._app = App(connector=SyncPsycopgConnector(conninfo=self.address))

    def prepare(self) -> None:
        """Make its tables where they are not; several may ask at once.

        Raises:
            ConfigError: this account may not make them.
            ComeBackLater: the base does not answer.
        """
        with self._open() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SCHEMA])
            if self.is_there():
                connection.execute(
                    "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND task_name <> %s", [CARRY]
                )
                return
            try:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                connection.execute(SchemaManager.get_schema())
                connection.execute(OURS)
            except psycopg.errors.InsufficientPrivilege as error:
                message = (
                    f"Le compte de la base n'a pas le droit de créer le schéma « {SCHEMA} » où les ouvriers tiennent "
                    "leur file : GRANT CREATE ON DATABASE …, ou lancez « dematfin ouvrier preparer » avec un compte "
                    "qui l'a."
                )
                raise ConfigError(message) from error

    def is_there(self) -> bool:
        """Say whether its tables were made."""
        with self._open() as connection:
            found = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.procrastinate_jobs"]).fetchone()
            return bool(found and found[0])

    def put(self, books: Books, collectivite: str, key: str) -> None:
        """Have a step run, if the open transaction is committed."""
        self._put(cast("OnPostgres", books).driver, collectivite, key)

    def put_now(self, jobs: Iterable[tuple[str, str]], lane: str = NORMAL, after: int = 0) -> int:
        """Have steps run, after some seconds; return how many were not waiting already."""
        with self._open() as connection:
            connection.autocommit = True
            return sum(self._put(connection, *job, lane=lane, after=after) for job in jobs)

    def known(self) -> frozenset[tuple[str, str]]:
        """Return what waits, runs, or was given up and waits for a person: collectivités and keys."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT args->>'collectivite', args->>'etape' FROM procrastinate_jobs "
                "WHERE task_name = %s AND status IN ('todo', 'doing', 'failed')",
                [CARRY],
            )
            return frozenset((str(one), str(key)) for one, key in rows)

    def dead(self) -> tuple[DeadJob, ...]:
        """Return the jobs that were given up."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT args->>'collectivite', args->>'etape', max(at), priority + 1 FROM procrastinate_jobs AS job "
                "JOIN procrastinate_events AS event ON event.job_id = job.id "
                "WHERE task_name = %s AND status = 'failed' GROUP BY job.id ORDER BY 1, 2",
                [CARRY],
            )
            return tuple(DeadJob(collectivite=a, key=b, since=c, attempts=d) for a, b, c, d in rows)

    def bury(self, books: Books, collectivite: str, key: str) -> None:
        """Forget the jobs of a step that were given up, and have it run, if the open transaction is committed."""
        connection = cast("OnPostgres", books).driver
        with _within(connection):
            connection.execute(
                "DELETE FROM procrastinate_jobs WHERE lock = %s AND args->>'etape' = %s AND status = 'failed'",
                [collectivite, key],
            )
        self._put(connection, collectivite, key)

    def _put(self, connection: Any, collectivite: str, key: str, lane: str = NORMAL, after: int = 0) -> bool:
        try:
            with _within(connection):
                self._app.configure_task(
                    CARRY,
                    queue=lane,
                    lock=collectivite,
                    queueing_lock=f"{collectivite}:{key}",
                    schedule_in={"seconds": after} if after else None,
                    connection=connection,
                ).defer(collectivite=collectivite, etape=key)
        except AlreadyEnqueued:
            return False
        except (ConnectorException, psycopg.Error) as error:
            message = "La file des ouvriers n'est pas disponible : l'étape sera reprise. Rien n'est perdu."
            raise ComeBackLater(message) from error
        return True

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection]:
        try:
            with psycopg.connect(self.address) as connection:
                yield connection
        except psycopg.OperationalError as error:
            message = "La base PostgreSQL ne répond pas : les ouvriers attendent qu'elle revienne. Rien n'est perdu."
            raise ComeBackLater(message) from error


@contextmanager
def _within(connection: Any) -> Iterator[None]:
    """Reach the queue's tables from a transaction of the ledger: in a savepoint, a job too many undoes nothing."""
    with connection.transaction():
        (before,) = connection.execute("SELECT current_setting('search_path')").fetchone()
        connection.execute("SELECT set_config('search_path', %s, true)", [SCHEMA])
        yield
        connection.execute("SELECT set_config('search_path', %s, true)", [before])
