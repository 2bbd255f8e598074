"""A base that was put back by hand is known by its witness, or by what its neighbours have; nothing else is."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from contracts.ledger import event
from dematfin.acts import restoration
from dematfin.acts.run import run
from dematfin.domain.end import End
from dematfin.domain.exceptional import Exceptional, exceptions
from dematfin.domain.restoration import Restored
from dematfin.ports.witness import Seen
from dematfin.steps.control import control
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from dematfin.steps.witness import notice, remember
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.store.restored import mark
from dematfin.store.witness import FileWitness
from examples import ADMIN, AGENT, COMMUNE, MAIRE
from fakes.clock import FakeClock
from fakes.hall import Hall
from restoration.backup import Backup, where


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.app = replace(built.app, witness=FileWitness(tmp_path / "registre.db.temoin"))
    return built


def test_a_base_put_back_in_silence_is_noticed_before_anything_leaves(hall: Hall) -> None:
    hall.to_sign("120.00")
    backup = Backup.of(hall)
    hall.sign()
    run(hall.app, AGENT, transmit)
    assert len(hall.tdt.received) == 1
    hall.clock.advance(hours=1)
    backup.put_back(hall, said=False)
    hall.sign()
    run(hall.app, AGENT, transmit)
    assert len(hall.tdt.received) == 1
    known = where(hall).restored
    assert known is not None
    assert "témoin" in known.how
    assert known.data_as_of == backup.at
    hall.clock.advance(hours=1)
    run(hall.app, AGENT, reconcile)
    assert where(hall).restored is None, "the flow was found, the gate opens alone"
    run(hall.app, AGENT, control)
    assert where(hall).restored is None, "what is known already is no news"


def test_a_base_that_goes_on_another_chain_and_a_spoilt_witness_raise_no_alarm(hall: Hall, tmp_path: Path) -> None:
    place = tmp_path / "registre.db.temoin"
    hall.day()
    for spoilt in ("", "{", "[]", '{"0": 3}', '{"0": [{"evenement": 1, "empreinte": "ab", "vu_le": "hier"}]}'):
        place.write_text(spoilt, encoding="utf-8")
        hall.day()
        assert where(hall).restored is None
    other = Seen(end=End(genesis="une autre base", sequence=9000, hash="ab"), at=hall.clock.now())
    FileWitness(place).keep(other)
    hall.day()
    assert where(hall).restored is None
    assert FileWitness(tmp_path / "absent" / "temoin").trail("une autre base") == ()
    FileWitness(tmp_path / "absent" / "temoin").keep(other)  # nothing is written, nobody is stopped


def test_two_machines_that_share_a_base_tell_one_restoration_once(hall: Hall, tmp_path: Path) -> None:
    """The second machine's witness saw what was lost: the restoration that it finds is known, and over."""
    second = replace(hall.app, witness=FileWitness(tmp_path / "autre-machine.temoin"))
    backup = Backup.of(hall)
    hall.clock.advance(hours=1)
    hall.to_sign("120.00")
    remember(hall.app)
    remember(second)
    hall.clock.advance(hours=1)
    backup.put_back(hall)
    hall.clock.advance(hours=1)
    run(hall.app, AGENT, reconcile)
    assert where(hall).restored is None
    notice(second)
    assert where(hall).restored is None


def test_a_deposit_under_our_own_name_tells_it_where_no_witness_stayed(hall: Hall) -> None:
    """A machine put back whole, its witness too."""
    hall.app = replace(hall.app, witness=None)
    hall.certified("120.00")
    backup = Backup.of(hall)
    hall.day()
    hall.sign()
    run(hall.app, AGENT, transmit)
    backup.put_back(hall, said=False)
    hall.clock.advance(hours=1)
    hall.day()
    known = where(hall).restored
    assert known is not None
    assert "PESALR1_21990042000015" in known.how
    assert len(where(hall).found) == 1
    hall.clock.advance(days=1)
    hall.day()
    restoration.reopen(hall.app, MAIRE, "vu", where(hall).total)
    hall.day()
    assert where(hall).restored is None
    assert len(hall.tdt.received) == 1


def test_what_another_software_deposits_with_our_account_tells_nothing(hall: Hall, tmp_path: Path) -> None:
    flow = tmp_path / "recettes.xml"
    flow.write_text(
        '<n:PES_Aller xmlns:n="urn:x"><Enveloppe><Parametres><NomFic V="RECETTES_01"/></Parametres></Enveloppe>'
        "</n:PES_Aller>",
        encoding="utf-8",
    )
    hall.tdt.received["1"] = flow.read_bytes()
    hall.day()
    assert where(hall).restored is None


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres)])
def test_a_base_says_itself_that_it_was_put_back(request: pytest.FixtureRequest, engine: str) -> None:
    kept: Engine = request.getfixturevalue(engine)
    clock = FakeClock()
    ledgers = [SqlLedger(kept, one, clock.now) for one in (COMMUNE, "26990042000010")]
    for ledger in ledgers:
        with ledger.transaction() as books:
            books.record(_event(clock))
    base = kept.url.render_as_string(hide_password=False) if engine == "postgresql" else str(kept.url.database)
    since = clock.now() - timedelta(days=2)
    clock.advance(minutes=5)
    late = SqlLedger(kept, "26990042000028", clock.now)
    houses = (COMMUNE, "26990042000010", "26990042000028")
    assert mark(base, data_as_of=since, sirets=houses[1:], by="admin", now=clock.now) == houses
    with late.reading() as books:
        assert books.find(Restored, ended_at=None), "it began after the backup: the base does not know it"
    mark(base, data_as_of=clock.now(), now=clock.now)
    for ledger in ledgers:
        with ledger.reading() as books:
            (made,) = books.find(Restored, ended_at=None)
        assert (made.data_as_of, made.id) == (since, "R0001")
        assert [one.event.after for one in ledger.history()] == ["", "fermé", "fermé"]
        assert [exceptions(one.event) for one in ledger.history()] == [(), *[(Exceptional.BASE_RESTORED,)] * 2]
        assert ledger.verify_journal().intact
        head = ledger.end()
        assert (head.sequence, head.hash) == (3, ledger.history()[-1].hash)


def _event(clock: FakeClock) -> Any:
    return replace(event(), at=clock.now(), after="")


def test_a_file_of_sqlite_copied_back_is_noticed(tmp_path: Path) -> None:
    """The real thing: `cp` of yesterday's file over today's."""
    clock, base = FakeClock(), tmp_path / "registre.db"
    hall = Hall.build(tmp_path)
    witness = FileWitness(tmp_path / "registre.db.temoin")

    def opened() -> Any:
        return replace(hall.app, ledger=SqlLedger(open_engine(str(base)), COMMUNE, clock.now), witness=witness)

    app = opened()
    with app.ledger.transaction() as books:
        books.save(ADMIN, AGENT)
        books.record(_event(clock))
    _closed(app)
    shutil.copy(base, tmp_path / "copie.db")
    app = opened()
    with app.ledger.transaction() as books:
        books.record(_event(clock), _event(clock))
    remember(app)
    _closed(app)
    for left in tmp_path.glob("registre.db-*"):
        left.unlink()
    shutil.copy(tmp_path / "copie.db", base)
    app = opened()
    clock.advance(hours=1)
    notice(app)
    assert restoration.state(app, AGENT).restored is not None
    _closed(app)


def _closed(app: Any) -> None:
    app.ledger._engine.dispose()
