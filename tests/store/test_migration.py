"""A base of the version before keeps everything: what is new is taken from what was there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy import event as listens

from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import BordereauKind, MandatKind
from dematfin.domain.mandat.liquidation import Basis, liquidate
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.reception import Answer, AnswerKind, Reception, ReceptionState
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.task import VisaTask
from dematfin.domain.visa.task import tasks as tasks_of
from dematfin.ports.ledger import Holding
from dematfin.store.engine import open_engine, writing
from dematfin.store.ledger import SqlLedger
from dematfin.store.migrate import SCRIPTS, upgrade
from dematfin.store.seals import seal_what_is_there
from dematfin.store.tables import RECORDS
from examples import CCAS, COMMUNE, IBAN, RULES, SUPPLIER, VISEUR, account, engagement, invoice, mandat, tiers
from fakes.clock import FakeClock
from store import journal_before


def make_old_base(path: Path) -> None:
    """Make a base as the first version left it, with a creditor and an invoice."""
    engine = open_engine(str(path))
    fill(engine, "0001", tiers(), invoice())
    engine.dispose()


@pytest.fixture
def engine(base: str) -> Iterator[Engine]:
    """Return an engine on a base with nothing in it."""
    opened = open_engine(base)
    yield opened
    opened.dispose()


def fill(engine: Engine, version: str, *records: Any) -> None:
    """Make the tables of a version, with records in them."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with writing(engine.connect()) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        for record in records:
            insert(connection, record)


def brought_up(engine: Engine) -> Engine:
    """Bring a base to the newest version, as `base migrer` does."""
    with writing(engine.connect()) as connection, connection.begin():
        upgrade(connection)
        seal_what_is_there(connection, FakeClock().now())
    return engine


def insert(connection: Connection, record: Any) -> None:
    """Write a record with the columns that its table had then."""
    table = RECORDS[type(record)]
    had = {column["name"] for column in inspect(connection).get_columns(table.name)} - {"collectivite"}
    bound = {}
    for name in had:
        write = table.c[name].type.bind_processor(connection.dialect)
        value = getattr(record, name)
        bound[name] = write(value) if write else value
    names = ", ".join(bound)
    marks = ", ".join(f":{name}" for name in bound)
    connection.execute(text(f"INSERT INTO {table.name} (collectivite, {names}) VALUES ('{COMMUNE}', {marks})"), bound)


def test_what_was_there_is_found_by_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "registre.db"
    make_old_base(path)
    ledger = SqlLedger(brought_up(open_engine(str(path))), COMMUNE, FakeClock().now)
    with ledger.reading() as books:
        (found,) = books.last(Invoice, 2, "issued_on", supplier_key=Holding("DU LAC"))
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
    ledger = SqlLedger(brought_up(open_engine(str(path))), COMMUNE, FakeClock().now)
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
    with SqlLedger(brought_up(open_engine(str(path))), COMMUNE, FakeClock().now).reading() as books:
        kinds = {one.id: one.kind for one in books.find(Piece)}
    assert kinds == {"Fa": "FACTURE", "Av": "AVOIR", "An": "ANNEXE", "Fi": "ANNEXE"}


def test_mandats_in_each_state_come_up_whole_and_may_go_on(engine: Engine) -> None:
    """Rows of the fourth version, of which the fifth tells kinds, modes, set asides and numbers by kind."""
    basis = Basis(invoice=invoice(), engagement=engagement(), tiers=[tiers()], accounts=[account()], pieces=("P-1",))
    first = liquidate(basis, mandat_id="M2026-000001", exercice=2026, payment_days=30)
    mandats = [
        replace(first, id=f"M2026-{place:06d}", state=state, number=1186 + place, bordereau="COMMUNE-2026-42")
        for place, state in enumerate(MandatState, start=1)
    ]
    sheet = Bordereau(
        id="COMMUNE-2026-42",
        siret=COMMUNE,
        exercice=2026,
        number=42,
        emitted_on=date(2026, 3, 2),
        mandats=tuple(one.id for one in mandats),
        total=Decimal("1200.00"),
        cumul=Decimal("2200.00"),
        prepared_by="agent",
    )
    year = BudgetYear(
        id=f"{COMMUNE}:2026", siret=COMMUNE, exercice=2026, last_mandat=1186, last_bordereau=41, cumul=Decimal(1000)
    )
    flux = Flux(
        id="F1", siret=COMMUNE, bordereaux=(sheet.id,), pieces=("P-1",), unsigned=DocumentRef(sha256="00", size=1)
    )
    fill(engine, "0004", *mandats, sheet, year, flux)
    ledger = SqlLedger(brought_up(engine), COMMUNE, FakeClock().now)
    with ledger.transaction() as books:
        assert books.find(Mandat) == tuple(mandats)
        assert (books.find(Bordereau), books.find(BudgetYear), books.find(Flux)) == ((sheet,), (year,), (flux,))
        assert len(books.find(Mandat, set_aside="", subcontract="", state=MandatState.PREPARED)) == 1
        books.save(
            replace(mandats[0], kind=MandatKind.REDUCTION, cases=("regie",)),
            replace(sheet, id="A", kind=BordereauKind.REDUCTION),
        )
    with ledger.reading() as books:
        assert books.get(Mandat, "M2026-000001").cases == ("regie",)
        assert [one.kind for one in books.find(Bordereau, number=42)] == ["02", "01"]


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEPT = DocumentRef(sha256="00", size=1)


