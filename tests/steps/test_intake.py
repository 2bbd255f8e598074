"""Whatever Chorus Pro holds comes in once; a bad invoice is named and kept, and stops no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.errors import AccessDenied, Unreachable
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.visa import visa
from examples import content, engagement
from fakes.hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def test_the_same_invoice_comes_in_once(hall: Hall) -> None:
    hall.deposit("120.00", "45.30")
    assert len(intake(hall.app).done) == 2
    hall.clock.advance(days=1)
    assert intake(hall.app).done == ()
    assert hall.chorus.fetched == ["9100001", "9100002"]
    assert [one.id for one in hall.all(Invoice)] == ["F2026-000001", "F2026-000002"]


def test_an_unreadable_invoice_is_kept_named_and_tried_again_without_a_download(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.chorus.deposit("666", None)
    outcome = intake(hall.app)
    assert outcome.done == ("F2026-000001",)
    (failure,) = outcome.failures
    assert "666" in failure.sentence
    (bad,) = [one for one in hall.all(Reception) if one.state is ReceptionState.QUARANTINED]
    with hall.app.documents.open(bad.raw) as kept:
        assert kept.read() == b"pivot 666"
    hall.chorus.deposits["666"] = content("F-666", "10.00")  # the reader has learnt
    assert len(intake(hall.app).done) == 1
    assert hall.chorus.fetched.count("666") == 1


def test_an_unreadable_invoice_that_the_supplier_completed_is_downloaded_again(hall: Hall) -> None:
    hall.chorus.deposit("666", None)
    intake(hall.app)
    hall.chorus.deposits["666"] = content("F-666", "10.00")
    hall.chorus.statuses["666"] = "COMPLETEE"
    assert len(intake(hall.app).done) == 1
    assert hall.chorus.fetched.count("666") == 2


@pytest.mark.parametrize("error", [Unreachable("Chorus Pro ne répond pas."), KeyError("a bug")])
def test_one_download_that_fails_stops_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    hall.deposit("120.00", "45.30", "10.00")
    fetch = hall.chorus.fetch

    def sometimes(remote_id: str, target: Path) -> tuple[Passage, ...]:
        if remote_id == "9100002":
            raise error
        return fetch(remote_id, target)

    monkeypatch.setattr(hall.chorus, "fetch", sometimes)
    outcome = intake(hall.app)
    assert len(outcome.done) == 2
    assert ["9100002" in failure.sentence for failure in outcome.failures] == [True]
    monkeypatch.undo()
    assert len(intake(hall.app).done) == 1


def test_some_that_always_fail_do_not_hold_the_others_for_ever(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight downloads that fail look like a neighbour that is down; the next time the others come first."""
    hall.deposit(*["10.00"] * 12)
    fetch = hall.chorus.fetch

    def never_the_first_eight(remote_id: str, target: Path) -> tuple[Passage, ...]:
        if remote_id <= "9100008":
            message = "Chorus Pro est en panne (code 500)."
            raise Unreachable(message)
        return fetch(remote_id, target)

    monkeypatch.setattr(hall.chorus, "fetch", never_the_first_eight)
    assert intake(hall.app).done == ()
    assert len(intake(hall.app).done) == 4
    monkeypatch.undo()
    assert len(intake(hall.app).done) == 8
    assert {one.error for one in hall.all(Reception)} == {""}


