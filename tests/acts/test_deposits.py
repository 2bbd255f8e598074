"""What a person settles of a deposit: its number read at the TdT, its loss, a flow that must never leave."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import consult, deposits, lost_flow, mandats, withdraw
from dematfin.domain.mandat.attempt import Attempt, AttemptState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import (
    AlreadyThere,
    ComeBackLater,
    Forbidden,
    Refused,
    RuleError,
    UnknownOutcome,
    UnknownRecord,
    Unreachable,
)
from dematfin.ports.transmitter import Progress
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from examples import ADMIN, AGENT, MAIRE, VISEUR
from fakes.hall import Hall, flux
from fakes.losing import NO_ARCHIVIST, failing, lose_the_answer, signed_hall

TOTAL = Decimal("165.30")
WHY = "vu avec le TdT et le comptable"
ROBOT = Person(id="service", name="Service", roles=frozenset({Role.SERVICE}))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return signed_hall(tmp_path)


@pytest.fixture
def lost(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Return it once its flow is known to be at the TdT under number 1, which the TdT does not tell."""
    lose_the_answer(hall, monkeypatch)
    hall.clock.advance(minutes=6)
    reconcile(hall.app)
    hall.clock.advance(minutes=6)
    assert flux(hall).arrived
    return hall


@pytest.fixture
def sent(hall: Hall) -> Hall:
    """Return it once its flow is transmitted."""
    transmit(hall.app)
    return hall


def says(phase: Phase, message: str = "") -> Callable[..., Progress]:
    return lambda *_: Progress(phase=phase, message=message)


def states(hall: Hall) -> set[MandatState]:
    return {one.state for one in hall.all(Mandat)}


def unchanged(hall: Hall, before: Flux) -> None:
    assert flux(hall) == before
    assert states(hall) <= {MandatState.IN_BORDEREAU, MandatState.SENT}


# A number read at the TdT.


def test_a_number_read_at_the_tdt_is_adopted_in_one_go(lost: Hall) -> None:
    known = deposits.attach(lost.app, AGENT, flux(lost).id, " 1 ", WHY)
    assert (known.state, known.remote_id, known.sent_at) == (FluxState.TRANSMITTED, "1", lost.clock.now())
    assert states(lost) == {MandatState.SENT}
    tried = deposits.journal(lost.app, AGENT, known.id)[0].attempts
    assert [(one.state, one.remote_id) for one in tried] == [(AttemptState.ARRIVED, "1"), (AttemptState.THERE, "")]
    (event,) = (one.event for one in lost.ledger.history(keys=(known.id,)) if one.event.after == "TRANSMITTED")
    assert (event.by, event.data["remote_id"]) == (AGENT.id, "1")
    assert AGENT.name in event.motif
    assert WHY in event.motif
    lost.day()
    assert flux(lost).state is FluxState.ACKNOWLEDGED


@pytest.mark.parametrize("number", ["", "  ", "7\x00", "1\n2", "9" * 101])
def test_what_is_no_number_is_refused(lost: Hall, number: str) -> None:
    before = flux(lost)
    with pytest.raises(RuleError, match="recopiez celui que montre l'écran"):
        deposits.attach(lost.app, AGENT, before.id, number)
    unchanged(lost, before)


