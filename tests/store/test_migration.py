"""A base of the version before keeps everything: what is new is taken from what was there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from dematfin.domain.delay.dgp import delay
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.task import VisaTask
from dematfin.domain.visa.task import tasks as tasks_of
from dematfin.store.engine import open_engine, writing
from dematfin.store.ledger import SqlLedger
from dematfin.store.migrate import SCRIPTS
from dematfin.store.tables import RECORDS
from examples import COMMUNE, IBAN, SUPPLIER, VISEUR, invoice, tiers
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


FOLDER = """INSERT INTO visa_folder
    (collectivite, id, invoice_id, desk, state, activated_on, due_on, decided_by, decided_at, comment)
    VALUES (:collectivite, :id, :invoice_id, 'SCOLAIRE', :state, '2026-02-23', '2026-03-02', :by, :at, :comment)"""


def test_a_folder_of_one_desk_becomes_a_circuit_of_one_step(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    make_old_base(path)
    engine = open_engine(str(path))
    bill = invoice()
    at = "2026-02-24T09:00:00.000000+00:00"
    rows = (
        ("1", "APPROVED", VISEUR.id, at, "Conforme."),
        ("2", "IN_CIRCUIT", "", None, ""),
        ("3", "WITHDRAWN", "", None, ""),
    )
    with writing(engine.connect()) as connection, connection.begin():
        for episode, state, by, when, comment in rows:
            row = {"id": f"{bill.id}/{episode}", "invoice_id": bill.id, "state": state, "by": by, "at": when}
            connection.execute(text(FOLDER), row | {"collectivite": COMMUNE, "comment": comment})
    engine.dispose()
    ledger = SqlLedger(open_engine(str(path)), COMMUNE, FakeClock().now)
    with ledger.reading() as books:
        given, waiting, gone = books.find(VisaFolder)
        tasks = books.find(VisaTask)
    assert given.certified_by() == {VISEUR.id}
    assert (given.decisions[0].comment, given.decisions[0].at.isoformat()) == ("Conforme.", at.replace(".000000", ""))
    assert (waiting.desks, waiting.due_on, waiting.circuit) == (("SCOLAIRE",), date(2026, 3, 2), "service/1")
    assert gone.desks == ()
    assert tasks == tuple(keep(waiting, bill))


def keep(folder: VisaFolder, bill: Invoice) -> Iterator[VisaTask]:
    """Yield what the program itself would write."""
    return tasks_of(folder, None, delay(bill.notified_on, bill.executed_on).deadline)


def test_documents_that_were_there_say_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    make_old_base(path)
    row = """INSERT INTO piece (collectivite, id, invoice_id, name, media_type, description, document, accepted_in)
        VALUES (:c, :id, 'F1', 'f.pdf', 'application/pdf', :description, :document, '')"""
    engine, kept = open_engine(str(path)), '{"sha256":"00","size":1}'
    with writing(engine.connect()) as connection, connection.begin():
        for name in ("Facture", "Avoir", "Annexe de la facture", "Fiche de visa de la facture"):
            known = {"c": COMMUNE, "id": name[:2], "description": f"{name} F-1 du 20/02/2026", "document": kept}
            connection.execute(text(row), known)
    engine.dispose()
    with SqlLedger(open_engine(str(path)), COMMUNE, FakeClock().now).reading() as books:
        kinds = {one.id: one.kind for one in books.find(Piece)}
    assert kinds == {"Fa": "FACTURE", "Av": "AVOIR", "An": "ANNEXE", "Fi": "ANNEXE"}
