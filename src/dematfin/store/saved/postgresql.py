"""A second base on the server of PostgreSQL: made beside the one that serves, put in its place by a rename."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from sqlalchemy import URL, Connection, NullPool, String, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from dematfin.errors import ComeBackLater, ConfigError
from dematfin.store.engine import PATIENCE, connect, open_engine
from dematfin.store.saved.snapshot import opened

BESIDE: Final = "_restauration"
LONGEST: Final = 63
"""Bytes of a name in PostgreSQL (NAMEDATALEN - 1)."""
MAINTENANCE: Final = ("postgres", "template1")
"""Bases from which one works on the others."""
LACKING: Final = "42501"
BUSY: Final = "55006"
HELD: Final = "55P03"


@contextmanager
def made_beside(base: str) -> Iterator[str]:
    """Lend the address of a new base, empty, beside another one of the same server; taken away, unless renamed.

    Raises:
        ConfigError: the account may not make bases.
        ComeBackLater: another one does it, or the server does not answer.
    """
    url = make_url(base)
    name = _named(url, BESIDE)
    address = url.set(database=name)
    with _alone(url, name):
        with _server(url) as connection:
            quoted = quoting(connection)
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted(name)}")
            connection.exec_driver_sql(
                f"CREATE DATABASE {quoted(name)} TEMPLATE template0{_as_that_of(connection, url)}"
            )
        try:
            yield address.render_as_string(hide_password=False)
        finally:
            open_engine(address.render_as_string(hide_password=False)).dispose()
            with _server(url) as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoting(connection)(name)}")


@contextmanager
def _alone(url: URL, name: str) -> Iterator[None]:
    """Be alone to make a base of a name; the turn of one that is killed is free as soon as the server sees it."""
    with ExitStack() as held:
        try:
            connection = held.enter_context(_connected(url, autocommit=True))
            connection.execute(text("SET lock_timeout = '2s'"))
            connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
        except DBAPIError as error:
            raise _told(error, url) from error
        yield


def is_there(base: str) -> bool:
    """Say whether the server has this base, and tables of ours in it."""
    url = make_url(base)
    with _server(url) as connection:
        asked = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(asked, {"name": url.database}).first() is None:
            return False
    with opened(base) as engine, connect(engine) as connection:
        return connection.execute(text("SELECT to_regclass('chain')")).scalar_one() is not None


def take_the_place(base: str, mark: str) -> str:
    """Give the base that was made beside the name of the one that serves, which gets another; return that other name.

    Both renames are one transaction: no moment sees none of them, or half of it.

    Raises:
        ComeBackLater: somebody is still connected.
    """
    url = make_url(base)
    serving, beside, aside = url.database or "", _named(url, BESIDE), _named(url, f"_avant_{mark}")
    open_engine(base).dispose()
    with _server(url, autocommit=False) as connection, connection.begin():
        asked = text("SELECT 1 FROM pg_database WHERE datname = :name")
        there = connection.execute(asked, {"name": url.database}).first() is not None
        quoted = quoting(connection)
        if there:
            connection.exec_driver_sql(f"ALTER DATABASE {quoted(serving)} RENAME TO {quoted(aside)}")
        connection.exec_driver_sql(f"ALTER DATABASE {quoted(beside)} RENAME TO {quoted(serving)}")
    return aside if there else ""


def _as_that_of(connection: Connection, url: URL) -> str:
    """Say in which encoding and order of words: those of the base that serves, where there is one."""
    asked = text(
        "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype FROM pg_database WHERE datname = :name"
    )
    found = connection.execute(asked, {"name": url.database}).one_or_none()
    if found is None:
        return " ENCODING 'UTF8'"
    written = String().literal_processor(connection.dialect)  # type: ignore[no-untyped-call]
    encoding, collate, ctype = map(written, (found.encoding, found.datcollate, found.datctype))
    return f" ENCODING {encoding} LC_COLLATE {collate} LC_CTYPE {ctype}"


def _named(url: URL, end: str) -> str:
    """Return the name of another base after the name of one."""
    return f"{(url.database or '')[: LONGEST - len(end)]}{end}"


def quoting(connection: Connection) -> Callable[[str], str]:
    """Return what writes the name of a base into a statement that takes no parameters, whatever that name holds."""
    return connection.dialect.identifier_preparer.quote_identifier


@contextmanager
def _server(url: URL, *, autocommit: bool = True) -> Iterator[Connection]:
    """Connect to the server, to none of our bases."""
    try:
        with _connected(url, autocommit=autocommit) as connection:
            yield connection
    except DBAPIError as error:
        raise _told(error, url) from error


@contextmanager
def _connected(url: URL, *, autocommit: bool) -> Iterator[Connection]:
    for name in MAINTENANCE:
        engine = create_engine(
            url.set(database=name, query=PATIENCE | dict(url.query)), poolclass=NullPool, hide_parameters=True
        )
        try:
            connection = engine.connect()
        except DBAPIError:
            if name == MAINTENANCE[-1]:
                raise
            continue
        with connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT") if autocommit else connection
        return


def _told(error: DBAPIError, url: URL) -> Exception:
    state, said = getattr(error.orig, "sqlstate", None), str(error.orig).strip().partition("\n")[0]
    if state == LACKING:
        message = (
            f"Le compte {url.username} n'a pas le droit de créer une base sur ce serveur ({said}). Qui administre "
            f"PostgreSQL le lui donne : ALTER ROLE {url.username} CREATEDB; puis relancez. Rien n'a été changé."
        )
        return ConfigError(message)
    if state == BUSY:
        message = (
            f"La base {url.database} sert encore à quelqu'un ({said}). Arrêtez le service, les pages et les ouvriers, "
            "puis relancez. Rien n'a été changé."
        )
        return ComeBackLater(message)
    if state == HELD:
        return ComeBackLater("Une autre restauration, ou un essai, s'y fait : relancez quand elle sera finie.")
    message = f"Le serveur PostgreSQL refuse, ou ne répond pas ({said}). Rien n'a été changé."
    return ComeBackLater(message)
