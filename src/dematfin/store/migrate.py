"""The version of the tables: an empty base is made; an older one waits for a person, a newer one for its program."""

import threading
from functools import cache
from pathlib import Path
from typing import Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.pool import Pool

from dematfin.errors import ConfigError
from dematfin.store.engine import connect, writing

SCRIPTS: Final = Path(__file__).with_name("migrations")
VERSIONS: Final = "alembic_version"
"""The table in which Alembic says how far it has brought a base. It is loaded for those alone that it has to bring up:
a town's day, begun four hundred times, does without."""
ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('dematfin, tables', 0))")
"""PostgreSQL: of two processes that make or migrate the tables at once, the second waits, as it does on SQLite."""
READY: Final[WeakSet[Pool]] = WeakSet()
"""Pools whose base was looked at: once, not once for each collectivité in it."""
TURN: Final = threading.Lock()
"""Alembic upgrades one base at a time in a process; a service opens those of several collectivités at once."""


def make_ready(engine: Engine) -> None:
    """Make the tables of an empty base.

    Raises:
        ConfigError: the base has tables of another version, older or newer, or is not ours.
    """
    if engine.pool in READY:
        return
    with connect(engine) as connection, connection.begin():
        found, empty = version(connection), not inspect(connection).get_table_names()
    if empty:
        with writing(connect(engine)) as connection, connection.begin():
            upgrade(connection)
    else:
        refuse_another(found)
    READY.add(engine.pool)


def version(connection: Connection) -> str | None:
    """Return the version of the tables of a base; None where there is none."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar_one_or_none()  # noqa: S608
    return found


def upgrade(connection: Connection) -> None:
    """Bring a base to the newest version, inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(ALONE)
    if version(connection) == expected():
        return  # another process made it meanwhile
    from alembic import command  # noqa: PLC0415 - see VERSIONS
    from alembic.config import Config  # noqa: PLC0415 - idem

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    with TURN:
        command.upgrade(config, "head")


@cache
def expected() -> str:
    """Return the version that this program needs: scripts do not change under a process that opens many bases."""
    return max(_revisions())


def is_older(found: str | None) -> bool:
    """Say whether a version is one that this program knows how to bring up."""
    return found != expected() and found in _revisions()


def _revisions() -> set[str]:
    """Return the versions that the scripts make: each is named after its own."""
    return {path.name.partition("_")[0] for path in SCRIPTS.glob("versions/[0-9]*.py")}


def refuse_another(found: str | None) -> None:
    """Raise ConfigError, with its remedy, unless a version is the one that this program needs."""
    if found == expected():
        return
    if is_older(found):
        message = (
            f"La base de données est à la version {found}, ce programme attend la version {expected()}. Mettez-la à "
            "jour : dematfin base migrer (elle est sauvegardée d'abord)."
        )
        raise ConfigError(message)
    message = (
        f"La base de données est à la version « {found or 'inconnue'} », plus récente que ce programme, qui attend la "
        f"version {expected()}, ou ce n'est pas une base de dematfin. Installez la version de dematfin qui correspond "
        "à cette base, ou restaurez la bonne base."
    )
    raise ConfigError(message)
