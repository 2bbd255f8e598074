"""A base copied as of one moment, and looked at as of that very moment, while others write in it."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, func, inspect, select, table, text

from dematfin.domain.document import DocumentRef
from dematfin.domain.end import End
from dematfin.domain.head import NOTHING, Head
from dematfin.store import chain
from dematfin.store.backup import back_up_postgresql, back_up_sqlite
from dematfin.store.engine import SQLITE, connect, is_postgresql, open_engine, reading
from dematfin.store.gone import eliminated
from dematfin.store.journal import Journal
from dematfin.store.naming import named
from dematfin.store.tables import CHAIN, METADATA


@contextmanager
def snapshot(base: str, target: Path) -> Iterator[Connection]:
    """Copy a base to a file; lend what sees exactly what the copy holds.

    Raises:
        ConfigError: it is not there, is damaged, or its engine refuses.
        ComeBackLater: the disk or the base refuses.
    """
    if is_postgresql(base):
        with reading(connect(open_engine(base))) as connection, connection.begin():
            back_up_postgresql(base, target, connection.execute(select(func.pg_export_snapshot())).scalar_one())
            yield connection
    else:
        back_up_sqlite(Path(base), target)
        with untouched(target) as connection:
            yield connection


@contextmanager
def opened(base: str) -> Iterator[Engine]:
    """Open a base, and leave no connection to it: it is about to be renamed, or taken away."""
    engine = open_engine(base)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def untouched(file: Path) -> Iterator[Connection]:
    """Open a file of SQLite that nobody writes, leaving it and its folder as they are."""

    def creator() -> object:
        return SQLITE.connect(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True)

    engine = create_engine("sqlite://", module=SQLITE, creator=creator, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def ends(connection: Connection) -> dict[str, End]:
    """Return the end of the journal of each collectivité of a base, whatever its version."""
    return {siret: Journal(connection, siret).end() for siret in collectivites(connection)}


def heads(connection: Connection) -> dict[str, Head]:
    """Return the last seal of each collectivité of a base; one that is older than seals has none."""
    seals = CHAIN.c.seals.name in {column["name"] for column in inspect(connection).get_columns(CHAIN.name)}
    known = {siret: chain.heads(connection, siret) if seals else None for siret in collectivites(connection)}
    return {siret: one.head if one else NOTHING for siret, one in known.items()}


def rows(connection: Connection) -> dict[str, int]:
    """Count the rows of each table of ours."""
    there = set(inspect(connection).get_table_names())
    names = sorted(name for name in METADATA.tables if name in there)
    return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}


def server(connection: Connection) -> str:
    """Return the major version of the server of a base; empty on SQLite, which has none."""
    known = connection.dialect.server_version_info if connection.dialect.name == "postgresql" else None
    return str(known[0]) if known else ""


def collectivites(connection: Connection) -> tuple[str, ...]:
    """Return the SIRET of each collectivité that a base has a journal of."""
    return tuple(connection.execute(select(CHAIN.c.collectivite).order_by(CHAIN.c.collectivite)).scalars())


def documents(connection: Connection) -> dict[str, tuple[DocumentRef, ...]]:
    """Return the documents that a base names, those of each collectivité."""
    return {siret: tuple(named(connection, siret)) for siret in collectivites(connection)}


def gone(connection: Connection) -> dict[str, Set[str]]:
    """Return the documents that each collectivité has eliminated: their bytes may be there all the same."""
    return {siret: eliminated(connection, siret).keys() for siret in collectivites(connection)}


def forget_turns(connection: Connection) -> None:
    """Erase the leases of a copy: nobody who held one then holds it now."""
    connection.execute(text("DELETE FROM lease"))
