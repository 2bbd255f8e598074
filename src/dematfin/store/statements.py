"""The statements that write rows, made once for each table."""

from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite


@cache
def change(table: Table, names: tuple[str, ...]) -> Any:
    """Return the statement that changes some columns of a row."""
    row = (table.c.collectivite == bindparam("its_owner")) & (table.c.id == bindparam("its_id"))
    return update(table).where(row).values({name: bindparam(name) for name in names})


@cache
def upsert(table: Table, dialect_name: str) -> Any:
    """Return the statement that inserts or replaces a row."""
    statement = (postgresql if dialect_name == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