def test_a_number_that_holds_something_else_is_refused_with_what_it_holds(
    lost: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = flux(lost)
    lost.tdt.received["9"] = b"<autre/>"
    with monkeypatch.context() as listed:
        listed.setattr(
            lost.tdt, "deposits", lambda _: (Held(remote_id="9", nomfic="PESALR1_AUTRE", phase=Phase.WAITING),)
        )
        with pytest.raises(RuleError, match="n° 9 contient le flux PESALR1_AUTRE"):
            deposits.attach(lost.app, AGENT, before.id, "9")
    for silent in (lambda _: None, failing(Unreachable("S²LOW ne répond pas."))):
        monkeypatch.setattr(lost.tdt, "deposits", silent)
        with pytest.raises(RuleError, match="n° 9 contient autre chose que le flux"):
            deposits.attach(lost.app, AGENT, before.id, "9")
    unchanged(lost, before)


def test_a_number_that_does_not_exist_is_refused(lost: Hall) -> None:
    before = flux(lost)
    with pytest.raises(RuleError, match=r"n'a pas de dépôt « 12 ».*relisez le numéro"):
        deposits.attach(lost.app, AGENT, before.id, "12")
    unchanged(lost, before)


def test_a_number_that_another_flow_has_is_refused(lost: Hall) -> None:
    before = flux(lost)
    with lost.ledger.transaction() as books:
        books.save(replace(before, id="AUTRE", state=FluxState.ACKNOWLEDGED, remote_id="1"))
    with pytest.raises(RuleError, match="n° 1 est celui du flux AUTRE"):
        deposits.attach(lost.app, AGENT, before.id, "1")


def test_what_cannot_be_compared_needs_an_acquit(lost: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    before = flux(lost)
    monkeypatch.setattr(lost.tdt, "confirm", failing(UnknownOutcome("S²LOW ne donne pas le fichier.")))
    for silent in (says(Phase.WAITING), failing(Unreachable("S²LOW ne répond pas."))):
        with monkeypatch.context() as quiet:
            quiet.setattr(lost.tdt, "follow", silent)
            with pytest.raises(RuleError, match=r"ne donne pas le fichier.*demandez au TdT"):
                deposits.attach(lost.app, AGENT, before.id, "1")
    follow = lost.tdt.follow
    with monkeypatch.context() as other:
        other.setattr(lost.tdt, "follow", lambda key, _: follow(key, "PESALR1_AUTRE"))
        with pytest.raises(RuleError, match="ne donne pas le fichier"):
            deposits.attach(lost.app, AGENT, before.id, "1")
    unchanged(lost, before)
    assert deposits.attach(lost.app, AGENT, before.id, "1").state is FluxState.TRANSMITTED


@pytest.mark.parametrize("who", [VISEUR, MAIRE, ADMIN])
def test_only_whoever_may_transmit_attaches(lost: Hall, who: Person) -> None:
    with pytest.raises(Forbidden):
        deposits.attach(lost.app, who, flux(lost).id, "1")


def test_only_a_flow_in_doubt_is_attached(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(hall).id
    with pytest.raises(RuleError, match="il est « signé »"):
        deposits.attach(hall.app, AGENT, nomfic, "1")
    with pytest.raises(UnknownRecord, match="flux liste"):
        deposits.attach(hall.app, AGENT, "PESALR1_X", "1")
    transmit(hall.app)
    with pytest.raises(RuleError, match="déjà connu sous le n° 1"):
        deposits.attach(hall.app, AGENT, nomfic, "1")
    with pytest.raises(RuleError, match="« transmis » sous le n° 1"):
        deposits.attach(hall.app, AGENT, nomfic, "2")
    with hall.ledger.transaction() as books:
        books.save(replace(flux(hall), state=FluxState.SENDING))
    with pytest.raises(RuleError, match="dematfin suivi"):
        deposits.attach(hall.app, AGENT, nomfic, "2")
    with hall.ledger.lease("transmission", "ailleurs:1"), pytest.raises(ComeBackLater):
        deposits.attach(hall.app, AGENT, nomfic, "2")


def test_of_two_twins_that_both_passed_the_one_that_counts_is_attached(
    sent: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number that we have is that of the second, which S²LOW has put in error: it says that the name exists."""
    sent.tdt.received["2"] = sent.tdt.received["1"]
    monkeypatch.setattr(sent.tdt, "follow", says(Phase.HELD, "S²LOW en a déjà un de même nom."))
    assert deposits.attach(sent.app, AGENT, flux(sent).id, "2").remote_id == "2"
    assert states(sent) == {MandatState.SENT}


# A flow that is nowhere.


def test_a_flow_that_the_tdt_has_lost_gives_its_mandats_back(lost: Hall) -> None:
    before = flux(lost)
    stake = lost_flow.absence(lost.app, AGENT, before.id)
    assert (stake.total, len(stake.mandats), stake.said) == (TOTAL, 2, before.message)
    lost_flow.certify_absent(lost.app, AGENT, before.id, WHY, TOTAL)
    assert flux(lost).state is FluxState.REFUSED_BY_TDT
    assert flux(lost).message == f"certifié absent par {AGENT.name} : {WHY}"
    assert states(lost) == {MandatState.REFUSED_AT_GATE}
    assert {one.state for one in lost.all(Attempt)} == {AttemptState.ABSENT, AttemptState.THERE}
    (event,) = (one.event for one in lost.ledger.history(keys=(before.id,)) if one.event.after == "REFUSED_BY_TDT")
    assert (event.by, WHY in event.motif) == (AGENT.id, True)


def test_it_leaves_again_under_another_name_once_it_is_signed_again(lost: Hall) -> None:
    before = flux(lost)
    lost.tdt.unread.clear()  # it had come there, and went no further
    lost_flow.certify_absent(lost.app, AGENT, before.id, WHY, TOTAL)
    mandats.resume(lost.app, AGENT, "COMMUNE-2026-42")
    lost.day()
    assert lost.sign() == 1
    transmit(lost.app)
    (again,) = (one for one in lost.all(Flux) if one.id != before.id)
    assert (again.state, again.replaces) == (FluxState.TRANSMITTED, before.id)
    with pytest.raises(RuleError, match="« refusé par le TdT »"):
        lost_flow.certify_absent(lost.app, AGENT, before.id, WHY, TOTAL)


@pytest.mark.parametrize("confirmed", [Decimal("165.31"), Decimal(0), Decimal("-165.30")])
def test_another_total_certifies_nothing(lost: Hall, confirmed: Decimal) -> None:
    before = flux(lost)
    with pytest.raises(RuleError, match="Rien n'est changé"):
        lost_flow.certify_absent(lost.app, AGENT, before.id, WHY, confirmed)
    unchanged(lost, before)


def test_what_has_changed_since_the_total_was_confirmed_is_left_as_it_is(
    lost: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = flux(lost)

    def meanwhile(*_: object) -> None:
        with lost.ledger.transaction() as books:
            books.save(replace(before, message="Le TdT l'a retrouvé."))

    monkeypatch.setattr(lost_flow, "check_total", meanwhile)
    with pytest.raises(RuleError, match="a changé entre-temps"):
        lost_flow.certify_absent(lost.app, AGENT, before.id, WHY, TOTAL)
    assert flux(lost).state is before.state


@pytest.mark.parametrize("who", [VISEUR, MAIRE, ADMIN, ROBOT])
def test_only_a_named_agent_certifies(lost: Hall, who: Person) -> None:
    before = flux(lost)
    with pytest.raises(Forbidden):
        lost_flow.absence(lost.app, who, before.id)
    with pytest.raises(Forbidden):
        lost_flow.certify_absent(lost.app, who, before.id, WHY, TOTAL)
    with pytest.raises(RuleError, match="motif"):
        lost_flow.certify_absent(lost.app, AGENT, before.id, " ", TOTAL)
    unchanged(lost, before)


def test_a_flow_that_the_tdt_finds_is_attached_instead(lost: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(RuleError, match=r"transmission rattacher \S+ 1$"):
        lost_flow.absence(lost.app, AGENT, flux(lost).id)


def test_what_may_still_be_on_its_way_or_be_asked_is_not_certified(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(hall).id
    with pytest.raises(RuleError, match="« signé »"):
        lost_flow.absence(hall.app, AGENT, nomfic)
    monkeypatch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    monkeypatch.setattr(hall.tdt, "send", failing(UnknownOutcome("La réponse s'est perdue.")))
    transmit(hall.app)
    with pytest.raises(RuleError, match="en route"):
        lost_flow.absence(hall.app, AGENT, nomfic)
    hall.clock.advance(minutes=6)
    with pytest.raises(RuleError, match="dematfin suivi"):
        lost_flow.absence(hall.app, AGENT, nomfic)
    monkeypatch.setattr(hall.tdt, "refuses_twins", False)  # such a TdT is never asked by a twin
    assert lost_flow.absence(hall.app, AGENT, nomfic).total == TOTAL
    with hall.ledger.lease("transmission", "ailleurs:1"), pytest.raises(ComeBackLater):
        lost_flow.certify_absent(hall.app, AGENT, nomfic, WHY, TOTAL)


def test_what_the_tdt_refuses_now_or_another_one_may_have_can_be_certified(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    nomfic = flux(hall).id
    monkeypatch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    monkeypatch.setattr(hall.tdt, "send", failing(UnknownOutcome("La réponse s'est perdue.")))
    transmit(hall.app)
    hall.clock.advance(minutes=6)
    with monkeypatch.context() as changed:
        changed.setattr(hall.tdt, "name", "Dossier d'échange")
        assert "reçu par TdT d'essai" in lost_flow.absence(hall.app, AGENT, nomfic).said
    monkeypatch.setattr(hall.tdt, "send", failing(Refused("Trop volumineux.")))
    reconcile(hall.app)
    hall.clock.advance(minutes=6)
    assert "Trop volumineux" in lost_flow.certify_absent(hall.app, AGENT, nomfic, WHY, TOTAL).said
    assert {one.state for one in hall.all(Attempt)} == {AttemptState.ABSENT, AttemptState.REFUSED}


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.WAITING, "son acquit peut encore venir"),
        (Phase.ANSWERED, "Hélios y a répondu"),
        (Phase.REFUSED, "reviennent d'eux-mêmes"),
        (Phase.UNKNOWN, "demandez-lui"),
    ],
)
def test_a_transmitted_flow_that_is_not_lost_stays(
    sent: Hall, monkeypatch: pytest.MonkeyPatch, phase: Phase, words: str
) -> None:
    before = flux(sent)
    monkeypatch.setattr(sent.tdt, "follow", says(phase))
    with pytest.raises(RuleError, match=words):
        lost_flow.certify_absent(sent.app, AGENT, before.id, WHY, TOTAL)
    unchanged(sent, before)


@pytest.mark.parametrize(("phase", "words"), [(Phase.LOST, "S²LOW l'a annulé."), (Phase.HELD, "d'abord supprimer")])
def test_a_transmitted_flow_that_is_lost_gives_its_mandats_back(
    sent: Hall, monkeypatch: pytest.MonkeyPatch, phase: Phase, words: str
) -> None:
    monkeypatch.setattr(sent.tdt, "follow", says(phase, "S²LOW l'a annulé."))
    stake = lost_flow.certify_absent(sent.app, AGENT, flux(sent).id, WHY, TOTAL)
    assert words in stake.said
    assert (flux(sent).state, states(sent)) == (FluxState.REFUSED_BY_TDT, {MandatState.REFUSED_AT_GATE})


def test_whoever_has_answered_has_received(sent: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sent.all(Mandat)[0]
    with sent.ledger.transaction() as books:
        books.save(replace(first, state=MandatState.TAKEN_IN_CHARGE))
    monkeypatch.setattr(sent.tdt, "follow", says(Phase.LOST))
    with pytest.raises(RuleError, match=r"n° 1187 \(pris en charge\)"):
        lost_flow.absence(sent.app, AGENT, flux(sent).id)
    monkeypatch.undo()
    sent.day()
    with pytest.raises(RuleError, match="un acquit d'Hélios y répond"):
        lost_flow.absence(sent.app, AGENT, flux(sent).id)


def test_the_picture_ends_with_the_command_to_type(lost: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    nomfic = flux(lost).id

    def alert() -> str:
        return next(one for one in consult.picture(lost.app, AGENT).alerts if nomfic in one)

    assert f"dematfin transmission rattacher {nomfic} NUMÉRO" in alert()
    assert alert().endswith(f'dematfin transmission absente {nomfic} --motif "…"')
    deposits.attach(lost.app, AGENT, nomfic, "1")
    monkeypatch.setattr(lost.tdt, "follow", says(Phase.LOST, "S²LOW l'a annulé."))
    lost.day()
    assert alert().endswith(f'dematfin transmission absente {nomfic} --motif "…"')


# A flow that must never leave.


@pytest.fixture
def answered(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Return it once its flow was believed lost, taken up again and signed; the comptable has the first mandat."""
    monkeypatch.setattr(hall.tdt, "send", failing(AlreadyThere("Déjà reçu.")))
    monkeypatch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    transmit(hall.app)
    hall.clock.advance(minutes=6)
    lost_flow.certify_absent(hall.app, AGENT, flux(hall).id, WHY, TOTAL)
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    hall.day()
    assert hall.sign() == 1
    first = hall.all(Mandat)[0]
    with hall.ledger.transaction() as books:
        books.save(replace(first, state=MandatState.TAKEN_IN_CHARGE))
    return hall


def test_a_flow_whose_mandats_are_known_is_withdrawn_and_its_bordereau_has_its_former_one(answered: Hall) -> None:
    former, second = sorted(answered.all(Flux), key=lambda one: one.id)
    failure = transmit(answered.app).failures[0].sentence
    assert failure.endswith(f'dematfin transmission retirer {second.id} --motif "…"')
    sheet = withdraw.withdraw(answered.app, AGENT, second.id, WHY).bordereaux[0]
    assert (sheet.flux, sheet.sent_before, sheet.refused) == (former.id, (second.id,), False)
    kept, dropped = sorted(answered.all(Flux), key=lambda one: one.id)
    assert (kept.state, kept.acquit) == (FluxState.ACKNOWLEDGED, AcquitSummary.ACCEPTED)
    assert dropped.state is FluxState.DROPPED
    assert [one.state for one in answered.all(Mandat)] == [MandatState.TAKEN_IN_CHARGE, MandatState.SENT]
    assert answered.all(Bordereau) == (sheet,)
    assert transmit(answered.app).failures == ()
    with pytest.raises(RuleError, match="« retiré, jamais envoyé »"):
        withdraw.withdraw(answered.app, AGENT, second.id, WHY)


def test_a_flow_that_may_leave_or_has_no_former_one_is_not_withdrawn(hall: Hall) -> None:
    nomfic = flux(hall).id
    with pytest.raises(RuleError, match="bordereau ecarter COMMUNE-2026-42"):
        withdraw.withdraw(hall.app, AGENT, nomfic, WHY)
    with pytest.raises(Forbidden):
        withdraw.withdraw(hall.app, MAIRE, nomfic, WHY)
    with pytest.raises(RuleError, match="motif"):
        withdraw.withdraw(hall.app, AGENT, nomfic, "")
    with hall.ledger.transaction() as books:
        books.save(replace(hall.all(Mandat)[0], state=MandatState.PAID))
    with pytest.raises(RuleError, match="jamais parti d'ici"):
        withdraw.withdraw(hall.app, AGENT, nomfic, WHY)
    with hall.ledger.transaction() as books:
        books.save(replace(flux(hall), state=FluxState.SIGNING))
    with pytest.raises(RuleError, match="bordereau rappeler COMMUNE-2026-42"):
        withdraw.withdraw(hall.app, AGENT, nomfic, WHY)