def test_obligations_that_cannot_be_had_keep_no_invoice_out(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our application may have the invoices of PISTE and not its structures; one structure may be refused."""

    def forbidden(door: str) -> None:
        message = f"Chorus Pro interdit au compte {door} de consulter la structure (code 403)."
        raise AccessDenied(message)

    monkeypatch.setattr(hall.chorus, "structures", forbidden)
    hall.deposit("120.00")
    outcome = intake(hall.app)
    assert outcome.done == ("F2026-000001",)
    assert ["403" in failure.sentence for failure in outcome.failures] == [True]


def test_no_invoice_comes_in_before_what_is_demanded_of_it_was_known_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise Unreachable

    hall.deposit("120.00")
    with monkeypatch.context() as cut:
        cut.setattr(hall.chorus, "structures", away)
        with pytest.raises(Unreachable):
            intake(hall.app)
        assert hall.all(Reception) == ()
    assert intake(hall.app).failures == ()
    hall.deposit("45.30", start=2)
    monkeypatch.setattr(hall.chorus, "structures", away)
    outcome = intake(hall.app)
    assert (len(outcome.done), len(outcome.failures)) == (1, 1), "what was known holds"
    monkeypatch.setattr(hall.chorus, "doors", lambda: ("TECH_1", "TECH_2"))
    assert [one.item for one in intake(hall.app).failures] == ["Obligations du compte TECH_1", "Compte TECH_2"]


def test_first_seen_mandated_is_followed_and_never_paid_by_us(hall: Hall) -> None:
    hall.chorus.deposit("77", content("F-77", "10.00"), status="MANDATEE")
    hall.day()
    hall.certify()
    prepare(hall.app)
    (invoice,) = hall.all(Invoice)
    assert invoice.state is InvoiceState.ELSEWHERE
    assert hall.all(Mandat) == ()
    assert hall.chorus.told == []


def test_mandated_elsewhere_while_nobody_could_read_it_is_not_paid_by_us(hall: Hall) -> None:
    hall.chorus.deposit("77", None)
    intake(hall.app)
    hall.chorus.deposit("77", content("F-77", "10.00"), status="MANDATEE")
    intake(hall.app)
    assert [one.state for one in hall.all(Invoice)] == [InvoiceState.ELSEWHERE]


def test_taken_back_before_it_was_read_it_is_left_alone_until_it_returns(hall: Hall) -> None:
    hall.chorus.deposit("77", None)
    intake(hall.app)
    hall.chorus.statuses["77"] = "A_RECYCLER"
    outcome = intake(hall.app)
    assert (outcome.done, outcome.failures) == ((), ())
    assert hall.chorus.fetched == ["77"]
    hall.chorus.deposit("77", content("F-77", "10.00"))
    assert intake(hall.app).done == ("F2026-000001",)
    assert hall.all(Invoice)[0].state is InvoiceState.RECEIVED


def test_a_second_deposit_is_held_until_a_person_decides(hall: Hall) -> None:
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.chorus.deposit("2", content("f 1", "120.00"))
    hall.day()
    first, second = hall.all(Invoice)
    assert (first.state, second.state) == (InvoiceState.IN_VISA, InvoiceState.TO_CORRECT)
    assert "DUP-D1" in {finding.code for finding in second.findings}
    hall.certify()
    prepare(hall.app)
    assert [one.invoice_ids for one in hall.all(Mandat)] == [(first.id,)]


def test_an_invoice_held_for_its_engagement_goes_on_when_the_register_knows_it(hall: Hall) -> None:
    hall.chorus.deposit("1", content("F-1", "120.00", engagement="BC26-00099"))
    hall.day()
    assert hall.all(Invoice)[0].state is InvoiceState.TO_CORRECT
    with hall.ledger.transaction() as books:
        books.save(engagement("BC26-00099"))
    assert control(hall.app).done == ("F2026-000001",)
    assert hall.all(Invoice)[0].state is InvoiceState.IN_VISA
    assert hall.all(Invoice)[0].findings == ()


def test_a_status_changed_behind_our_back_is_written_down(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.chorus.statuses["9100001"] = "SUSPENDUE"
    intake(hall.app)
    assert hall.all(Invoice)[0].remote_status == "SUSPENDUE"
    assert any("suspendue" in written.event.motif for written in hall.ledger.events)


def test_a_desk_without_anybody_is_said(hall: Hall) -> None:
    rules = replace(hall.chorus.rules[0], service_required=False)
    hall.chorus.rules = (rules,)
    hall.chorus.deposit("1", content("F-1", "120.00", service_code=""))
    intake(hall.app)
    control(hall.app)
    (note,) = visa(hall.app).notes
    assert "FINANCES" in note
