"""An older base brought up by a person: saved first, counted before and after, all in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, inspect, select, table, text
from sqlalchemy.exc import DatabaseError

from dematfin.errors import ConfigError
from dematfin.store.engine import connect, writing
from dematfin.store.journal import Chained, Journal
from dematfin.store.lease import Local, refuse_while_held
from dematfin.store.migrate import ALONE, expected, is_older, refuse_another, upgrade, version
from dematfin.store.seals import seal_what_is_there
from dematfin.store.tables import CHAIN, METADATA

NO_NEW_TURN: Final = text("LOCK TABLE lease IN EXCLUSIVE MODE")
"""PostgreSQL: no step begins while the tables change; on SQLite nobody else writes at all."""
EVERY_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(collectivite, 0)) FROM chain")
"""PostgreSQL: pages write without a lease; what they would write after the backup would not be in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The version of a base; `found` is None where it is still empty."""

    found: str | None
    expected: str

    @property
    def is_older(self) -> bool:
        """Whether `base migrer` is what it waits for."""
        return is_older(self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What must not be lost on the way."""

    rows: dict[str, int]
    journals: dict[str, Chained]

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())


def standing(engine: Engine) -> Standing:
    """Look at the version of a base, whatever it is; raises ConfigError when it is none."""
    try:
        with connect(engine) as connection, connection.begin():
            return Standing(found=version(connection), expected=expected())
    except DatabaseError as error:
        named = engine.url.database
        message = f"La base {named} ne s'ouvre pas, ou ce n'en est pas une. Vérifiez la section [stockage]."
        raise ConfigError(message) from error


def migrate(engine: Engine, save: Callable[[], None], now: datetime, local: Local) -> Facts | None:
    """Bring a base to the version of this program, or do nothing and return None when it has it, or is empty.

    Raises:
        ConfigError: it is not a base that this program knows, its journal is broken, or something would be lost.
        ComeBackLater: a step is running, or the base is away.
    """
    with writing(connect(engine)) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(ALONE)
        found = version(connection)
        if found == expected() or not inspect(connection).get_table_names():
            return None
        if not is_older(found):
            refuse_another(found)
        if connection.dialect.name == "postgresql":
            connection.execute(NO_NEW_TURN)
            connection.execute(EVERY_TURN)
        refuse_while_held(connection, now, local)
        save()
        before = _facts(connection)
        upgrade(connection)
        seal_what_is_there(connection, now)
        after = _facts(connection)
        _compare(before, after)
        return after


def _facts(connection: Connection) -> Facts:
    there = set(inspect(connection).get_table_names())
    rows = {name: _count(connection, table(name)) for name in METADATA.tables if name in there}
    journals = {
        one: Journal(connection, one).verify() for one in connection.execute(select(CHAIN.c.collectivite)).scalars()
    }
    for collectivite, report in journals.items():
        if report.broken_at:
            message = (
                f"Le journal de la collectivité {collectivite} est rompu à l'évènement n° {report.broken_at} : la base "
                "n'est pas mise à jour. Ne signez rien, et comparez-la à la dernière sauvegarde."
            )
            raise ConfigError(message)
    return Facts(rows=rows, journals=journals)


def _count(connection: Connection, of: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(of)).scalar_one())


def _compare(before: Facts, after: Facts) -> None:
    """Raise ConfigError when rows or events are missing after the upgrade: it is undone."""
    lost = [name for name, count in before.rows.items() if after.rows.get(name, 0) < count]
    lost += [one for one, report in before.journals.items() if after.journals.get(one) != report]
    if lost:
        message = f"La mise à jour perdrait des données ({', '.join(lost)}) : elle est annulée. Prévenez l'éditeur."
        raise ConfigError(message)