def flux(key: str, state: FluxState, **changes: Any) -> Flux:
    return Flux(id=key, siret=COMMUNE, state=state, bordereaux=(), pieces=(), unsigned=KEPT, **changes)


def before_the_sixth(engine: Engine) -> tuple[Any, ...]:
    """Make a base of the fifth version, whose second flow has left; return what is in it."""
    acquit = Answer(id="ACQUIT:1", kind=AnswerKind.ACQUIT, name="a", flux="F", received_at=NOON, document=KEPT)
    seen = Reception(id="1", number="N1", status="S", status_at="", state=ReceptionState.READ)
    kept = (flux("F-1", FluxState.BUILT), flux("F-2", FluxState.ACKNOWLEDGED), acquit, seen, mandat(), RULES)
    fill(engine, "0005", *kept)
    told = (
        (Subject.FLUX, "SENDING", "TO_VERIFY", "réponse perdue"),
        (Subject.FLUX, "TO_VERIFY", "TRANSMITTED", "retrouvé au TdT"),
        (Subject.FLUX, "TRANSMITTED", "TRANSMITTED", "le TdT le retient"),
        (Subject.FLUX, "TRANSMITTED", "ACKNOWLEDGED", "acquit"),
        (Subject.PIECE, "", "TRANSMITTED", "du même nom"),
    )
    with writing(engine.connect()) as connection, connection.begin():
        for collectivite, key, late in ((COMMUNE, "F-2", 0), (CCAS, "F-1", 50), (CCAS, "F-2", 50)):
            for hour, (subject, state, after, motif) in enumerate(told, start=late):
                at = NOON + timedelta(hours=hour)
                event = Event(subject=subject, subject_id=key, before=state, after=after, at=at, by="s", motif=motif)
                journal_before.append(connection, collectivite, event)
    return kept


def test_what_has_left_takes_the_day_of_its_departure_and_the_rest_stays(engine: Engine) -> None:
    built, left, *others = before_the_sixth(engine)
    for _ in range(2):
        ledger = SqlLedger(brought_up(engine), COMMUNE, FakeClock().now)
        with ledger.reading() as books:
            assert books.find(Flux) == (built, replace(left, sent_at=NOON + timedelta(hours=1)))
            assert [books.get(type(one), one.id) for one in others] == others
            assert (books.find(Attempt), books.find(Link)) == ((), ())
        assert ledger.verify_journal().intact


@pytest.mark.parametrize("halfway", ["CREATE TABLE link", "ALTER TABLE structure", "UPDATE flux"])
def test_an_upgrade_that_is_cut_short_leaves_the_base_as_it_was(engine: Engine, halfway: str) -> None:
    kept = before_the_sixth(engine)
    engine.dispose()
    was = inspect(engine).get_multi_columns()

    def cut(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.strip().startswith(halfway):
            raise KeyboardInterrupt

    listens.listen(engine, "before_cursor_execute", cut)
    with pytest.raises(KeyboardInterrupt):
        SqlLedger(brought_up(engine), COMMUNE, FakeClock().now)
    listens.remove(engine, "before_cursor_execute", cut)
    assert {
        name: [one["name"] for one in columns] for name, columns in inspect(engine).get_multi_columns().items()
    } == {name: [one["name"] for one in columns] for name, columns in was.items()}
    with SqlLedger(brought_up(engine), COMMUNE, FakeClock().now).reading() as books:
        assert books.get(Mandat, kept[4].id) == kept[4]
