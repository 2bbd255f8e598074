"""A base of the version before keeps everything: what is new is taken from what was there."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.bank import KnownAccount
from dematfin.store.engine import open_engine, writing
from dematfin.store.ledger import SqlLedger
from dematfin.store.migrate import SCRIPTS
from dematfin.store.tables import RECORDS
from examples import COMMUNE, IBAN, SUPPLIER, invoice, tiers
from fakes.clock import FakeClock


def make_old_base(path: Path) -> None:
    """Make a base as the first version left it, with a creditor and an invoice."""
    engine = open_engine(str(path))
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with writing(engine.connect()) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for record in (tiers(), invoice()):
            insert(connection, record)
    engine.dispose()


def insert(connection: Connection, record: Any) -> None:
    """Write a record with the columns that its table had then."""
    table = RECORDS[type(record)]
    had = {column["name"] for column in inspect(connection).get_columns(table.name)} - {"collectivite"}
    bound = {
        name: column.type.process_bind_param(getattr(record, name), connection.dialect)
        if hasattr(column.type, "process_bind_param")
        else getattr(record, name)
        for name, column in table.c.items()
        if name in had
    }
    names = ", ".join(bound)
    marks = ", ".join(f":{name}" for name in bound)
    connection.execute(text(f"INSERT INTO {table.name} (collectivite, {names}) VALUES ('{COMMUNE}', {marks})"), bound)


def test_what_was_there_is_found_by_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    make_old_base(path)
    ledger = SqlLedger(open_engine(str(path)), COMMUNE, FakeClock().now)
    with ledger.reading() as books:
        (found,) = books.find(Invoice, supplier_key="PAPETERIE DU LAC")
        (account,) = books.find(KnownAccount, siren=SUPPLIER[:9])
    assert found == invoice()
    assert (account.iban, account.cleared) == (IBAN, True)
