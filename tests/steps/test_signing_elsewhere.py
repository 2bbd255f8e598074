"""Flows that are signed elsewhere: handed over, collected, refused, recalled, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import aside, hand_over, sign
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Role
from dematfin.errors import ConfigError, Forbidden, Refused, RuleError, UnknownOutcome, Unreachable
from dematfin.steps.outcome import Outcome
from dematfin.steps.signing import signing
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall, Killed, Watched, flux
from fakes.signature import WORD, FakeCheck, FakePlace, FakeSigner

REMOTE = frozenset({"submit", "collect", "release"})


@pytest.fixture
def place() -> FakePlace:
    return FakePlace()


@pytest.fixture
def hall(tmp_path: Path, place: FakePlace) -> Hall:
    return prepared(tmp_path, place)


def prepared(folder: Path, place: FakePlace) -> Hall:
    """Return a hall with one bordereau to be signed in a place whose calls count."""
    hall = Hall.build(folder)
    hall.app = replace(hall.app, signer=Watched(place, hall.axe, REMOTE))
    hall.to_sign("120.00")
    return hall


def hand(hall: Hall) -> str:
    """Have an agent hand over whatever waits; return under which reference."""
    for sheet in hand_over.to_hand_over(hall.app, AGENT):
        hand_over.hand_over(hall.app, AGENT, sheet.flux.id, sheet.bordereau.total)
    return flux(hall).signing_ref


def poll(hall: Hall) -> Outcome:
    return signing(hall.app)


def told(hall: Hall) -> list[str]:
    return [one.event.motif for one in hall.ledger.history(Subject.FLUX)]


def test_a_flow_goes_there_and_comes_back_signed_by_name(hall: Hall, place: FakePlace) -> None:
    reference = hand(hall)
    assert (flux(hall).state, place.made) == (FluxState.SIGNING, [])
    poll(hall)
    assert place.made == [reference]
    assert flux(hall).signing_since == hall.clock.now()
    place.sign(reference)
    assert poll(hall).done == (flux(hall).id,)
    now = flux(hall)
    assert (now.state, now.signed_by, now.signing_ref) == (FluxState.SIGNED, MAIRE.id, "")
    assert now.signed is not None
    assert now.signing_history is not None
    assert hall.documents.kept[now.signed.sha256].endswith(WORD)
    assert hall.documents.kept[now.signing_history.sha256] == b"<histoire/>"
    assert place.put_away == [reference]
    kept = hall.ledger.history(Subject.FLUX)[-1].event
    assert kept.motif == "signé par MAIRE Jeanne"
    assert hall.documents.kept[kept.data["fiche"]].startswith(b"%PDF")
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED


def test_a_refusal_comes_back_with_its_reason_and_may_be_handed_over_again(hall: Hall, place: FakePlace) -> None:
    first = hand(hall)
    poll(hall)
    place.refuse(first, "Rejeté par Jeanne Maire : imputation fausse.")
    assert "imputation fausse" in " ".join(poll(hall).notes)
    now = flux(hall)
    assert (now.state, now.message, now.signed) == (
        FluxState.BUILT,
        "Rejeté par Jeanne Maire : imputation fausse.",
        None,
    )
    assert place.put_away == [first]
    hall.clock.advance(minutes=1)
    second = hand(hall)
    assert second != first
    poll(hall)
    place.sign(second)
    poll(hall)
    assert flux(hall).state is FluxState.SIGNED


def test_what_takes_days_is_told_after_some(hall: Hall) -> None:
    hand(hall)
    assert poll(hall).notes == ("Bordereau COMMUNE-2026-42 : remis à la signature dans l'i-Parapheur.",)
    hall.clock.advance(days=6)
    assert poll(hall).notes == ()
    hall.clock.advance(days=1)
    (note,) = poll(hall).notes
    assert "COMMUNE-2026-42" in note
    assert "depuis 7 jours" in note


def test_a_lost_answer_is_sent_again_under_the_same_reference(
    hall: Hall, place: FakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, submit = hand(hall), FakePlace.submit

    def lost(self: FakePlace, request: object) -> str:
        submit(self, request)  # type: ignore[arg-type]
        monkeypatch.undo()
        raise UnknownOutcome

    monkeypatch.setattr(FakePlace, "submit", lost)
    assert poll(hall).exit_code == 1
    assert flux(hall).signing_since is None
    poll(hall)
    assert place.made == [reference]
    assert flux(hall).message == ""


@pytest.mark.parametrize("damage", [b" ", b"x"], ids=["a blank", "a byte"])
def test_what_comes_back_changed_is_not_kept_and_waits_for_somebody(
    hall: Hall, place: FakePlace, damage: bytes
) -> None:
    reference = hand(hall)
    poll(hall)
    place.folders[reference] = damage + place.folders[reference]
    place.sign(reference)
    (failure,) = poll(hall).failures
    assert "rien n'est gardé" in failure.sentence
    now = flux(hall)
    assert (now.state, now.signed) == (FluxState.SIGNING, None)
    assert "rien n'est gardé" in now.message
    assert "rappelez-le d'abord (bordereau rappeler COMMUNE-2026-42)" in now.message
    assert "bordereau rappeler COMMUNE-2026-42" in poll(hall).notes[0]
    assert place.put_away == []
    hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert (flux(hall).state, place.put_away) == (FluxState.BUILT, [reference])


def test_nobody_signs_there_who_may_not(hall: Hall, place: FakePlace) -> None:
    place_of(hall, signer="Paul Inconnu")
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    (failure,) = poll(hall).failures
    assert "Paul Inconnu, et aucune personne de ce nom n'a le rôle ordonnateur" in failure.sentence
    place_of(hall, signer="Paul Viseur")
    assert "rôle ordonnateur" in poll(hall).failures[0].sentence
    hall.app = replace(hall.app, policy=replace(hall.app.policy, signatory_known=True))
    assert "rôle ordonnateur" in poll(hall).failures[0].sentence  # a name that is known, and may not
    place_of(hall, signer="Paul Inconnu")
    assert poll(hall).failures == ()
    assert flux(hall).signed_by == "Paul Inconnu"


def test_whoever_certified_does_not_sign_there_either(hall: Hall, place: FakePlace) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, roles=VISEUR.roles | {Role.ORDONNATEUR}))
    place_of(hall, signer="VISEUR PAUL")
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    assert "Paul Viseur a visé F2026-000001" in poll(hall).failures[0].sentence
    assert flux(hall).state is FluxState.SIGNING


def place_of(hall: Hall, signer: str) -> None:
    hall.app = replace(hall.app, signatures=FakeCheck(hall.clock.now, signer))


def test_what_a_person_should_look_at_in_a_signature_is_told_and_written_down(
    hall: Hall, place: FakePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    judged = FakeCheck.report
    doubt = Finding(code="SIG-XADES", severity=Severity.WARNING, sentence="Signé en XAdES 1.1.1.")
    monkeypatch.setattr(FakeCheck, "report", lambda *paths: replace(judged(*paths), findings=(doubt,)))
    assert poll(hall).notes == (f"Flux {flux(hall).id} : Signé en XAdES 1.1.1.",)
    assert flux(hall).state is FluxState.SIGNED
    assert hall.ledger.history(Subject.FLUX)[-1].event.data["remarques"] == "Signé en XAdES 1.1.1."


def test_a_signature_older_than_its_flow_is_no_signature(hall: Hall, place: FakePlace) -> None:
    before = hall.clock.now()
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    hall.app = replace(hall.app, signatures=FakeCheck(lambda: before.replace(hour=8)))
    assert "datée d'avant la préparation" in poll(hall).failures[0].sentence
    assert flux(hall).state is FluxState.SIGNING


def test_what_is_recalled_is_taken_back_there_first(hall: Hall, place: FakePlace) -> None:
    reference = hand(hall)
    poll(hall)
    place.open(reference)
    with pytest.raises(Refused):
        hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert flux(hall).state is FluxState.SIGNING
    place.read.clear()
    hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert (flux(hall).state, flux(hall).signing_ref) == (FluxState.BUILT, "")
    assert place.put_away == [reference]
    with pytest.raises(RuleError, match="n'est pas à la signature"):
        hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")


def test_what_was_signed_meanwhile_is_kept_and_not_recalled(hall: Hall, place: FakePlace) -> None:
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    with pytest.raises(RuleError, match="signé"):
        hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert flux(hall).state is FluxState.SIGNED


def test_a_folder_that_was_deleted_there_is_told_and_can_be_recalled(hall: Hall, place: FakePlace) -> None:
    reference = hand(hall)
    poll(hall)
    place.delete(reference)
    assert "introuvable" in poll(hall).notes[0]
    hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    assert flux(hall).state is FluxState.BUILT


def test_a_place_that_is_gone_for_good_does_not_hold_a_bordereau_back(hall: Hall) -> None:
    reference = hand(hall)
    poll(hall)
    hall.app = replace(hall.app, signer=FakeSigner())
    with pytest.raises(ConfigError, match="bordereau rappeler"):
        poll(hall)
    assert hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42").signing_ref == reference
    assert (flux(hall).state, flux(hall).signing_ref) == (FluxState.BUILT, "")
    assert hall.sign() == 1
    assert "signature" not in [one.step for one in hall.day()]
    assert flux(hall).state is FluxState.ACKNOWLEDGED


def test_what_has_ended_in_a_place_that_is_gone_is_told_once_and_stops_nothing(hall: Hall, place: FakePlace) -> None:
    reference = hand(hall)
    poll(hall)
    place.sign(reference)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakePlace, "release", lambda *_: (_ for _ in ()).throw(Unreachable("muet")))
        poll(hall)
    assert (flux(hall).state, flux(hall).signing_ref) == (FluxState.SIGNED, reference)
    hall.app = replace(hall.app, signer=FakeSigner())
    assert reference in poll(hall).notes[0]
    assert poll(hall).notes == ()
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED


def test_what_is_signed_after_it_was_recalled_is_nobodys(hall: Hall, place: FakePlace) -> None:
    """It was taken back there; and would it be signed all the same, its reference is not asked about any more."""
    first = hand(hall)
    poll(hall)
    hand_over.recall(hall.app, AGENT, "COMMUNE-2026-42")
    place.folders[first] = hall.documents.kept[flux(hall).unsigned.sha256]
    place.sign(first)
    assert poll(hall).done == ()
    assert (flux(hall).state, flux(hall).signed) == (FluxState.BUILT, None)


def test_a_mandat_set_aside_waits_for_the_recall_and_what_lies_there_is_put_away_all_the_same(
    hall: Hall, place: FakePlace
) -> None:
    reference = hand(hall)
    poll(hall)
    (mandat,) = hall.all(Mandat)
    with pytest.raises(RuleError, match="bordereau rappeler"):
        aside.set_aside(hall.app, AGENT, "COMMUNE-2026-42", mandat.id, "IBAN douteux")
    place.refuse(reference, "Non.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakePlace, "release", lambda *_: (_ for _ in ()).throw(Unreachable("muet")))
        poll(hall)
    assert flux(hall).state is FluxState.BUILT
    aside.set_aside(hall.app, AGENT, "COMMUNE-2026-42", mandat.id, "IBAN douteux")
    assert flux(hall).state is FluxState.DROPPED
    poll(hall)
    assert (place.put_away, flux(hall).signing_ref) == ([reference], "")


def test_only_an_agent_hands_over_and_nobody_signs_here_what_is_signed_there(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        hand_over.to_hand_over(hall.app, MAIRE)
    with pytest.raises(Forbidden):
        hand_over.hand_over(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    with pytest.raises(Forbidden):
        hand_over.recall(hall.app, MAIRE, "COMMUNE-2026-42")
    with pytest.raises(RuleError, match="i-Parapheur"):
        sign.holder(hall.app, MAIRE)
    with pytest.raises(RuleError, match="i-Parapheur"):
        hall.sign()


def test_a_place_that_is_not_configured_any_more_is_asked_for(hall: Hall) -> None:
    hand(hall)
    hall.app = replace(hall.app, signer=FakeSigner())
    with pytest.raises(ConfigError, match="lieu"):
        poll(hall)


def test_where_all_is_signed_here_nobody_is_asked(tmp_path: Path) -> None:
    assert "signature" not in [one.step for one in Hall.build(tmp_path).day()]


def whole(hall: Hall, place: FakePlace, guard: Callable[[Callable[[], object]], None]) -> None:
    """Hand over, be refused, hand over again, sign, transmit, be paid."""
    guard(lambda: hand(hall))
    guard(hall.day)
    if not place.ended and place.made:
        place.refuse(place.made[0], "Non.")
    guard(hall.day)
    guard(hall.day)
    hall.clock.advance(minutes=30)
    guard(lambda: hand(hall))
    guard(hall.day)
    if flux(hall).signing_ref in place.folders:
        place.sign(flux(hall).signing_ref)
    for _ in range(3):
        guard(hall.day)


def test_killed_anywhere_nothing_is_lost_or_signed_twice(tmp_path: Path) -> None:
    """Before a call, all is as it was after the one that came before it."""
    call, alive = 0, True
    while alive:
        call += 1
        place = FakePlace()
        hall = prepared(tmp_path, place)
        hall.ledger.axe = hall.axe
        hall.axe.calls, hall.axe.at = 0, (call, "after")

        def survived(work: Callable[[], object], hall: Hall = hall) -> None:
            while True:
                try:
                    work()
                except Killed:
                    hall.axe.at = None
                    hall.clock.advance(minutes=10)
                else:
                    return

        whole(hall, place, survived)
        alive = hall.axe.at is None
        now = flux(hall)
        assert now.state is FluxState.ACKNOWLEDGED, f"killed after call {call}"
        assert (len(place.made), place.folders, now.signing_ref) == (2, {}, ""), f"killed after call {call}"
        assert len(hall.tdt.received) == 1
        assert [motif for motif in told(hall) if motif.startswith("signé par")] == ["signé par MAIRE Jeanne"]
    assert call > 20
