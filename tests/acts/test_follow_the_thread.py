"""One thread from any identifier, one story for each flow, both sides put beside one another: read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import consult, flow_story, reconciliation, reductions, timeline
from dematfin.acts.reductions import Wish
from dematfin.domain.event import Subject
from dematfin.domain.figures.in_flight import Awaited
from dematfin.domain.mandat.attempt import Attempt, AttemptState
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reconciliation import Gap
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person
from dematfin.domain.reception import Answer, AnswerKind
from dematfin.errors import AccessDenied, BadAnswer, Forbidden, Refused, RuleError, UnknownRecord, Unreachable
from dematfin.ports.transmitter import Progress
from examples import AGENT
from fakes.hall import Hall, flux
from fakes.tdt import FakeTdt

NOBODY = Person(id="nul", name="Personne", roles=frozenset())


@pytest.fixture
def paid(tmp_path: Path) -> Hall:
    """Return a town hall whose two invoices are paid."""
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00", "45.30")
    hall.sign()
    hall.day()
    return hall


@dataclass
class Other(FakeTdt):
    """A TdT that says of our deposits what a test wants."""

    held: tuple[Held, ...] | None = None
    phases: dict[str, Phase] | None = None
    trouble: Exception | None = None

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...] | None:
        return self.held

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        if self.trouble:
            raise self.trouble
        if remote_id not in (self.phases or {}):
            raise Refused(remote_id)
        return Progress(phase=(self.phases or {})[remote_id])


def compared(hall: Hall, **said: Any) -> reconciliation.Reconciliation:
    app = replace(hall.app, transmitter=Other(**said))
    return reconciliation.compare(app, AGENT, hall.clock.today() - timedelta(days=30))


def saved(hall: Hall, *records: Any) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def ids(hall: Hall) -> dict[str, Subject]:
    one = flux(hall)
    return {
        "F2026-000001": Subject.INVOICE,
        "M2026-000001": Subject.MANDAT,
        "m2026-000001": Subject.MANDAT,
        "COMMUNE-2026-42": Subject.BORDEREAU,
        one.id: Subject.FLUX,
        one.remote_id: Subject.FLUX,
        "9100001": Subject.INVOICE,
        "1187": Subject.MANDAT,
    }


def test_any_identifier_leads_to_its_thread_in_order_to_the_payment(paid: Hall) -> None:
    for typed, subject in ids(paid).items():
        found = timeline.thread(paid.app, AGENT, f" {typed} ")
        assert found.subject is subject, typed
        assert all(first.at <= second.at for first, second in pairwise(found.moments))
        assert found.moments[-1].what.startswith("payé"), typed
        assert found.moments[-1].who == "DGFiP"


def test_an_invoice_and_its_mandat_tell_the_whole_chain(paid: Hall) -> None:
    wanted = ("reçue", "en visa", "visée", "préparé", "figé", "construit", "signé", "transmis", "acquitté", "payé")
    for typed in ("F2026-000001", "M2026-000001"):
        told = "\n".join(one.what for one in timeline.thread(paid.app, AGENT, typed).moments)
        places = [told.find(word) for word in wanted]
        assert -1 not in places, dict(zip(wanted, places, strict=True))
        assert places == sorted(places)


def test_a_thread_speaks_of_no_other_invoice_and_of_no_other_mandat(paid: Hall) -> None:
    found = timeline.thread(paid.app, AGENT, "F2026-000002")
    assert [one.id for one in found.records.mandats] == ["M2026-000002"]
    assert {key for one in found.moments for key in one.keys if key.startswith(("F2026", "M2026"))} == {
        "F2026-000002",
        "M2026-000002",
    }


def test_a_mandat_that_a_sentence_merely_names_is_no_mandat_of_the_invoice(paid: Hall) -> None:
    with paid.ledger.transaction() as books:
        books.record(
            paid.app.event(Subject.INVOICE, "F2026-000001", "TO_PAY", "TO_PAY", "comparée au mandat M2026-000002")
        )
    assert [one.id for one in consult.story(paid.app, AGENT, "F2026-000001").mandats] == ["M2026-000001"]


def test_a_mandat_and_its_invoice_know_what_was_taken_back_of_them(paid: Hall) -> None:
    saved(paid, replace(paid.all(Mandat)[0], state=MandatState.TAKEN_IN_CHARGE, paid=ZERO, paid_on=None))
    made = reductions.reduce(paid.app, AGENT, "M2026-000001", Wish(motif="prix faux", amount=Decimal("20.00")))
    for typed in ("M2026-000001", "F2026-000001"):
        found = timeline.thread(paid.app, AGENT, typed)
        assert [one.id for one in found.records.mandats] == ["M2026-000001", made.id]
        assert (made.id,) in {one.keys for one in found.moments}
        assert found.standing.who == "comptable"


def test_the_story_of_an_invoice_is_the_same_thread(paid: Hall) -> None:
    story = consult.story(paid.app, AGENT, "F2026-000001")
    assert story.moments == timeline.thread(paid.app, AGENT, "F2026-000001").moments
    assert [one.id for one in story.flows] == [flux(paid).id]


def test_an_unknown_identifier_an_empty_one_and_an_ambiguous_one_are_told(paid: Hall) -> None:
    with pytest.raises(UnknownRecord, match="« XYZ » n'existe pas"):
        timeline.thread(paid.app, AGENT, "XYZ")
    for wrong in ("  ", "9" * 101):
        with pytest.raises(RuleError, match="Donnez un identifiant"):
            timeline.thread(paid.app, AGENT, wrong)
    (first, *_) = paid.all(Mandat)
    saved(paid, replace(flux(paid), remote_id=str(first.number)))
    with pytest.raises(RuleError, match=r"désigne plusieurs choses : flux PESALR1_.*, mandat M2026-000001"):
        timeline.thread(paid.app, AGENT, str(first.number))


def test_one_mandat_is_not_looked_for_among_all(paid: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    plain = type(paid.ledger.reading().__enter__()).find

    def watched(self: Any, kind: type[Any], /, **where: Any) -> Any:
        if kind is Mandat:
            asked.append(where)
        return plain(self, kind, **where)

    monkeypatch.setattr(type(paid.ledger.reading().__enter__()), "find", watched)
    consult.story(paid.app, AGENT, "F2026-000001")
    assert asked
    assert all(where.keys() == {"id"} for where in asked)


def test_what_comes_next_follows_the_flow_then_the_comptable(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    waiting = timeline.thread(hall.app, AGENT, "F2026-000001").standing
    assert (waiting.who, waiting.command) == ("signataire", "dematfin bordereau signer")
    hall.tdt.refused.add(42)
    hall.sign()
    hall.day()
    refused = timeline.thread(hall.app, AGENT, "COMMUNE-2026-42").standing
    assert refused.command == "dematfin bordereau reprendre COMMUNE-2026-42"
    assert "Corrigez" in refused.coming


def test_a_flow_tells_what_it_carries_its_acquit_and_its_answers(paid: Hall) -> None:
    story = flow_story.story(paid.app, AGENT, flux(paid).id)
    assert (len(story.mandats), str(story.total)) == (2, "165.30")
    assert story.verdict
    assert story.verdict.accepted == {(2026, 42)}
    assert [one.kind for one in story.answers] == [AnswerKind.ACQUIT]
    with pytest.raises(RuleError, match="désigne : facture F2026-000001"):
        flow_story.story(paid.app, AGENT, "F2026-000001")


def test_the_list_keeps_what_is_under_way(paid: Hall) -> None:
    assert [(one.mandats, str(one.total)) for one in flow_story.listed(paid.app, AGENT)] == [(2, "165.30")]
    assert flow_story.listed(paid.app, AGENT, under_way=True) == ()


def test_a_signed_flow_forgotten_since_yesterday_is_told(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    hall.sign()
    assert not any("signé depuis" in one for one in consult.picture(hall.app, AGENT).alerts)
    hall.clock.advance(hours=30)
    assert any("signé depuis 30 h" in one for one in consult.picture(hall.app, AGENT).alerts)


def test_what_left_and_is_not_answered_is_in_flight(paid: Hall) -> None:
    assert flow_story.in_flight(paid.app, AGENT) == ()
    saved(paid, replace(flux(paid), state=FluxState.TRANSMITTED))
    (row,) = flow_story.in_flight(paid.app, AGENT)
    assert (row.awaited, row.mandats) == (Awaited.ACQUIT, 0)
    assert consult.picture(paid.app, AGENT).in_flight == (row,)


def test_what_is_in_flight_is_the_same_alone_and_in_the_whole_picture(paid: Hall) -> None:
    first, second = paid.all(Mandat)
    saved(paid, replace(first, state=MandatState.SENT))
    (row,) = flow_story.in_flight(paid.app, AGENT)
    assert (row.awaited, row.mandats, row.total) == (Awaited.COMPTABLE, 1, first.amount)
    assert consult.picture(paid.app, AGENT).in_flight == (row,)
    saved(paid, replace(second, state=MandatState.SENT))
    assert consult.picture(paid.app, AGENT).in_flight == flow_story.in_flight(paid.app, AGENT) != (row,)


def test_both_sides_agree_when_all_is_answered(paid: Hall) -> None:
    events = len(paid.ledger.events)
    found = reconciliation.compare(paid.app, AGENT, paid.clock.today())
    assert (found.listed, found.totals, found.to_do) == (True, {"concordant": 1}, 0)
    assert len(paid.ledger.events) == events


@pytest.mark.parametrize("listed", [True, False])
def test_an_acquit_that_waits_there_is_told(paid: Hall, *, listed: bool) -> None:
    sent = replace(flux(paid), state=FluxState.TRANSMITTED)
    saved(paid, sent)
    held = (Held(remote_id=sent.remote_id, nomfic=sent.id, phase=Phase.ANSWERED),) if listed else None
    found = compared(paid, held=held, phases={sent.remote_id: Phase.ANSWERED})
    assert (found.totals, found.to_do) == ({str(Gap.ACQUIT_THERE): 1}, 1)


def test_a_refusal_of_the_list_that_the_tdt_does_not_confirm_waits_for_a_person(paid: Hall) -> None:
    """An error of which nobody knows whether it left before is no refusal: the follow-up would never apply it."""
    sent = replace(flux(paid), state=FluxState.TRANSMITTED)
    saved(paid, sent)
    held = (Held(remote_id=sent.remote_id, nomfic=sent.id, phase=Phase.REFUSED),)
    assert compared(paid, held=held, phases={sent.remote_id: Phase.HELD}).totals == {str(Gap.HELD_THERE): 1}
    assert compared(paid, held=held, phases={sent.remote_id: Phase.REFUSED}).totals == {str(Gap.REFUSED_THERE): 1}


def test_an_open_flow_older_than_asked_is_compared_too(paid: Hall) -> None:
    long_ago = paid.clock.now() - timedelta(days=200)
    sent = replace(flux(paid), state=FluxState.TRANSMITTED, sent_at=long_ago)
    saved(paid, sent)
    found = compared(paid, held=())
    assert found.since == paid.clock.local(long_ago).date()
    assert found.totals == {str(Gap.NOT_THERE): 1}
    still = compared(paid, held=(), phases={sent.remote_id: Phase.WAITING})
    assert still.totals == {"concordant": 1}


def test_a_flow_in_doubt_whose_day_nobody_wrote_is_compared_too(paid: Hall) -> None:
    saved(paid, replace(flux(paid), state=FluxState.TO_VERIFY, remote_id="", sent_at=None, sending_since=None))
    assert compared(paid, held=()).totals == {str(Gap.IN_DOUBT): 1}


def test_one_odd_answer_is_a_difference_and_a_closed_door_is_none(paid: Hall) -> None:
    saved(paid, replace(flux(paid), state=FluxState.TRANSMITTED))
    found = compared(paid, trouble=BadAnswer("Réponse illisible."))
    assert found.totals == {str(Gap.HELD_THERE): 1}
    assert found.rows[0].difference
    assert found.rows[0].difference.why == "Réponse illisible."
    for trouble in (AccessDenied(), Unreachable()):
        with pytest.raises(type(trouble)):
            compared(paid, trouble=trouble)


def test_a_second_deposit_is_found_by_the_number_of_its_attempt(paid: Hall) -> None:
    sent = replace(flux(paid), state=FluxState.TRANSMITTED)
    twin = Attempt(
        id=f"{sent.id}#2",
        flux=sent.id,
        number=2,
        transmitter="TdT",
        sha256="0" * 64,
        size=1,
        started_at=paid.clock.now(),
        by="service",
        state=AttemptState.ARRIVED,
        remote_id="77",
    )
    saved(paid, sent, twin)
    found = compared(paid, phases={sent.remote_id: Phase.WAITING, "77": Phase.WAITING})
    assert found.totals == {"concordant": 1, str(Gap.TWIN): 1}


def test_a_retour_that_speaks_of_no_mandat_of_ours_is_told(paid: Hall) -> None:
    (retour,) = (one for one in paid.all(Answer) if one.kind is AnswerKind.RETOUR)
    with paid.app.documents.open(retour.document) as source:
        data = source.read().replace(b'<IdPce V="1188"/>', b'<IdPce V="9"/>')
    saved(paid, replace(retour, id="RETOUR:autre", name="autre", document=paid.app.documents.put(data)))
    (gap,) = reconciliation.compare(paid.app, AGENT, paid.clock.today()).answers
    assert gap.name == "autre"
    assert "mandat n° 9 du bordereau n° 42 de 2026" in gap.why


def test_nobody_without_a_role_reads_any_of_it(paid: Hall) -> None:
    asks: Sequence[Any] = (
        lambda: timeline.thread(paid.app, NOBODY, "F2026-000001"),
        lambda: flow_story.listed(paid.app, NOBODY),
        lambda: flow_story.story(paid.app, NOBODY, "1"),
        lambda: flow_story.in_flight(paid.app, NOBODY),
        lambda: reconciliation.compare(paid.app, NOBODY, paid.clock.today()),
    )
    for ask in asks:
        with pytest.raises(Forbidden):
            ask()
