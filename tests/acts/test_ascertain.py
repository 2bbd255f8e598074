"""What answers leave open is settled by an agent who has asked the comptable: once, never against what is known."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import ascertain, consult, mandats
from dematfin.domain.event import SERVICE, Subject
from dematfin.domain.mandat.attempt import Attempt, AttemptState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.reason import Speaker
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import Forbidden, RuleError, UnknownOutcome
from dematfin.ports.transmitter import Progress
from dematfin.steps.attempts import arrived
from dematfin.steps.follow_up import follow_up
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from examples import AGENT, MAIRE
from fakes.hall import Hall, flux
from fakes.losing import sent_hall
from steps.test_late_acquits import (
    SENT,
    SHEET,
    WAIT,
    acquit,
    answered,
    file_of,
    left_again,
    no,
    retour,
    states,
    told,
    yes,
)
from steps.test_retours import hear, piece

WHY = "vu au téléphone avec la trésorerie"
TOTAL = Decimal("165.30")
CHANGED: dict[type[Flux] | type[Mandat], dict[str, Any]] = {Flux: {"message": "autre"}, Mandat: {"doubt": "autre"}}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall whose bordereau 42, of mandats 1187 and 1188, was sent."""
    return sent_hall(tmp_path)


@pytest.fixture
def unclear(hall: Hall) -> Hall:
    """Have its acquit speak of another bordereau."""
    told(hall, answered(yes(41)))
    assert flux(hall).acquit is AcquitSummary.UNCLEAR
    return hall


def alerts(hall: Hall, name: str) -> list[str]:
    return [one for one in consult.picture(hall.app, AGENT).alerts if name in one]


def last(hall: Hall, nomfic: str) -> tuple[str, str]:
    event = hall.ledger.history(Subject.FLUX, [nomfic])[-1].event
    return event.by, event.motif


