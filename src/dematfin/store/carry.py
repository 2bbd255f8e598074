"""The books of one collectivité carried from a base to another, by pages: all of them or nothing, and compared.

Rows go as the tables keep them, text and whole numbers, which both engines keep alike. What a table holds is summed up
on both sides by a hash that no order of rows changes; texts are in an order of their own, which counts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, exists, insert, select, text
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table
from sqlalchemy.exc import DataError

from dematfin.errors import ConfigError
from dematfin.store.codec import CANONICAL
from dematfin.store.journal import Chained, Journal
from dematfin.store.machine_tables import LEASE, MOVED
from dematfin.store.tables import FULL_TEXT, METADATA

PAGE: Final = 2_000
CARRIED: Final = tuple(one for one in METADATA.sorted_tables if one not in {LEASE, MOVED})
FILL: Final = text(
    "INSERT INTO full_text_words (rowid, words) SELECT number, words FROM full_text WHERE collectivite = :collectivite"
)
"""SQLite: FTS5 is told what there is to find; PostgreSQL looks by itself."""
SOUND: Final = text("INSERT INTO full_text_words (full_text_words, rank) VALUES ('integrity-check', 1)")

Page = Sequence[tuple[Any, ...]]


class Sum:
    """What a table holds of a collectivité: how many rows, and their hash."""

    def __init__(self) -> None:
        self.rows = 0
        self._total = 0

    def add(self, page: Page, *, ordered: bool) -> None:
        """Count some rows in."""
        for row in page:
            self.rows += 1
            said = CANONICAL.encode([self.rows if ordered else 0, *row])
            self._total += int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest())

    @property
    def hash(self) -> str:
        """The hash of all these rows."""
        return f"{self._total % 2**256:064x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a base holds of a collectivité."""

    tables: dict[str, Sum]
    journal: Chained

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(one.rows for one in self.tables.values())

    @property
    def hash(self) -> str:
        """One hash for all the tables."""
        said = CANONICAL.encode({name: one.hash for name, one in self.tables.items()})
        return hashlib.sha256(said.encode()).hexdigest()

    def differs_in(self, other: "Holdings") -> tuple[str, ...]:
        """Return the tables that do not hold the same."""
        pairs = [(name, self.tables[name], other.tables[name]) for name in self.tables]
        tables = [name for name, one, two in pairs if (one.rows, one.hash) != (two.rows, two.hash)]
        return (*tables, *(["journal"] if self.journal != other.journal else []))


def is_there(connection: Connection, collectivite: str) -> bool:
    """Say whether a base holds anything of a collectivité."""
    asked = [exists().where(one.c.collectivite == collectivite) for one in CARRIED]
    return any(connection.execute(select(one)).scalar_one() for one in asked)


def holdings(connection: Connection, collectivite: str) -> Holdings:
    """Sum up what a base holds of a collectivité."""
    tables = {}
    for table in CARRIED:
        total = tables[table.name] = Sum()
        for page in pages(connection, table, collectivite):
            total.add(page, ordered=table is FULL_TEXT)
    return Holdings(tables=tables, journal=Journal(connection, collectivite).verify())


def copy(source: Connection, target: Connection, collectivite: str) -> Holdings:
    """Copy all rows of a collectivité inside the caller's transactions; return what was read."""
    tables = {}
    for table in CARRIED:
        total = tables[table.name] = Sum()
        for page in pages(source, table, collectivite):
            total.add(page, ordered=table is FULL_TEXT)
            _write(target, table, page)
    if target.dialect.name == "sqlite":
        target.execute(FILL, {"collectivite": collectivite})
        target.execute(SOUND)
    return Holdings(tables=tables, journal=Journal(source, collectivite).verify())


def pages(connection: Connection, table: Table, collectivite: str) -> Iterator[Page]:
    """Yield the rows of a collectivité as the table keeps them, some at a time."""
    raw = plain_table(table.name, *map(plain_column, (one.name for one in table.c)))
    query = select(*(raw.c[name] for name in _names(table))).where(raw.c.collectivite == collectivite)
    if table is FULL_TEXT:
        query = query.order_by(raw.c.number)
    with connection.execute(query, execution_options={"yield_per": PAGE}) as rows:
        for page in rows.partitions():
            yield [tuple(row) for row in page]


def _write(target: Connection, table: Table, page: Page) -> None:
    names = _names(table)
    raw = plain_table(table.name, *map(plain_column, names))
    try:
        target.execute(insert(raw), [dict(zip(names, row, strict=True)) for row in page])
    except DataError as error:
        message = (
            f"La table {table.name} contient un texte que la nouvelle base refuse ({error.orig}) : rien n'a été copié. "
            "Prévenez l'éditeur."
        )
        raise ConfigError(message) from error


def _names(table: Table) -> tuple[str, ...]:
    """Return the columns that are carried: each base numbers its texts by itself."""
    return tuple(one.name for one in table.c if not (table is FULL_TEXT and one.name == "number"))
