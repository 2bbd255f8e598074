"""The journal of deposits: written before the first byte leaves, ended with its flow, whatever happens in between."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dematfin.domain.event import SERVICE
from dematfin.domain.mandat.attempt import Attempt, AttemptState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import (
    AccessDenied,
    AlreadyThere,
    BadAnswer,
    ConfigError,
    DematfinError,
    Refused,
    Unreachable,
)
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from fakes.hall import Hall, Killed, flux
from fakes.losing import LOST, NO_ARCHIVIST, failing, lose_the_answer, signed_hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return signed_hall(tmp_path)


@pytest.fixture
def lost(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Return it once its flow has arrived, the answer being lost, at a TdT that lists nothing to us."""
    lose_the_answer(hall, monkeypatch)
    return hall


def noted(calls: list[str], name: str, call: Callable[[Path, str], str]) -> Callable[[Path, str], str]:
    def noting(path: Path, nomfic: str) -> str:
        calls.append(f"{name} {nomfic}")
        return call(path, nomfic)

    return noting


def states(hall: Hall) -> list[AttemptState]:
    return [one.state for one in sorted(hall.all(Attempt), key=lambda one: one.number)]


def forget(hall: Hall) -> None:
    """Have the base be one from before there was a journal of deposits."""
    with hall.ledger.transaction() as books:
        for one in books.find(Attempt):
            del books.records[Attempt, one.id]


def test_what_is_about_to_leave_is_written_before_it_does(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Attempt, Flux]] = []

    def look(path: Path, nomfic: str) -> str:
        (attempt,) = hall.all(Attempt)
        seen.append((attempt, flux(hall)))
        data = path.read_bytes()
        assert attempt.sha256 == hashlib.sha256(data).hexdigest()
        assert attempt.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()
        assert (attempt.size, attempt.flux, attempt.transmitter) == (len(data), nomfic, hall.tdt.name)
        return "77"

    monkeypatch.setattr(hall.tdt, "send", look)
    transmit(hall.app)
    ((attempt, then),) = seen
    assert (attempt.state, attempt.ended_at, then.state) == (AttemptState.SENDING, None, FluxState.SENDING)
    assert (attempt.id, attempt.by, attempt.started_at) == (f"{then.id}#1", SERVICE, then.sending_since)
    (after,) = hall.all(Attempt)
    assert (after.state, after.remote_id, after.ended_at) == (AttemptState.ARRIVED, "77", hall.clock.now())


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("S²LOW ne répond pas."), AttemptState.NOT_SENT),
        (AccessDenied("S²LOW refuse notre certificat."), AttemptState.NOT_SENT),
        (ConfigError("Le certificat du TdT est illisible."), AttemptState.NOT_SENT),
        (LOST, AttemptState.UNKNOWN),
        (BadAnswer("Réponse incompréhensible."), AttemptState.UNKNOWN),
        (AlreadyThere("Déjà reçu."), AttemptState.CONFLICT),
        (Refused("Trop volumineux."), AttemptState.REFUSED),
    ],
)
def test_each_answer_ends_its_attempt(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: DematfinError, state: AttemptState
) -> None:
    monkeypatch.setattr(hall.tdt, "send", failing(error))
    transmit(hall.app)
    (attempt,) = hall.all(Attempt)
    assert (attempt.state, attempt.message, attempt.ended_at) == (state, str(error), hall.clock.now())


def test_the_same_bytes_found_after_a_lost_answer_are_ours(lost: Hall) -> None:
    lost.clock.advance(minutes=6)
    reconcile(lost.app)
    assert states(lost) == [AttemptState.UNKNOWN, AttemptState.THERE]
    assert flux(lost).arrived