def test_what_helios_has_is_accepted_in_the_name_of_an_agent(unclear: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(unclear).id
    assert "flux constater" in alerts(unclear, nomfic)[0]
    assert ascertain.find_accepted(unclear.app, AGENT, nomfic, WHY) == ()
    assert (flux(unclear).acquit, states(unclear)) == (AcquitSummary.ACCEPTED, SENT)
    by, motif = last(unclear, nomfic)
    assert (by, WHY in motif, AGENT.name in motif) == (AGENT.id, True, True)
    assert alerts(unclear, nomfic) == []
    assert file_of(unclear, nomfic, acquit(nomfic, yes()), monkeypatch).notes == ()  # Hélios says so at last
    assert {one.state for one in unclear.all(Answer)} == {AnswerState.APPLIED}


def test_what_helios_has_not_comes_back_and_goes_again_once(unclear: Hall) -> None:
    nomfic = flux(unclear).id
    with pytest.raises(RuleError, match="montant tapé"):
        ascertain.find_refused(unclear.app, AGENT, nomfic, WHY, TOTAL + 1)
    found = ascertain.find_refused(unclear.app, AGENT, nomfic, WHY, TOTAL)
    assert (found.total, len(found.mandats)) == (TOTAL, 2)
    assert (flux(unclear).state, flux(unclear).acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.REFUSED)
    assert set(states(unclear).values()) == {MandatState.REFUSED_AT_GATE}
    assert {reason.speaker for one in unclear.all(Mandat) for reason in one.reasons} == {Speaker.GATE}
    left_again(unclear)
    assert len(unclear.tdt.received) == 2
    told(unclear, lambda name: answered(yes())(name) if name != nomfic else WAIT)
    assert states(unclear) == SENT


@pytest.mark.parametrize("kind", [Flux, Mandat])
def test_what_has_changed_since_the_total_was_confirmed_is_left_as_it_is(
    unclear: Hall, monkeypatch: pytest.MonkeyPatch, kind: type[Flux] | type[Mandat]
) -> None:
    def meanwhile(*_: object) -> None:
        with unclear.ledger.transaction() as books:
            books.save(*(replace(one, **CHANGED[kind]) for one in books.find(kind)))

    monkeypatch.setattr(ascertain, "check_total", meanwhile)
    with pytest.raises(RuleError, match="a changé entre-temps"):
        ascertain.find_refused(unclear.app, AGENT, flux(unclear).id, WHY, TOTAL)
    assert states(unclear) == SENT


def test_what_was_said_refused_and_is_accepted_all_the_same_is_never_there_twice(
    unclear: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    nomfic = flux(unclear).id
    ascertain.find_refused(unclear.app, AGENT, nomfic, WHY, TOTAL)
    mandats.resume(unclear.app, AGENT, SHEET)
    prepare(unclear.app)
    outcome = file_of(unclear, nomfic, acquit(nomfic, yes()), monkeypatch)
    assert any("URGENT." in note for note in outcome.notes)
    notes = ascertain.find_accepted(unclear.app, AGENT, nomfic, WHY)
    assert any("est retiré" in note for note in notes)
    assert states(unclear) == SENT
    assert unclear.sign() == 0
    assert (unclear.all(Bordereau)[0].flux, alerts(unclear, nomfic)) == (nomfic, [])


def test_what_left_again_is_not_accepted_twice(unclear: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(unclear).id
    ascertain.find_refused(unclear.app, AGENT, nomfic, WHY, TOTAL)
    fresh = left_again(unclear)
    unclear.tdt.follow = lambda *_: WAIT  # type: ignore[method-assign]
    file_of(unclear, nomfic, acquit(nomfic, yes()), monkeypatch)
    before = unclear.all(Mandat), unclear.all(Bordereau), unclear.all(Flux)
    with pytest.raises(RuleError, match=fresh.id):
        ascertain.find_accepted(unclear.app, AGENT, nomfic, WHY)
    assert ascertain.see(unclear.app, AGENT, nomfic, WHY)
    assert (unclear.all(Mandat), unclear.all(Bordereau), unclear.all(Flux)) == before
    assert alerts(unclear, f"{nomfic} : URGENT") == []
    with pytest.raises(RuleError, match="aucune alerte"):
        ascertain.see(unclear.app, AGENT, nomfic, WHY)


@pytest.mark.parametrize(("first", "second"), [(yes(), no()), (no(), yes())])
def test_of_two_acquits_that_differ_an_agent_says_which_holds(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    told(hall, answered(first))
    nomfic = flux(hall).id
    file_of(hall, nomfic, acquit(nomfic, second), monkeypatch)
    assert alerts(hall, "URGENT.")
    if first == yes():
        ascertain.find_refused(hall.app, AGENT, nomfic, WHY, TOTAL)
        assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    else:
        ascertain.find_accepted(hall.app, AGENT, nomfic, WHY)
        assert states(hall) == SENT
    assert not alerts(hall, "URGENT.")
    with pytest.raises(RuleError, match="rien à trancher"):
        ascertain.find_accepted(hall.app, AGENT, nomfic, WHY)
    follow_up(hall.app)
    assert len(hall.tdt.received) == 1


def test_what_the_comptable_knows_is_not_refused(unclear: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(unclear).id
    unclear.tdt.unread = {"9": retour(1187, "02")}
    told(unclear, WAIT)
    with pytest.raises(RuleError, match="rien à trancher"):
        ascertain.stake(unclear.app, AGENT, nomfic)
    file_of(unclear, nomfic, acquit(nomfic, no()), monkeypatch)
    with pytest.raises(RuleError, match=r"n° 1187 \(pris en charge\)"):
        ascertain.find_refused(unclear.app, AGENT, nomfic, WHY, TOTAL)
    assert states(unclear) == {1187: MandatState.TAKEN_IN_CHARGE, 1188: MandatState.SENT}


def test_only_an_agent_and_with_a_motif(unclear: Hall) -> None:
    nomfic = flux(unclear).id
    for who, motif, error in ((MAIRE, WHY, Forbidden), (AGENT, " . ", RuleError)):
        for act in (ascertain.see, ascertain.find_accepted):
            with pytest.raises(error):
                act(unclear.app, who, nomfic, motif)
        with pytest.raises(error):
            ascertain.find_refused(unclear.app, who, nomfic, motif, TOTAL)
    assert flux(unclear).acquit is AcquitSummary.UNCLEAR
    assert SERVICE not in {one.event.by for one in unclear.ledger.history() if WHY in one.event.motif}


def test_documents_alone_are_there_or_are_sent_again(unclear: Hall) -> None:
    with unclear.ledger.transaction() as books:
        one = books.find(Flux)[0]
        pieces = books.find(Piece, id=one.pieces)
        alone = Flux(
            id="PESALR1_PJ",
            siret=one.siret,
            state=FluxState.ACKNOWLEDGED,
            acquit=AcquitSummary.UNCLEAR,
            bordereaux=(),
            pieces=(pieces[0].id,),
            unsigned=one.unsigned,
        )
        books.save(alone)
    ascertain.find_refused(unclear.app, AGENT, alone.id, WHY, Decimal(0))
    (refused,) = [one for one in unclear.all(Piece) if one.id == pieces[0].id]
    assert (refused.refused_in, WHY in refused.refusal) == ((alone.id,), True)
    with unclear.ledger.transaction() as books:
        books.save(alone, pieces[0])
    ascertain.find_accepted(unclear.app, AGENT, alone.id, WHY)
    assert [one.accepted_in for one in unclear.all(Piece) if one.id == pieces[0].id] == [alone.id]
    assert states(unclear) == SENT


# Flows that nothing else settles.


@pytest.mark.parametrize("state", [FluxState.SIGNED, FluxState.TO_VERIFY, FluxState.TRANSMITTED])
def test_what_the_comptable_has_though_no_acquit_will_come_is_accepted(hall: Hall, state: FluxState) -> None:
    """Its acquit is lost, or the flow left from a ledger that was restored since: it is never sent again."""
    one = flux(hall)
    with hall.ledger.transaction() as books:
        since = hall.clock.now()
        books.save(
            replace(one, state=state, remote_id="7" if state is FluxState.TRANSMITTED else "", sending_since=since)
        )
        here = MandatState.SENT if state is FluxState.TRANSMITTED else MandatState.IN_BORDEREAU
        books.save(*(replace(mandat, state=here) for mandat in books.find(Mandat)))
    with pytest.raises(RuleError, match="rien à trancher"):
        ascertain.find_accepted(hall.app, AGENT, one.id, WHY)
    hall.tdt.unread = {"9": retour(1187, "02")}
    told(hall, WAIT)
    hall.tdt.received.clear()  # the TdT has forgotten it, and would take it
    hall.tdt.find = _cannot_tell  # type: ignore[method-assign, assignment]
    hall.clock.advance(hours=1)
    for step in (reconcile, transmit, reconcile):
        step(hall.app)
    assert hall.tdt.received == {}
    ascertain.find_accepted(hall.app, AGENT, one.id, WHY)
    assert (flux(hall).state, flux(hall).acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.ACCEPTED)
    assert states(hall) == {1187: MandatState.TAKEN_IN_CHARGE, 1188: MandatState.SENT}
    assert transmit(hall.app).failures == ()
    assert hall.tdt.received == {}


def _cannot_tell(*_: object) -> str:
    message = "Le TdT ne sait pas."
    raise UnknownOutcome(message)


def test_an_acquit_that_nobody_can_read_is_settled_by_an_agent(hall: Hall) -> None:
    told(hall, Progress(phase=Phase.ANSWERED, acquit=b"<oups"))
    nomfic = flux(hall).id
    assert [one.state for one in hall.all(Answer)] == [AnswerState.QUARANTINED]
    ascertain.find_refused(hall.app, AGENT, nomfic, WHY, TOTAL)
    assert (flux(hall).state, flux(hall).acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.REFUSED)
    assert set(states(hall).values()) == {MandatState.REFUSED_AT_GATE}
    left_again(hall)
    assert len(hall.tdt.received) == 2


def test_an_acquit_that_comes_before_the_word_of_the_tdt_leaves_no_open_deposit(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = flux(hall)
    (tried,) = hall.all(Attempt)
    sending = replace(one, state=FluxState.SENDING, remote_id="", sent_at=None)
    with hall.ledger.transaction() as books:
        books.save(sending, replace(tried, state=AttemptState.SENDING, remote_id="", ended_at=None))
        books.save(*(replace(mandat, state=MandatState.IN_BORDEREAU) for mandat in books.find(Mandat)))
    file_of(hall, one.id, acquit(one.id, yes()), monkeypatch)
    assert (flux(hall).state, states(hall)) == (FluxState.ACKNOWLEDGED, SENT)
    assert [attempt.state for attempt in hall.all(Attempt)] == [AttemptState.ARRIVED]
    arrived(hall.app, sending, "12")  # the process that was sending it hears at last
    assert (flux(hall).state, flux(hall).remote_id) == (FluxState.ACKNOWLEDGED, "12")
    assert [attempt.remote_id for attempt in hall.all(Attempt)] == ["12"]


# What the comptable says otherwise than we know it.


def test_a_doubt_stays_until_he_agrees_or_somebody_has_looked(hall: Hall) -> None:
    told(hall, answered(yes()))
    hear(hall, piece(1187, "05", ("01", "120.00")))
    assert hear(hall, piece(1187, "05", ("01", "120.00"), ("01", "-20.00"))).notes
    (mandat,) = [one for one in hall.all(Mandat) if one.number == 1187]
    assert (mandat.state, mandat.paid) == (MandatState.PAID, Decimal("120.00"))
    assert "ne dit plus que 100,00" in mandat.doubt
    assert len(alerts(hall, "ne dit plus que")) == 1
    hear(hall, piece(1187, "02"))  # tells no payment
    assert len(alerts(hall, "ne dit plus que")) == 1
    assert ascertain.see(hall.app, AGENT, mandat.id, WHY) == (mandat.doubt,)
    assert hear(hall, piece(1187, "05", ("01", "100.00"))).notes == ()  # the same again
    assert alerts(hall, "ne dit plus que") == []
    hear(hall, piece(1187, "05", ("01", "90.00")))
    assert len(alerts(hall, "ne dit plus que 90,00")) == 1
    hear(hall, piece(1187, "05", ("01", "60.00"), ("01", "60.00")))
    assert alerts(hall, "ne dit plus que") == []
    (after,) = [one for one in hall.all(Mandat) if one.number == 1187]
    assert (after.doubt, after.doubt_seen, after.paid) == ("", "", Decimal("120.00"))
