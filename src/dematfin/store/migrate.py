"""The version of the tables: an empty base is made, an older one is brought up, any other is refused."""

import threading
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from dematfin.errors import ConfigError
from dematfin.store.engine import writing

SCRIPTS: Final = Path(__file__).with_name("migrations")
TURN: Final = threading.Lock()
"""Alembic upgrades one base at a time in a process; a service opens those of several collectivités at once."""


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables of an empty base, add to those of an older one; raise ConfigError on a base that is not ours."""
    with engine.connect() as connection, connection.begin():
        found = MigrationContext.configure(connection).get_current_revision()
        empty = not inspect(connection).get_table_names()
    if found == _head():
        return
    if not empty and found not in _versions():
        message = (
            f"La base de données est à la version « {found or 'inconnue'} », ce programme attend « {_head()} ». "
            "Installez la version de dematfin qui correspond à cette base, ou restaurez la bonne base."
        )
        raise ConfigError(message)
    upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Bring a base to the newest version, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with writing(engine.connect()) as connection, connection.begin():
        if MigrationContext.configure(connection).get_current_revision() == _head():
            return  # another process made it meanwhile
        config.attributes["connection"] = connection
        with TURN:
            command.upgrade(config, "head")


@cache
def _versions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())


@cache
def _head() -> str:
    return str(ScriptDirectory(str(SCRIPTS)).get_current_head())
