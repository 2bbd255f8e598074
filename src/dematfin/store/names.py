"""Names that many records share: a part of one is sought among the names first, not in every record.

A town of a million invoices has some thousands of suppliers: their names are kept apart, each once. One that no invoice
bears any more stays, as nothing is found by it, until a name is erased.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Table, select, text

from dematfin.store.queries import is_exact, satisfied
from dematfin.store.tables import SUPPLIER_NAME

SHARED: Final = {"invoice": "supplier_key"}
"""The column of a table whose values are kept apart."""
MOST: Final = 500
"""Above so many names, enough of the newest records bear one of them: these are walked instead."""
KEEP: Final = text(
    "INSERT INTO supplier_name (collectivite, name) VALUES (:collectivite, :name) ON CONFLICT DO NOTHING"
)


ERASED: Final = ""
"""The name of a person whose invoices were eliminated."""
FORGET: Final = text(
    "DELETE FROM supplier_name WHERE collectivite = :collectivite AND NOT EXISTS (SELECT 1 FROM invoice WHERE "
    "invoice.collectivite = supplier_name.collectivite AND invoice.supplier_key = supplier_name.name)"
)


def keep_names(connection: Connection, table: Table, collectivite: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep the names of records that are saved."""
    shared = SHARED.get(table.name, "")
    if found := sorted({row[shared] for row in rows if shared in row}):
        connection.execute(KEEP, [{"collectivite": collectivite, "name": name} for name in found])
        if ERASED in found:
            connection.execute(FORGET, {"collectivite": collectivite})


def by_name(connection: Connection, table: Table, collectivite: str, where: dict[str, object]) -> dict[str, object]:
    """Return the same wishes, with the names that have what is sought in the place of a part of a name."""
    shared = SHARED.get(table.name, "")
    if shared not in where or any(map(is_exact, where.values())):
        return where
    column = SUPPLIER_NAME.c.name
    named = select(column).where(SUPPLIER_NAME.c.collectivite == collectivite, *satisfied(column, where[shared]))
    found = connection.execute(named.limit(MOST + 1)).scalars().all()
    return where if len(found) > MOST else where | {shared: tuple(found)}
