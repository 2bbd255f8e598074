"""The journal is counted: real lives tell the same, counted day after day, by pages of any size, or all at once."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from dematfin.acts import answers, aside, mandats, visa, visa_moves, visa_views
from dematfin.domain.event import Subject
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.visa.decision import Motive
from dematfin.steps.tally import tally
from examples import AGENT, VISEUR, content
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall
from steps.counted import check_laws, facts, life, moves, recounted, stages, told

FIRST: Final = "F2026-000001"
S = Stage
TO_VISA: Final = [S.RECEIVED, S.IN_VISA]
TO_HELIOS: Final = [S.SERVICE_FAIT, S.LIQUIDATED, S.TO_SIGN, S.TO_SEND, S.SENT]


def days(hall: Hall, count: int = 1) -> None:
    """Let days pass, the daily order run on each; instants differ within a day as they do."""
    for _ in range(count):
        hall.clock.advance(days=1)
        hall.day()


def to_the_end(hall: Hall) -> None:
    hall.certify()
    days(hall)
    hall.clock.advance(hours=2)
    hall.sign()
    days(hall, 3)


def straight(hall: Hall, _: Path) -> None:
    hall.deposit("120.00", "45.30")
    days(hall)
    to_the_end(hall)


def refused(hall: Hall, _: Path) -> None:
    hall.deposit("120.00")
    days(hall)
    visa.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_PRICE, "Le prix n'est pas celui du marché.")
    days(hall)


def interrupted(hall: Hall, _: Path) -> None:
    hall.deposit("120.00")
    days(hall)
    answers.suspend(hall.app, AGENT, FIRST, "Il manque le bon de livraison.", ["bon de livraison"])
    days(hall)
    hall.clock.advance(days=4)
    hall.chorus.statuses["9100001"] = "COMPLETEE"
    days(hall)
    to_the_end(hall)


def refused_at_gate(hall: Hall, _: Path) -> None:
    hall.deposit("120.00", "45.30")
    days(hall)
    hall.tdt.refused = {42}
    to_the_end(hall)
    hall.tdt.refused = set()
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    days(hall)
    hall.sign()
    days(hall, 3)


def rejected(hall: Hall, _: Path) -> None:
    hall.deposit("120.00", "45.30")
    days(hall)
    hall.tdt.rejected = {1188}
    to_the_end(hall)
    (back,) = [one for one in hall.all(Mandat) if one.state is MandatState.REJECTED]
    hall.tdt.rejected = set()
    mandats.reissue(hall.app, AGENT, back.id)
    days(hall)
    hall.sign()
    days(hall, 3)


def set_aside(hall: Hall, _: Path) -> None:
    """Signed, then one is taken out: the flow is dropped, another is built; it leaves later, then is given up."""
    hall.deposit("120.00", "45.30", "10.00")
    days(hall)
    hall.certify()
    days(hall)
    hall.sign()
    hall.clock.advance(hours=3)
    with hall.ledger.transaction() as books:  # a remark, while the flow that will be dropped is signed
        books.record(hall.app.event(Subject.INVOICE, FIRST, "TO_PAY", "TO_PAY", "relue"))
    hall.clock.advance(hours=1)
    aside.set_aside(hall.app, AGENT, "COMMUNE-2026-42", "1188", "La ligne est à revoir.")
    aside.set_aside(hall.app, AGENT, "COMMUNE-2026-42", "1189", "Elle n'est pas due.")
    days(hall)
    hall.sign()
    days(hall, 2)
    listed = {one.number: one.id for one in hall.all(Mandat)}
    aside.take_back(hall.app, AGENT, listed[1188])
    aside.abandon(hall.app, AGENT, listed[1189], "Elle n'est pas due.")
    days(hall)
    hall.sign()
    days(hall, 2)


def credited(hall: Hall, _: Path) -> None:
    """A credit note is netted with its invoice."""
    hall.chorus.deposit("9100001", content("F-1", "120.00"))
    hall.chorus.deposit("9100002", content("AV-1", "20.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1"))
    days(hall)
    to_the_end(hall)


def remorse(hall: Hall, _: Path) -> None:
    hall.deposit("120.00")
    days(hall)
    hall.certify()
    hall.clock.advance(minutes=3)
    visa_moves.undo(hall.app, VISEUR, FIRST)
    days(hall)
    to_the_end(hall)


LIVES: Final = (straight, refused, interrupted, refused_at_gate, rejected, set_aside, credited, remorse)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


@pytest.mark.parametrize("played", LIVES, ids=lambda one: one.__name__)
def test_counted_day_after_day_by_pages_or_at_once_a_life_tells_the_same(
    hall: Hall, tmp_path: Path, played: Callable[[Hall, Path], None]
) -> None:
    played(hall, tmp_path)
    by_days = moves(hall)
    at_once = recounted(hall, 10_000)
    check_laws(at_once[0])
    assert moves(hall) == by_days
    for page in (1, 2, 7):
        assert recounted(hall, page) == at_once, page
    tally(hall.app)
    assert facts(hall) == at_once


def test_a_straight_life_is_told_to_the_minute(hall: Hall, tmp_path: Path) -> None:
    straight(hall, tmp_path)
    assert stages(hall, FIRST) == [*TO_VISA, *TO_HELIOS, S.PAID]
    waited = {one.stage: one.until - one.since for one in life(hall, FIRST)}
    assert waited[S.SERVICE_FAIT] == timedelta(days=1)
    assert waited[S.TO_SIGN] == timedelta(hours=2)
    assert waited[S.TO_SEND] == timedelta(days=1)
    assert waited[S.PAID] == timedelta()
    paid = hall.all(Settlement)[0]
    assert (paid.ttc, paid.late_base, paid.first_pass, paid.after_payment) == (120, 120, True, False)
    assert (paid.start, paid.deadline, paid.days) == (date(2026, 3, 3), date(2026, 4, 2), 30)
    assert (paid.mandated_on, paid.suspended, paid.invoices) == (date(2026, 3, 5), 0, 1)
    (seen,) = [one for one in told(hall, What.VISA) if one.about == FIRST]
    assert (seen.code, seen.person, seen.motif, seen.on) == ("SCOLAIRE", "viseur", "visa", date(2026, 3, 3))
    assert seen.due_on == date(2026, 3, 9)
    made = told(hall, What.MANDATED)
    assert [(one.amount, one.count, one.code) for one in made] == [
        (Decimal("120.00"), 1, "2026/011/60632"),
        (Decimal("45.30"), 1, "2026/011/60632"),
    ]
    assert {one.on for one in made} == {date(2026, 3, 3)}


def test_a_refusal_ends_a_life_with_its_motive(hall: Hall, tmp_path: Path) -> None:
    refused(hall, tmp_path)
    assert stages(hall, FIRST) == [*TO_VISA, S.REFUSED]
    (one,) = told(hall, What.REFUSED)
    assert (one.code, one.amount) == ("PRIX_NON_CONFORME", Decimal("120.00"))
    assert [one.motif for one in told(hall, What.VISA)] == ["refus"]


def test_an_interruption_begins_the_delay_anew_and_is_no_first_pass(hall: Hall, tmp_path: Path) -> None:
    interrupted(hall, tmp_path)
    assert stages(hall, FIRST) == [*TO_VISA, S.INTERRUPTED, *TO_VISA, *TO_HELIOS, S.PAID]
    assert [len(told(hall, what)) for what in (What.CAME, What.INTERRUPTED)] == [1, 1]
    (stopped,) = told(hall, What.INTERRUPTED)
    assert stopped.motif == "Il manque le bon de livraison. À fournir : bon de livraison"  # and nobody's name
    assert (stopped.code, stopped.person) == ("", "agent")
    (paid,) = hall.all(Settlement)
    assert not paid.first_pass
    assert paid.gross_start <= paid.start <= paid.deadline


def test_a_bordereau_refused_at_the_gate_is_mandated_once(hall: Hall, tmp_path: Path) -> None:
    refused_at_gate(hall, tmp_path)
    again = [S.LIQUIDATED, S.TO_SIGN, S.TO_SEND, S.SENT]
    assert stages(hall, FIRST) == [*TO_VISA, *TO_HELIOS, S.REFUSED_AT_GATE, *again, S.PAID]
    assert len(told(hall, What.MANDATED)) == 2
    assert len(told(hall, What.MANDAT_SENT)) == 4
    back = told(hall, What.MANDAT_REFUSED)
    (flux,) = told(hall, What.FLUX_REFUSED)
    assert len(back) == 2
    assert flux.code
    assert all(one.motif for one in back)
    assert [one.first_pass for one in hall.all(Settlement)] == [False, False]


def test_a_mandat_rejected_then_issued_again_keeps_the_words_of_the_comptable(hall: Hall, tmp_path: Path) -> None:
    rejected(hall, tmp_path)
    (one,) = told(hall, What.MANDAT_REJECTED)
    assert (one.code, one.motif) == ("02", "pièces justificatives insuffisantes")
    assert (one.invoice_id, one.amount) == ("F2026-000002", Decimal("45.30"))
    assert S.REJECTED in stages(hall, "F2026-000002")
    assert {paid.number: paid.first_pass for paid in hall.all(Settlement)} == {"F-1": True, "F-2": False}


def test_a_mandat_set_aside_leaves_the_signature_and_one_given_up_is_to_mandate_again(
    hall: Hall, tmp_path: Path
) -> None:
    set_aside(hall, tmp_path)
    dropped = [*TO_VISA, *TO_HELIOS[:-1], S.TO_SIGN]
    assert stages(hall, "F2026-000002") == [*dropped, S.LIQUIDATED, S.TO_SIGN, S.TO_SEND, S.SENT, S.PAID]
    assert stages(hall, FIRST)[2:8] == [*TO_HELIOS[:-1], S.TO_SIGN, S.TO_SEND]
    (gone,) = told(hall, What.MANDAT_CANCELLED)
    assert (gone.code, gone.amount) == ("ABANDON", Decimal("10.00"))
    assert S.CANCELLED not in stages(hall, "F2026-000003")


def test_a_credit_note_counts_below_zero_and_settles_nothing_by_itself(hall: Hall, tmp_path: Path) -> None:
    credited(hall, tmp_path)
    assert {one.ttc for one in life(hall, "F2026-000002")} == {Decimal("-20.00")}
    assert stages(hall, "F2026-000002")[-1] is S.PAID
    (paid,) = hall.all(Settlement)
    assert (paid.number, paid.ttc, paid.invoices) == ("F-1", Decimal("100.00"), 2)


def test_a_remorse_is_counted_apart(hall: Hall, tmp_path: Path) -> None:
    remorse(hall, tmp_path)
    assert len(told(hall, What.VISA)) == 2
    (back,) = told(hall, What.VISA_TAKEN_BACK)
    assert (back.code, back.person, back.on) == ("SCOLAIRE", "viseur", date(2026, 3, 3))


def test_a_finance_software_s_mandats_are_counted_as_ours(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    hall.clock.advance(days=1)
    exported(hall, [Paying(number=1187, invoice=FIRST), payroll(1188)])
    hall.clock.advance(hours=1)
    hall.sign()
    days(hall, 2)
    assert stages(hall, FIRST)[:6] == [*TO_VISA, S.SERVICE_FAIT, S.TO_SIGN, S.TO_SEND, S.SENT]
    assert [one.invoice_id for one in told(hall, What.MANDATED)] == [FIRST, ""]
    assert all(one.id.startswith("M") and one.invoice_id == FIRST for one in hall.all(Settlement))
    at_once = recounted(hall, 10_000)
    assert recounted(hall, 1) == at_once


def test_the_visa_queue_reads_the_same_after_counting(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    before = visa_views.queue(hall.app, VISEUR)
    written = len(hall.ledger.events)
    tally(hall.app)
    assert visa_views.queue(hall.app, VISEUR) == before
    assert len(hall.ledger.events) == written
