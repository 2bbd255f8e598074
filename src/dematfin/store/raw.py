"""Rows as the tables keep them, text and whole numbers: what was written there by hand may be unreadable."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, select
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table

from dematfin.store.codec import hints
from dematfin.store.columns import Kept
from dematfin.store.tables import RECORDS

PAGE: Final = 1_000


def rows(
    connection: Connection, table: Table, collectivite: str, *, since: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a collectivité; those of a chain in their order, from a number on when one is given."""
    raw = plain_table(table.name, *map(plain_column, (one.name for one in table.c)))
    query: Select[Any] = select(raw).where(raw.c.collectivite == collectivite)
    if "sequence" in table.primary_key.c:
        query = query.order_by(raw.c.sequence)
    if since is not None:
        query = query.where(raw.c.sequence >= since)
    with connection.execute(query, execution_options={"yield_per": PAGE}) as found:
        yield from map(dict, found.mappings())


def some(connection: Connection, table: Table, collectivite: str, keys: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of some records."""
    raw = plain_table(table.name, *map(plain_column, (one.name for one in table.c)))
    query = select(raw).where(raw.c.collectivite == collectivite, raw.c.id.in_(keys))
    yield from map(dict, connection.execute(query).mappings())


def record(kind: Any, row: dict[str, Any]) -> Any | None:
    """Return the record of a row, None when none can be read there."""
    with suppress(ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        return kind(**{name: read(row[name]) for name, read in _readers(kind)})
    return None


@cache
def _readers(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    columns = RECORDS[kind].c
    return tuple((name, _reader(columns[name].type)) for name in hints(kind))


def _reader(of_type: Any) -> Callable[[Any], Any]:
    if not isinstance(of_type, Kept):
        return lambda value: value
    read = of_type.read
    return lambda value: None if value is None else read(value)


def moment(text: object) -> datetime | None:
    """Return an instant of a row, None when it is none."""
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(str(text))
    return None
