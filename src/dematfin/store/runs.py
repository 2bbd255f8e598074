"""What was last run, of all the collectivités of a base at once: one question, however many they are."""

from collections.abc import Iterable

from sqlalchemy import Engine, Select, select

from dematfin.domain.unattended.run import Run
from dematfin.store.codec import hints
from dematfin.store.engine import reading
from dematfin.store.tables import RECORDS

TABLE = RECORDS[Run]


class SqlRuns:
    """The runs of every collectivité that keeps its ledger in one base."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, keys: Iterable[str]) -> dict[tuple[str, str], Run]:
        """Return the last run of some steps, or of the day, by collectivité and key."""
        return self._read(select(TABLE).where(TABLE.c.id.in_(sorted(keys))))

    def set_aside(self) -> dict[tuple[str, str], Run]:
        """Return the steps that wait for a person, by collectivité and key."""
        return self._read(select(TABLE).where(TABLE.c.aside_since.is_not(None)))

    def _read(self, query: Select[tuple[object, ...]]) -> dict[tuple[str, str], Run]:
        with reading(self._engine.connect()) as connection, connection.begin():
            rows = connection.execute(query.order_by(TABLE.c.collectivite, TABLE.c.id)).mappings().all()
        return {(row["collectivite"], row["id"]): Run(**{name: row[name] for name in hints(Run)}) for row in rows}
