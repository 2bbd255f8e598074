"""Collectivités whose books were moved to another base: nobody goes on with what was left behind."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from dematfin.errors import ConfigError
from dematfin.store.machine_tables import MOVED


def refuse_moved(connection: Connection, collectivite: str) -> None:
    """Raise ConfigError when the books of a collectivité are in another base now."""
    row = connection.execute(select(MOVED).where(MOVED.c.collectivite == collectivite)).mappings().one_or_none()
    if row is not None:
        message = (
            f"Le registre de la collectivité {collectivite} a été déplacé le {row['at']:%d/%m/%Y}. Il est dans "
            f"{row['towards']} : lancez dematfin avec la configuration qui nomme cette base."
        )
        raise ConfigError(message)


def moved_towards(connection: Connection, collectivite: str) -> str:
    """Return where the books of a collectivité were moved to; empty when they are here."""
    row = connection.execute(select(MOVED.c.towards).where(MOVED.c.collectivite == collectivite)).one_or_none()
    return str(row.towards) if row else ""


def mark_moved(connection: Connection, collectivite: str, towards: str, now: datetime) -> None:
    """Leave word that the books of a collectivité are in another base now."""
    connection.execute(insert(MOVED), [{"collectivite": collectivite, "towards": towards, "at": now}])
