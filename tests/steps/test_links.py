"""What each run finds of the way to the TdT is kept, and told to whoever may do something."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import consult
from dematfin.domain.link import Link
from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AccessDenied, BadAnswer, ConfigError, Refused, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import Progress, ReturnItem
from dematfin.steps.follow_up import follow_up
from dematfin.steps.transmit import transmit
from examples import AGENT
from fakes.hall import Hall, flux
from fakes.losing import failing


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


ILLEGIBLE = ConfigError("Le certificat est illisible.")


class Locked:
    """A TdT whose certificate does not open."""

    name = "TdT d'essai"

    @property
    def certificate_expires_on(self) -> date | None:
        raise ILLEGIBLE

    def returns(self) -> tuple[ReturnItem, ...]:
        raise ILLEGIBLE


def link(hall: Hall) -> Link:
    (only,) = hall.all(Link)
    assert isinstance(only, Link)
    return only


def alerts(hall: Hall) -> str:
    return "\n".join(consult.picture(hall.app, AGENT).alerts)


def signed(hall: Hall) -> None:
    hall.to_sign("120.00")
    assert hall.sign() == 1


def test_a_run_notes_the_link_once_a_day(hall: Hall) -> None:
    hall.tdt.certificate_expires_on = hall.clock.today() + timedelta(days=20)
    follow_up(hall.app)
    first = link(hall)
    assert (first.name, first.trouble, first.troubled_since) == (hall.tdt.name, "", None)
    hall.clock.advance(minutes=5)
    follow_up(hall.app)
    assert link(hall) == first
    hall.clock.advance(days=1)
    follow_up(hall.app)
    assert link(hall).tried_at > first.tried_at
    assert "À faire ce mois-ci. Notre certificat client pour TdT d'essai expire" in alerts(hall)


def test_a_trouble_that_lasts_is_an_alert_until_it_is_over(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(hall.tdt, "returns", failing(AccessDenied("Le TdT refuse notre compte.")))
        assert "refuse notre compte" in follow_up(hall.app).failures[0].sentence
        began = link(hall).troubled_since
        assert "rien ne passe plus" not in alerts(hall)
        hall.clock.advance(days=1)
        broken.setattr(hall.tdt, "returns", failing(Unreachable("Le TdT ne répond pas.")))
        follow_up(hall.app)
        assert link(hall).troubled_since == began
        assert f"rien ne passe plus depuis le {began:%d/%m/%Y}. Le TdT ne répond pas." in alerts(hall)
    follow_up(hall.app)
    assert link(hall).trouble == ""
    assert "rien ne passe plus" not in alerts(hall)


def test_a_certificate_that_cannot_be_opened_keeps_its_last_day(hall: Hall) -> None:
    end = hall.tdt.certificate_expires_on = hall.clock.today() + timedelta(days=20)
    follow_up(hall.app)
    locked: Any = Locked()
    follow_up(replace(hall.app, transmitter=locked))
    assert (link(hall).certificate_expires_on, link(hall).trouble) == (end, str(ILLEGIBLE))


@pytest.mark.parametrize("error", [AccessDenied("Pas RGS."), ConfigError("Secret hors de portée.")])
def test_a_deposit_that_the_account_may_not_make_is_told(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Reading may go well all the while: the flow that stays says it too."""
    signed(hall)
    with monkeypatch.context() as broken:
        broken.setattr(hall.tdt, "send", failing(error))
        transmit(hall.app)
    assert link(hall).trouble == str(error)
    follow_up(hall.app)
    assert f"Flux {flux(hall).id} : il n'est pas parti. {error}" in alerts(hall)
    transmit(hall.app)
    assert (link(hall).trouble, flux(hall).message) == ("", "")


@pytest.mark.parametrize("error", [UnknownOutcome("Perdue."), Refused("Trop volumineux.")])
def test_what_is_said_of_a_flow_says_nothing_of_the_link(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    signed(hall)
    before = hall.all(Link)
    monkeypatch.setattr(hall.tdt, "send", failing(error))
    transmit(hall.app)
    assert hall.all(Link) == before


def test_a_flow_held_at_the_tdt_is_an_alert_until_somebody_acts(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(hall)
    transmit(hall.app)
    with monkeypatch.context() as held:
        held.setattr(hall.tdt, "follow", lambda *_: Progress(phase=Phase.HELD, message="Il attend d'être libéré."))
        follow_up(hall.app)
        assert f"Flux {flux(hall).id} : Il attend d'être libéré." in alerts(hall)
        hall.clock.advance(hours=1)
        held.setattr(hall.tdt, "follow", lambda *_: Progress(phase=Phase.WAITING, message="transmise au serveur"))
        follow_up(hall.app)
        assert flux(hall).message == ""
        assert "au TdT" not in alerts(hall)


def test_a_retour_that_cannot_be_read_is_an_alert_until_it_is_read(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(hall)
    transmit(hall.app)
    (key,) = hall.tdt.unread
    with monkeypatch.context() as broken:
        broken.setattr(hall.tdt, "fetch", failing(BadAnswer("Il est coupé.")))
        for _ in range(2):
            assert "Il est coupé." in follow_up(hall.app).failures[0].sentence
            hall.clock.advance(days=1)
        assert f"Retour retour {key} : le TdT le donne depuis le" in alerts(hall)
    assert follow_up(hall.app).failures == ()
    assert "ne peut pas être lu" not in alerts(hall)


def test_a_retour_that_nobody_could_read_and_that_is_gone_is_no_alert(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(hall)
    transmit(hall.app)
    monkeypatch.setattr(hall.tdt, "fetch", failing(BadAnswer("Il est coupé.")))
    follow_up(hall.app)
    hall.clock.advance(days=1)
    assert "ne peut pas être lu" in alerts(hall)
    hall.tdt.unread.clear()
    follow_up(hall.app)
    assert "ne peut pas être lu" not in alerts(hall)
