"""Names that many records share: a part of one is sought among the names first, not in every record.

A town of a million invoices has some thousands of suppliers. The index of their names is walked from one name to the
next one, whatever the number of records that bear it.
"""

from typing import Any, Final

from sqlalchemy import Connection, Select, Table, func, select

from dematfin.store.queries import is_exact, satisfied

SHARED: Final = frozenset({("invoice", "supplier_key")})
"""Columns that an index begins with."""
MOST: Final = 500
"""Above so many names, enough of the newest records bear one of them: these are walked instead."""


def by_name(connection: Connection, table: Table, collectivite: str, where: dict[str, object]) -> dict[str, object]:
    """Return the same wishes, with the names that have what is sought in the place of a part of a name."""
    parts = [name for name, wanted in where.items() if (table.name, name) in SHARED and not is_exact(wanted)]
    if not parts or any(map(is_exact, where.values())):
        return where
    (name,) = parts
    found = connection.execute(_names(table, name, collectivite, where[name])).scalars().all()
    return where if len(found) > MOST else where | {name: tuple(found)}


def _names(table: Table, name: str, collectivite: str, wanted: object) -> Select[Any]:
    """Return what jumps from each name to the next one of the index, and keeps those that satisfy a wish."""
    column, mine = table.c[name], table.c.collectivite == collectivite
    first = select(func.min(column).label("name")).where(mine).cte("names", recursive=True)
    after = select(func.min(column)).where(mine, column > first.c.name).correlate(first).scalar_subquery()
    names = first.union_all(select(after).where(first.c.name.is_not(None)))
    return select(names.c.name).where(*satisfied(names.c.name, wanted)).limit(MOST + 1)
