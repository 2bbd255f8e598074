"""Réductions, mandats set aside, ceilings and refused bordereaux, built apart: what they must not do to one another."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import aside, attachments, consult, mandats, reductions, review, ventilation
from dematfin.acts import run as acts
from dematfin.acts.reductions import Wish
from dematfin.acts.whole_invoice import whole
from dematfin.domain.delay.dgp import delay
from dematfin.domain.delay.durations import Shorter
from dematfin.domain.figures.whereabouts import paragraph
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import standing
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState, Origin
from dematfin.domain.mandat.payee import ordered
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.registers import Engagement
from dematfin.domain.tally.stay import Stay
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.reminders import Pending
from dematfin.domain.visa.task import VisaTask
from dematfin.errors import RuleError
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.payees import already_ordered
from dematfin.steps.prepare import prepare
from dematfin.steps.remind import _pending as pending_of
from dematfin.steps.slips import slip_of
from dematfin.steps.transmit import transmit
from examples import AGENT, COMMUNE, MAIRE, content, engagement, subcontract
from fakes.hall import Hall

M1, M2 = "M2026-000001", "M2026-000002"
FIRST = "COMMUNE-2026-42"
S = MandatState
CERTIFICATE = Given(name="certificat.pdf", data=b"%PDF-1.7 certificat", kind=PieceKind.CERTIFICAT)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def frozen(hall: Hall, *amounts: str) -> None:
    hall.to_sign(*amounts)


def at_the_comptable(hall: Hall, *amounts: str) -> None:
    """Have mandats sent, of which the comptable has paid nothing yet."""
    frozen(hall, *amounts)
    hall.sign()
    hall.day()
    hall.tdt.unread = {}
    save(hall, *(replace(one, state=S.TAKEN_IN_CHARGE, paid=Decimal(0), paid_on=None) for one in hall.all(Mandat)))


def refused(hall: Hall, *amounts: str) -> None:
    """Have a bordereau refused at the entry gate, and taken up again by an agent."""
    hall.tdt.refused = {42}
    frozen(hall, *amounts)
    hall.sign()
    hall.day()
    hall.tdt.refused, hall.tdt.unread = set(), {}
    mandats.resume(hall.app, AGENT, FIRST)


def save(hall: Hall, *records: Any) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def one(hall: Hall, key: str) -> Mandat:
    found: Mandat = next(mandat for mandat in hall.all(Mandat) if mandat.id == key)
    return found


def taken() -> Wish:
    return Wish(motif="prix faux", amount=Decimal("20.00"))


# A réduction and what it takes back


@pytest.mark.parametrize("state", [S.REJECTED, S.REFUSED_AT_GATE])
def test_a_reduction_of_what_the_comptable_does_not_have_is_not_frozen(hall: Hall, state: MandatState) -> None:
    at_the_comptable(hall, "120.00")
    made = reductions.reduce(hall.app, AGENT, M1, taken())
    save(hall, replace(one(hall, M1), state=state))
    (note,) = [line for line in prepare(hall.app).notes if made.id in line]
    assert M1 in note
    assert f"mandat annuler {made.id}" in note
    assert one(hall, made.id).number == 0
    reductions.cancel(hall.app, AGENT, made.id, "le comptable a rejeté le mandat")
    assert hall.all(Engagement)[0].mandated == Decimal("120.00")


def test_a_rejection_of_what_is_being_reduced_is_told(hall: Hall) -> None:
    frozen(hall, "120.00")
    hall.sign()
    acts.run(hall.app, AGENT, transmit)
    made = reductions.reduce(hall.app, AGENT, M1, taken())
    hall.tdt.rejected, hall.tdt.unread = {1187}, dict.fromkeys(hall.tdt.received, b"")
    notes = acts.run(hall.app, AGENT, follow_up).notes
    assert one(hall, M1).state is S.REJECTED
    assert any(f"réduit par {made.id}" in note for note in notes)


def test_a_mandat_that_is_reduced_is_not_abandoned_before_its_reduction(hall: Hall) -> None:
    refused(hall, "120.00", "45.30")
    save(hall, replace(one(hall, M1), state=S.SENT))
    made = reductions.reduce(hall.app, AGENT, M1, taken())
    prepare(hall.app)
    save(hall, replace(one(hall, M1), state=S.PREPARED, bordereau="", set_aside="à voir"))
    with pytest.raises(RuleError, match=made.id):
        aside.abandon(hall.app, AGENT, M1, "pas due")


def test_a_reduction_set_aside_and_abandoned_takes_again_what_it_gave(hall: Hall) -> None:
    at_the_comptable(hall, "120.00")
    made = reductions.reduce(hall.app, AGENT, M1, taken())
    attachments.attach(hall.app, AGENT, made.id, CERTIFICATE)
    prepare(hall.app)
    assert hall.all(Engagement)[0].mandated == Decimal("100.00")
    aside.set_aside(hall.app, AGENT, "COMMUNE-2026-A1", made.id, "à voir")
    aside.abandon(hall.app, AGENT, made.id, "prix juste")
    assert hall.all(Engagement)[0].mandated == Decimal("120.00")
    again = reductions.reduce(hall.app, AGENT, M1, taken())
    attachments.attach(hall.app, AGENT, again.id, CERTIFICATE)
    prepare(hall.app)
    assert (one(hall, again.id).number, one(hall, again.id).bordereau) == (1, "COMMUNE-2026-A1")
    assert [(sheet.number, str(sheet.cumul)) for sheet in hall.all(Bordereau)] == [(42, "1120.00"), (1, "20.00")]


def test_a_netted_credit_note_comes_back_with_its_invoice_and_the_ceiling_too(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.chorus.deposit("9100009", content("AV-1", "20.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1"))
    hall.day()
    hall.certify()
    hall.day()
    save(hall, replace(one(hall, M1), subcontract="202517:F00231"))
    with hall.ledger.reading() as books:
        assert already_ordered(books, subcontract()) == Decimal("100.00")
    aside.set_aside(hall.app, AGENT, FIRST, M1, "à voir")
    aside.abandon(hall.app, AGENT, M1, "pas due")
    assert {invoice.state for invoice in hall.all(Invoice)} == {InvoiceState.SERVICE_FAIT}
    with hall.ledger.reading() as books:
        assert already_ordered(books, subcontract()) == 0
    prepare(hall.app)
    assert (one(hall, M2).amount, one(hall, M2).number, len(one(hall, M2).shares)) == (Decimal("100.00"), 1187, 2)


def test_a_mandat_wholly_taken_back_frees_its_ceiling_once(hall: Hall) -> None:
    at_the_comptable(hall, "120.00")
    origin = replace(one(hall, M1), state=S.CANCELLED)
    back = replace(
        origin,
        id=M2,
        state=S.TAKEN_IN_CHARGE,
        kind=MandatKind.REDUCTION,
        origin=Origin(mandat=M1, exercice=2026, number=1187),
    )
    assert ordered((origin, back)) == 0
    assert ordered((replace(origin, state=S.PAID), replace(back, amount=Decimal("20.00")))) == Decimal("100.00")


# A refused bordereau that is taken up again


def test_a_refused_bordereau_is_judged_again_before_it_is_frozen(hall: Hall) -> None:
    refused(hall, "120.00", "45.30")
    ventilation.ventilate(hall.app, AGENT, M1, (Asked(marche="2025-17"),))
    notes = prepare(hall.app).notes
    assert any(f"Mandat {M1}" in note and "il manque le marché" in note for note in notes)
    assert any(FIRST in note and "attend" in note for note in notes)
    assert {mandat.state for mandat in hall.all(Mandat)} == {S.PREPARED}


def test_what_keeps_a_refused_bordereau_waiting_can_be_set_aside(hall: Hall) -> None:
    refused(hall, "120.00", "45.30")
    ventilation.ventilate(hall.app, AGENT, M1, (Asked(marche="2025-17"),))
    prepare(hall.app)
    done = aside.set_aside(hall.app, AGENT, FIRST, M1, "marché introuvable")
    assert (done.mandat.number, done.mandat.bordereau, done.unsigned) == (1187, "", ())
    prepare(hall.app)
    sheet = next(sheet for sheet in hall.all(Bordereau) if sheet.id == FIRST)
    assert (sheet.mandats, sheet.refused, str(sheet.total), str(sheet.cumul)) == ((M2,), False, "45.30", "1045.30")
    assert one(hall, M2).state is S.IN_BORDEREAU


def test_a_refused_bordereau_left_empty_keeps_its_number_and_is_filled(hall: Hall) -> None:
    refused(hall, "120.00")
    former = hall.all(Bordereau)[0].flux
    aside.set_aside(hall.app, AGENT, FIRST, M1, "à voir")
    frozen(hall)
    hall.deposit("45.30", start=2)
    hall.day()
    hall.certify()
    hall.day()
    (sheet,) = hall.all(Bordereau)
    assert (sheet.number, sheet.mandats, sheet.sent_before, sheet.refused) == (42, (M2,), (former,), False)
    aside.take_back(hall.app, AGENT, M1)
    prepare(hall.app)
    assert sorted(sheet.number for sheet in hall.all(Bordereau)) == [42, 43]
    assert one(hall, M1).number == 1187


# Ventilation of what is judged already


def test_the_marche_of_a_frozen_mandat_does_not_change(hall: Hall) -> None:
    frozen(hall, "120.00")
    (sheet,) = hall.all(Bordereau)
    save(hall, replace(sheet, flux=""))
    with pytest.raises(RuleError, match="écartez"):
        ventilation.ventilate(hall.app, AGENT, M1, (Asked(marche="2025-17"),))
    assert ventilation.ventilate(hall.app, AGENT, M1, (Asked(nature="6064"),)).marche == ""


def test_nor_that_of_a_subcontractor(hall: Hall) -> None:
    frozen(hall, "120.00")
    save(hall, replace(one(hall, M1), state=S.PREPARED, number=0, bordereau="", subcontract="202517:F00231"))
    with pytest.raises(RuleError, match="sous-traitant"):
        ventilation.ventilate(hall.app, AGENT, M1, (Asked(marche="2025-18"),))


# What will never be paid


def test_each_way_of_undoing_leads_to_the_right_one(hall: Hall) -> None:
    frozen(hall, "120.00")
    with pytest.raises(RuleError, match=f"bordereau ecarter {FIRST} {M1}"):
        reductions.cancel(hall.app, AGENT, M1, "pas due")
    aside.set_aside(hall.app, AGENT, FIRST, M1, "à voir")
    with pytest.raises(RuleError, match=f"mandat abandonner {M1}"):
        reductions.cancel(hall.app, AGENT, M1, "pas due")


def test_a_rejected_mandat_that_is_not_due_is_cancelled(hall: Hall) -> None:
    at_the_comptable(hall, "120.00", "45.30")
    save(hall, replace(one(hall, M1), state=S.REJECTED))
    gone = reductions.cancel(hall.app, AGENT, M1, "payé deux fois")
    assert (gone.state, gone.number) == (S.CANCELLED, 1187)
    assert hall.all(Engagement)[0].mandated == Decimal("45.30")
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    hall.day()
    assert [mandat.number for mandat in hall.all(Mandat)] == [1187, 1188, 1189]
    assert hall.all(Invoice)[0].state is InvoiceState.TO_PAY  # Chorus Pro shows it as mandated: never mandated twice


def test_one_issued_again_too_late_too(hall: Hall) -> None:
    at_the_comptable(hall, "120.00")
    save(hall, replace(one(hall, M1), state=S.REJECTED, burnt=(1187,)))
    mandats.reissue(hall.app, AGENT, M1)
    assert reductions.cancel(hall.app, MAIRE_AS_AGENT, M1, "exercice clos").state is S.CANCELLED
    assert hall.all(Engagement)[0].mandated == 0


MAIRE_AS_AGENT = replace(MAIRE, roles=AGENT.roles)


def test_one_taken_back_from_aside_is_set_aside_again_first(hall: Hall) -> None:
    frozen(hall, "120.00")
    aside.set_aside(hall.app, AGENT, FIRST, M1, "à voir")
    aside.take_back(hall.app, AGENT, M1)
    gone = reductions.cancel(hall.app, AGENT, M1, "pas due")
    assert gone.state is S.CANCELLED
    prepare(hall.app)  # its number goes to the next mandat: none is missing
    assert [(mandat.id, mandat.number) for mandat in hall.all(Mandat)] == [(M1, 1187), (M2, 1187)]


def test_another_order_of_the_titulaire_may_pay_its_subcontractor(hall: Hall) -> None:
    frozen(hall, "120.00")
    save(hall, engagement("M-17", tiers="F00100"), engagement("M-18", tiers="F00100"))
    own = replace(one(hall, M1), state=S.PREPARED, number=0, bordereau="", subcontract="202517:F00231")
    save(hall, replace(own, engagement=hall.all(Engagement)[1].id))
    made = ventilation.ventilate(
        hall.app, AGENT, M1, (Asked(percent=Decimal(50)), Asked(engagement="M-18", percent=Decimal(50)))
    )
    assert len(made.lines) == 2


# What people read


def test_an_invoice_whose_mandat_is_set_aside_says_so(hall: Hall) -> None:
    frozen(hall, "120.00", "45.30")
    aside.set_aside(hall.app, AGENT, FIRST, M1, "prix à vérifier")
    rows = consult.picture(hall.app, AGENT).invoices
    assert [row.label for row in rows] == ["mandat écarté", "mandatée"]
    assert [standing(mandat) for mandat in hall.all(Mandat)] == ["écarté : prix à vérifier", "en bordereau"]
    gone = aside.abandon(hall.app, AGENT, M1, "pas due")
    assert standing(gone) == "annulé : pas due"


def test_one_deadline_is_told_everywhere_after_an_interruption(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    seen = hall.all(Invoice)[0]
    stopped = replace(seen, interrupted_on=seen.notified_on, resumed_on=seen.notified_on + timedelta(days=20))
    save(hall, stopped)
    resumed = seen.notified_on + timedelta(days=50)
    assert [row.due_on for row in consult.picture(hall.app, AGENT).invoices] == [resumed]
    assert [pending.pay_by for pending in _pending(hall)] == [resumed]
    hall.certify()
    prepare(hall.app)
    assert [mandat.dgp.deadline for mandat in hall.all(Mandat)] == [resumed]
    assert [row.due_on for row in consult.picture(hall.app, AGENT).invoices] == [resumed]
    assert f"{resumed:%d/%m/%Y}" in paragraph(hall.all(Invoice)[0], None, 30, hall.clock.today())


def test_the_delay_of_a_hospital_is_told_in_lists_too(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, payment_days=50)
    frozen(hall, "120.00")
    dgp = one(hall, M1).dgp
    assert dgp
    assert [row.due_on for row in consult.picture(hall.app, AGENT).invoices] == [dgp.deadline]


def test_a_delay_that_a_contract_shortens_is_told_everywhere(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, shorter=Shorter(budgets={COMMUNE: 20}))
    hall.deposit("120.00")
    hall.day()
    due = hall.all(Invoice)[0].notified_on + timedelta(days=20)
    assert [row.due_on for row in consult.picture(hall.app, AGENT).invoices] == [due]
    assert [pending.pay_by for pending in _pending(hall)] == [task.pay_by for task in hall.all(VisaTask)] == [due]
    assert {stay.deadline for stay in hall.all(Stay)} == {due}
    assert whole(hall.app, AGENT, "F2026-000001").delay.deadline == due
    hall.certify()
    prepare(hall.app)
    (mandat,) = hall.all(Mandat)
    assert mandat.dgp == delay(mandat.dgp.start, None, 20)
    with hall.ledger.reading() as books:
        (folder,) = books.find(VisaFolder)
        assert slip_of(hall.app, books, books.find(Invoice)[0], folder).pay_by == mandat.dgp.deadline


def test_a_held_invoice_has_the_delay_of_their_contract(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, shorter=Shorter(marches={"202517": 15}))
    hall.deposit("120.00")
    hall.day()
    held = replace(hall.all(Invoice)[0], state=InvoiceState.TO_CORRECT, marche="2025-17")
    save(hall, held)
    due = held.notified_on + timedelta(days=15)
    (case,) = review.cases(hall.app, AGENT)
    assert case.due_on == due == review.case_of(hall.app, AGENT, held.id).due_on
    again = review.still(hall.app, AGENT, case)
    assert again is not None
    assert again.due_on == due


def _pending(hall: Hall) -> list[Pending]:
    with hall.ledger.reading() as books:
        return pending_of(hall.app, books, books.find(VisaFolder))
