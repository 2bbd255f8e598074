"""How old a base is that was put back in silence: never as young as what was written in it since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contracts.ledger import event
from dematfin.acts.run import run
from dematfin.domain.end import End
from dematfin.domain.mandat.deposit import Held
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.ports.witness import Seen
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from dematfin.steps.witness import notice, remember
from dematfin.store.witness import DAYS, FileWitness
from examples import AGENT
from fakes.hall import Hall
from restoration.backup import Backup, where


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.app = replace(built.app, witness=FileWitness(tmp_path / "registre.db.temoin"))
    return built


def acts(hall: Hall) -> None:
    """Have somebody write in the books, whatever it is."""
    with hall.app.ledger.transaction() as books:
        books.record(replace(event(), at=hall.clock.now(), after=""))


def lives(hall: Hall, days: int) -> None:
    for _ in range(days):
        hall.clock.advance(days=1)
        acts(hall)
        remember(hall.app)


def test_what_was_written_since_makes_a_base_no_younger(hall: Hall) -> None:
    lives(hall, 3)
    backup = Backup.of(hall)
    lives(hall, 5)
    backup.put_back(hall, said=False)
    hall.clock.advance(hours=1)
    acts(hall)
    notice(hall.app)
    known = where(hall).restored
    assert known is not None
    assert known.data_as_of == backup.at


def test_a_base_older_than_all_that_was_seen_ends_with_its_events_of_before(hall: Hall) -> None:
    acts(hall)
    backup = Backup.of(hall)
    hall.clock.advance(days=9)
    lives(hall, 2)
    backup.put_back(hall, said=False)
    acts(hall)
    notice(hall.app)
    known = where(hall).restored
    assert known is not None
    assert known.data_as_of == backup.at


def test_another_base_that_runs_in_its_place_makes_nothing_forgotten(hall: Hall, tmp_path: Path) -> None:
    acts(hall)
    backup = Backup.of(hall)
    lives(hall, 1)
    other = Seen(end=End(genesis="une base vide", sequence=1, hash="ab"), at=hall.clock.now())
    FileWitness(tmp_path / "registre.db.temoin").keep(other)
    hall.clock.advance(hours=1)
    backup.put_back(hall, said=False)
    notice(hall.app)
    assert where(hall).restored is not None


def test_a_witness_keeps_one_sight_a_day_and_not_for_ever(hall: Hall, tmp_path: Path) -> None:
    witness = FileWitness(tmp_path / "temoin")
    for turn in range(2 * DAYS + 4):
        witness.keep(Seen(end=End(genesis="g", sequence=turn, hash="ab"), at=hall.clock.now()))
        hall.clock.advance(hours=12)
    trail = witness.trail("g")
    assert len(trail) == DAYS
    assert len({one.at.date() for one in trail}) == DAYS
    assert trail[-1].end.sequence == 2 * DAYS + 3


def _listing(hall: Hall, sent: dict[str, date]) -> Callable[[date], tuple[Held, ...]]:
    """List by days, as a TdT does: the fake one lists all."""
    listed = hall.tdt.deposits
    return lambda since: tuple(one for one in listed(since) or () if sent[one.remote_id] >= since)


def test_a_machine_put_back_whole_is_as_old_as_its_first_unknown_deposit(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did of old is known; what it deposits between the backup and today is not, and lies far apart."""
    hall.app = replace(hall.app, witness=None)
    sent: dict[str, date] = {}
    sends(hall, sent, "120.00")
    hall.clock.advance(days=30)
    backup = Backup.of(hall)
    sends(hall, sent, "45.30", start=2)
    hall.clock.advance(days=20)
    sends(hall, sent, "46.30", start=3)
    hall.clock.advance(days=1)
    backup.put_back(hall, said=False)
    acts(hall)
    monkeypatch.setattr(hall.tdt, "deposits", _listing(hall, sent))
    reconcile(hall.app)
    known = where(hall).restored
    assert known is not None
    assert known.data_as_of <= backup.at
    assert len(where(hall).found) == 2


def sends(hall: Hall, sent: dict[str, date], amount: str, start: int = 1) -> None:
    hall.deposit(amount, start=start)
    hall.day()
    hall.certify()
    hall.day()
    hall.sign()
    run(hall.app, AGENT, transmit)
    sent |= {key: hall.clock.today() for key in hall.tdt.received if key not in sent}


def test_a_flow_that_is_dropped_after_it_left_unknown_is_news(hall: Hall) -> None:
    hall.app = replace(hall.app, witness=None)
    hall.to_sign("120.00")
    hall.sign()
    backup = Backup.of(hall)
    run(hall.app, AGENT, transmit)
    hall.clock.advance(hours=1)
    backup.put_back(hall, said=False)
    with hall.app.ledger.transaction() as books:
        (flux,) = books.find(Flux)
        books.save(replace(flux, state=FluxState.DROPPED))
    run(hall.app, AGENT, reconcile)
    assert where(hall).restored is not None
