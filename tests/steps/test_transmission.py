"""What a deposit says decides what becomes of its flow, and nothing leaves before Chorus Pro was told."""

from pathlib import Path

import pytest

from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import (
    AccessDenied,
    AlreadyThere,
    BadAnswer,
    ConfigError,
    ConnectorError,
    DematfinError,
    Refused,
    UnknownOutcome,
    Unreachable,
)
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from fakes.hall import Hall, flux
from fakes.losing import failing, signed_hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return signed_hall(tmp_path)


def test_a_status_is_given_up_only_when_its_flow_leaves(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chorus Pro refuses one of two invoices and has been silent on the other for two days: the flow still waits."""

    def refused_or_silent(intention: Intention) -> str:
        if intention.remote_id == "9100001":
            message = "Non."
            raise Refused(message)
        message = "Chorus Pro ne répond pas."
        raise Unreachable(message)

    with monkeypatch.context() as broken:
        broken.setattr(hall.chorus, "publish", refused_or_silent)
        transmit(hall.app)
        hall.clock.advance(days=2)
        transmit(hall.app)
    assert hall.tdt.received == {}
    transmit(hall.app)
    assert ("9100002", "MANDATEE", "1188") in hall.chorus.told


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("S²LOW ne répond pas."), FluxState.SIGNED),
        (AccessDenied("S²LOW refuse notre certificat."), FluxState.SIGNED),
        (ConfigError("Le certificat du TdT est illisible."), FluxState.SIGNED),
        (UnknownOutcome("La réponse s'est perdue."), FluxState.TO_VERIFY),
        (BadAnswer("Réponse incompréhensible."), FluxState.TO_VERIFY),
        (AlreadyThere("Déjà reçu."), FluxState.TO_VERIFY),
        (Refused("Trop volumineux."), FluxState.REFUSED_BY_TDT),
    ],
)
def test_each_answer_has_its_state(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: DematfinError, state: FluxState
) -> None:
    monkeypatch.setattr(hall.tdt, "send", failing(error))
    outcome = transmit(hall.app)
    assert flux(hall).state is state
    assert str(error) in outcome.failures[0].sentence
    expected = MandatState.REFUSED_AT_GATE if state is FluxState.REFUSED_BY_TDT else MandatState.IN_BORDEREAU
    assert {one.state for one in hall.all(Mandat)} == {expected}


def test_the_numbers_are_told_before_the_flow_leaves(hall: Hall) -> None:
    transmit(hall.app)
    numbers = {key: mandat for key, status, mandat in hall.chorus.told if status == "MANDATEE"}
    assert numbers == {"9100001": "1187", "9100002": "1188"}
    assert flux(hall).state is FluxState.TRANSMITTED
    assert transmit(hall.app).done == ()
    assert len(hall.tdt.received) == 1


def test_a_flow_waits_as_long_as_one_supplier_could_not_be_told(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.chorus, "publish", failing(Unreachable("Chorus Pro ne répond pas.")))
    outcome = transmit(hall.app)
    assert flux(hall).state is FluxState.SIGNED
    assert any("F2026-000001" in note for note in outcome.notes)
    monkeypatch.undo()
    transmit(hall.app)
    assert flux(hall).state is FluxState.TRANSMITTED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AccessDenied("compte expiré"), IntentionState.OPEN),
        (UnknownOutcome("perdue"), IntentionState.OPEN),
        (BadAnswer("quoi ?"), IntentionState.OPEN),
        (Refused("statut REJETEE"), IntentionState.REFUSED),
    ],
)
def test_only_a_refusal_of_the_status_itself_closes_an_intention(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: ConnectorError, state: IntentionState
) -> None:
    monkeypatch.setattr(hall.chorus, "publish", failing(error))
    transmit(hall.app)
    asked = [one for one in hall.all(Intention) if one.status == "MANDATEE"]
    assert {one.state for one in asked} == {state}
    assert hall.tdt.received == {}


def test_a_lost_deposit_that_arrived_is_found(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    send = hall.tdt.send

    def lost(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        raise UnknownOutcome

    monkeypatch.setattr(hall.tdt, "send", lost)
    transmit(hall.app)
    monkeypatch.undo()
    assert flux(hall).state is FluxState.TO_VERIFY
    transmit(hall.app)
    assert len(hall.tdt.received) == 1  # never by transmit itself
    reconcile(hall.app)
    assert flux(hall).state is FluxState.TRANSMITTED
    assert len(hall.tdt.received) == 1


def test_a_lost_deposit_that_did_not_arrive_rests_before_it_is_sent_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.tdt, "send", failing(UnknownOutcome()))
    transmit(hall.app)
    monkeypatch.undo()
    reconcile(hall.app)
    assert flux(hall).state is FluxState.TO_VERIFY  # it may still be on its way
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    assert flux(hall).state is FluxState.SIGNED
    transmit(hall.app)
    assert len(hall.tdt.received) == 1


def test_a_tdt_that_cannot_tell_is_asked_by_a_twin(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    send = hall.tdt.send

    def lost(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        raise UnknownOutcome

    monkeypatch.setattr(hall.tdt, "find", failing(UnknownOutcome("pas d'archiviste")))
    monkeypatch.setattr(hall.tdt, "send", lost)
    transmit(hall.app)
    monkeypatch.setattr(hall.tdt, "send", send)
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    hall.clock.advance(minutes=6)
    notes = reconcile(hall.app).notes
    assert flux(hall).arrived
    assert flux(hall).state is FluxState.TO_VERIFY
    assert len(hall.tdt.received) == 1
    assert any("portail" in note for note in notes)


def test_each_twin_rests_as_the_first_deposit_did(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def lost(_: Path, nomfic: str) -> str:
        sent.append(nomfic)
        message = "La réponse s'est perdue."
        raise UnknownOutcome(message)

    monkeypatch.setattr(hall.tdt, "send", lost)
    monkeypatch.setattr(hall.tdt, "find", failing(UnknownOutcome("pas d'archiviste")))
    transmit(hall.app)
    counts = []
    for minutes in (1, 5, 1, 5):
        hall.clock.advance(minutes=minutes)
        reconcile(hall.app)
        counts.append(len(sent))
    assert counts == [1, 2, 2, 3]
    monkeypatch.undo()
    reconcile(hall.app)
    assert flux(hall).state is FluxState.TO_VERIFY  # the last twin may be on its way
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    transmit(hall.app)
    assert len(hall.tdt.received) == 1


def test_what_chorus_pro_refuses_for_good_is_told_with_the_way_to_leave_without_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(intention: Intention) -> str:
        if intention.remote_id == "9100001":
            message = "Non."
            raise Refused(message)
        return intention.status

    monkeypatch.setattr(hall.chorus, "publish", refused)
    (note,) = (one for one in transmit(hall.app).notes if "il attend que Chorus Pro" in one)
    assert note.endswith('dematfin bordereau ecarter COMMUNE-2026-42 1187 --motif "…"')


def test_what_chorus_pro_does_not_answer_is_only_waited_for(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.chorus, "publish", failing(Unreachable("Chorus Pro ne répond pas.")))
    (note,) = (one for one in transmit(hall.app).notes if "il attend que Chorus Pro" in one)
    assert "ecarter" not in note
