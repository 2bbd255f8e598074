"""What one person says alone, in the place of a neighbour or of a flow, opens nothing alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import restoration
from dematfin.domain.money import ZERO
from dematfin.domain.restoration import Neighbour, Restored, Trace, TraceState
from dematfin.errors import RuleError
from dematfin.steps.restored import finish, mark, shut
from dematfin.steps.traces import keep
from examples import AGENT
from fakes.hall import Hall
from restoration.backup import Backup, settled, where


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    built.tdt.no_retour = True
    return built


def test_certified_for_a_neighbour_another_person_opens(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = Backup.of(hall)
    hall.clock.advance(hours=1)
    backup.put_back(hall)
    monkeypatch.setattr(hall.tdt, "deposits", lambda _: None)
    hall.clock.advance(hours=1)
    hall.day()
    restoration.certify(hall.app, AGENT, Neighbour.TDT, "portail lu", hall.clock.local(backup.at).date())
    hall.day()
    (left,) = where(hall).left
    assert "une autre personne rouvre" in left
    settled(hall)
    assert where(hall).restored is None


def test_what_nobody_has_read_is_not_said_to_pay_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.certified("120.00")
    backup = Backup.of(hall)
    hall.day()
    hall.sign()
    hall.day()
    backup.put_back(hall)
    monkeypatch.setattr(hall.tdt, "recover", lambda *_: False)
    hall.clock.advance(hours=1)
    hall.day()
    (found,) = (one for one in where(hall).found if one.neighbour is Neighbour.TDT)
    with pytest.raises(RuleError, match="pas lu"):
        restoration.void(hall.app, AGENT, found.id, "pas de suite", ZERO)
    foreign = replace(found, id="78", nomfic="RECETTES_01")
    with hall.ledger.transaction() as books:
        keep(hall.app, books, foreign)
        books.save(replace(found, state=TraceState.VOID))
    assert restoration.void(hall.app, AGENT, "78", "d'un autre logiciel", ZERO).state is TraceState.VOID
    monkeypatch.undo()
    hall.day()
    (again,) = (one for one in hall.all(Trace) if one.id == found.id)
    assert (again.state, again.read) == (TraceState.FOUND, True), "once read, it is judged anew"


def test_another_restoration_that_came_meanwhile_stays(hall: Hall) -> None:
    first = mark(hall.app, hall.clock.now(), "signalée")
    hall.clock.advance(minutes=1)
    mark(hall.app, hall.clock.now(), "signalée encore")
    with hall.ledger.transaction() as books:
        finish(hall.app, books, first, "ouvert")
    assert shut(hall.app) is not None
    assert [one.ended_at for one in hall.all(Restored)] == [None]
