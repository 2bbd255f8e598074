"""Each controlled invoice lies on one desk, with a day that does not move."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dematfin.acts import consult, visa_views
from dematfin.acts import visa as acts
from dematfin.domain.figures.overview import Overview
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.deadline import DeadlineRule
from dematfin.domain.visa.folder import VisaFolder
from dematfin.errors import Forbidden
from dematfin.steps.visa import visa
from examples import AGENT, VISEUR, content
from fakes.hall import Hall


def folder(hall: Hall) -> VisaFolder:
    (only,) = hall.all(VisaFolder)
    assert isinstance(only, VisaFolder)
    return only


@pytest.mark.parametrize(
    ("arrives", "due"),
    [
        ((2026, 3, 2), (2026, 3, 9)),  # the 7th is a Saturday
        ((2026, 3, 4), (2026, 3, 9)),
        ((2026, 3, 5), (2026, 3, 10)),
        ((2026, 4, 1), (2026, 4, 7)),  # the 6th is Easter Monday
        ((2026, 12, 28), (2027, 1, 4)),  # the 2nd is a Saturday
    ],
)
def test_the_visa_is_due_at_five_days(tmp_path: Path, arrives: tuple[int, int, int], due: tuple[int, int, int]) -> None:
    hall = Hall.build(tmp_path)
    hall.clock.instant = datetime(*arrives, 9, 0, tzinfo=UTC)
    hall.deposit("120.00")
    hall.day()
    assert folder(hall).activated_on == date(*arrives)
    assert folder(hall).due_on == date(*due)
    assert not folder(hall).is_late(date(*due))


def test_a_folder_is_opened_once_and_its_day_does_not_move(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    hall.day()
    due = folder(hall).due_on
    hall.clock.advance(days=3)
    later = replace(hall.app, policy=replace(hall.app.policy, deadline=DeadlineRule(days=30)))
    assert visa(later).done == ()
    assert folder(hall).due_on == due


def test_a_late_visa_is_said_with_its_desk(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    hall.day()

    def late() -> list[str]:
        picture: Overview = consult.picture(hall.app, AGENT)
        return [alert for alert in picture.alerts if "SCOLAIRE" in alert]

    hall.clock.advance(days=7)
    assert late() == []
    hall.clock.advance(days=1)
    assert len(late()) == 1
    hall.certify()
    assert late() == []


def test_who_replaces_a_head_of_service_certifies_in_their_own_name(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    hall.day()
    stand_in = Person(id="interim", name="Ida Intérim", roles=frozenset({Role.VISEUR}), desks=frozenset({"SCOLAIRE"}))
    with hall.ledger.transaction() as books:
        books.save(stand_in, replace(VISEUR, active=False))
    gone = replace(VISEUR, active=False)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, gone, "F2026-000001", acts.ServiceFait(executed_on=hall.clock.today()))
    hall.certify(stand_in)
    assert folder(hall).certified_by() == {"interim"}


def test_a_desk_whose_only_viseur_has_left_is_said(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.chorus.deposit("1", content("F-1", service_code="SCOLAIRE"))
    hall.day()
    assert visa(hall.app).notes == ()
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, active=False))
    (note,) = visa(hall.app).notes
    assert "SCOLAIRE" in note


def test_a_head_of_service_sees_their_own_desks_and_an_agent_all(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    hall.day()
    elsewhere = replace(VISEUR, desks=frozenset({"VOIRIE"}))
    assert [len(visa_views.queue(hall.app, who)) for who in (VISEUR, elsewhere, AGENT)] == [1, 0, 1]
