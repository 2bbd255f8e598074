"""Somebody with the disk and a little SQL, and what a verification says of it."""

from typing import Any, Final

from sqlalchemy import Engine, text

import examples
from dematfin.domain.defect import Defect
from dematfin.domain.head import Head
from dematfin.store.engine import connect, writing
from dematfin.store.verification import Asked, verify

TRIGGERS: Final = {
    "event_no_update": "event",
    "event_no_delete": "event",
    "seal_no_update": "seal",
    "seal_no_delete": "seal",
    "chain_goes_with_seals": "chain",
}


def found(engine: Engine, *statements: Any, heads: tuple[Head, ...] = ()) -> tuple[Defect, ...]:
    """Return what is found once they have passed; what they did is then undone."""
    with writing(connect(engine)) as connection, connection.begin() as passing:
        for name, table in TRIGGERS.items():
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
        for one in statements:
            if callable(one):
                one(connection)
            else:
                connection.execute(text(one) if isinstance(one, str) else one)
        report = verify(connection, examples.COMMUNE, Asked(heads=heads))
        passing.rollback()
    assert report.untold == 0
    return report.defects