def test_bytes_found_by_a_first_deposit_wait_for_a_person(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The base was restored: the flow had left before."""
    with monkeypatch.context() as blind:
        blind.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
        with hall.documents.local(flux(hall).signed) as path:  # type: ignore[arg-type]
            hall.tdt.send(path, flux(hall).id)
        transmit(hall.app)
        for _ in range(3):
            hall.clock.advance(hours=1)
            reconcile(hall.app)
            transmit(hall.app)
        assert states(hall) == [AttemptState.CONFLICT]
        assert flux(hall).state is FluxState.TO_VERIFY
        assert "avant notre premier envoi" in flux(hall).message
    reconcile(hall.app)  # an archivist's account was added: the bytes are the same, so is the flow
    assert flux(hall).state is FluxState.TRANSMITTED
    assert [(one.state, one.remote_id) for one in hall.all(Attempt)] == [(AttemptState.CONFLICT, "1")]


def test_nothing_left_before_so_what_is_found_is_a_conflict(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.tdt, "send", failing(Unreachable("S²LOW ne répond pas.")))
    transmit(hall.app)
    monkeypatch.setattr(hall.tdt, "send", failing(AlreadyThere("Déjà reçu.")))
    transmit(hall.app)
    assert states(hall) == [AttemptState.NOT_SENT, AttemptState.CONFLICT]


def test_a_search_that_missed_the_flow_makes_no_conflict(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    send = hall.tdt.send

    def arrives(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        raise LOST

    monkeypatch.setattr(hall.tdt, "find", lambda *_: "")
    with monkeypatch.context() as once:
        once.setattr(hall.tdt, "send", arrives)
        transmit(hall.app)
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    assert states(hall) == [AttemptState.ABSENT]
    transmit(hall.app)
    assert states(hall) == [AttemptState.ABSENT, AttemptState.THERE]
    assert len(hall.tdt.received) == 1


def test_a_twin_that_is_taken_shows_that_the_first_had_not_arrived(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    with monkeypatch.context() as once:
        once.setattr(hall.tdt, "send", failing(LOST))
        transmit(hall.app)
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    assert states(hall) == [AttemptState.ABSENT, AttemptState.ARRIVED]
    assert flux(hall).state is FluxState.TRANSMITTED
    assert {one.state for one in hall.all(Mandat)} == {MandatState.SENT}


@pytest.mark.parametrize("error", [ConfigError("Certificat illisible."), Unreachable("S²LOW ne répond pas.")])
def test_a_twin_that_could_not_leave_is_ended_too(
    lost: Hall, monkeypatch: pytest.MonkeyPatch, error: DematfinError
) -> None:
    monkeypatch.setattr(lost.tdt, "send", failing(error))
    lost.clock.advance(minutes=6)
    outcome = reconcile(lost.app)
    assert states(lost) == [AttemptState.UNKNOWN, AttemptState.NOT_SENT]
    assert any(str(error) in note for note in outcome.notes)


def test_a_deposit_of_a_dead_run_is_asked_for_before_any_other_leaves(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever transmits without the daily order keeps it all the same; a flow in doubt keeps no other waiting."""
    calls: list[str] = []
    send, find = hall.tdt.send, hall.tdt.find

    def dies(*_: object) -> str:
        raise Killed

    monkeypatch.setattr(hall.tdt, "send", dies)
    with pytest.raises(Killed):
        transmit(hall.app)
    stuck = flux(hall)
    hall.deposit("77.00", start=3)
    hall.day()
    hall.certify()
    hall.day()
    with hall.ledger.transaction() as books:
        books.save(stuck)  # whatever the daily order has found of it meanwhile
    hall.sign()
    for name, call in (("find", find), ("send", send)):
        monkeypatch.setattr(hall.tdt, name, noted(calls, name, call))
    transmit(hall.app)
    (other,) = (one for one in hall.all(Flux) if one.id != stuck.id)
    assert calls == [f"find {stuck.id}", f"send {other.id}"]
    assert {one.id: one.state for one in hall.all(Flux)} == {
        stuck.id: FluxState.TO_VERIFY,
        other.id: FluxState.TRANSMITTED,
    }
    assert AttemptState.SENDING not in {one.state for one in hall.all(Attempt)}


def test_a_flow_that_cannot_be_asked_for_keeps_no_other_waiting(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = replace(flux(hall), state=FluxState.SENDING, sending_since=hall.clock.now())
    with hall.ledger.transaction() as books:
        books.save(sending, replace(flux(hall), id="AUTRE"))
    monkeypatch.setattr(hall.tdt, "find", failing(Unreachable("S²LOW ne répond pas.")))
    transmit(hall.app)
    assert {one.id: one.state for one in hall.all(Flux)} == {
        sending.id: FluxState.TO_VERIFY,
        "AUTRE": FluxState.TRANSMITTED,
    }


@pytest.mark.parametrize("arrived", [True, False])
def test_a_flow_in_doubt_from_before_the_journal_is_settled(lost: Hall, *, arrived: bool) -> None:
    if not arrived:
        lost.tdt.received.clear()
    forget(lost)
    lost.clock.advance(minutes=6)
    reconcile(lost.app)
    if arrived:
        assert states(lost) == [AttemptState.UNKNOWN, AttemptState.THERE]
    else:
        assert states(lost) == [AttemptState.ABSENT, AttemptState.ARRIVED]
    assert flux(lost).state is (FluxState.TO_VERIFY if arrived else FluxState.TRANSMITTED)


def test_a_clock_set_back_makes_a_twin_neither_wait_for_years_nor_leave_early(lost: Hall) -> None:
    lost.clock.advance(days=-400)
    reconcile(lost.app)
    assert flux(lost).sending_since == lost.clock.now()
    lost.clock.advance(minutes=4)
    reconcile(lost.app)
    assert len(states(lost)) == 1
    lost.clock.advance(minutes=1)
    reconcile(lost.app)
    assert states(lost) == [AttemptState.UNKNOWN, AttemptState.THERE]


def test_a_deposit_without_a_day_does_not_wait_for_ever(lost: Hall) -> None:
    with lost.ledger.transaction() as books:
        books.save(replace(flux(lost), sending_since=None))
    reconcile(lost.app)
    lost.clock.instant += lost.app.policy.verify_after - timedelta(seconds=1)
    reconcile(lost.app)
    assert len(states(lost)) == 1
    lost.clock.advance(seconds=1)
    reconcile(lost.app)
    assert len(states(lost)) == 2


def test_what_is_proved_to_be_there_is_not_sent_again_because_a_search_missed_it(
    lost: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost.clock.advance(minutes=6)
    reconcile(lost.app)
    assert flux(lost).arrived
    monkeypatch.setattr(lost.tdt, "find", lambda *_: "")
    lost.clock.advance(hours=1)
    reconcile(lost.app)
    assert flux(lost).state is FluxState.TO_VERIFY
    assert states(lost) == [AttemptState.UNKNOWN, AttemptState.THERE]


def test_a_flow_that_another_tdt_may_have_is_neither_asked_for_nor_sent_here(
    lost: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collectivité changes its TdT while an answer is lost: the new one knows nothing, which proves nothing."""
    with monkeypatch.context() as changed:
        changed.setattr(lost.tdt, "name", "Dossier d'échange")
        changed.setattr(lost.tdt, "find", lambda *_: "")
        changed.setattr(lost.tdt, "send", failing(AssertionError()))
        lost.clock.advance(days=1)
        outcome = reconcile(lost.app)
        transmit(lost.app)
    assert (flux(lost).state, outcome.failures) == (FluxState.TO_VERIFY, ())
    assert any("TdT d'essai, qui n'est plus le TdT configuré" in note for note in outcome.notes)
    reconcile(lost.app)
    assert flux(lost).arrived  # back in the configuration, it is asked by a twin


def test_a_twin_that_is_refused_for_good_is_not_tried_every_day(lost: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost.tdt, "send", failing(Refused("Trop volumineux.")))
    for _ in range(3):
        lost.clock.advance(days=1)
        assert "(Trop volumineux) : demandez-lui s'il les a" in reconcile(lost.app).notes[0]
    assert states(lost) == [AttemptState.UNKNOWN, AttemptState.REFUSED]
    assert flux(lost).state is FluxState.TO_VERIFY
