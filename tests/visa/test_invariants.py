"""The rules of a visa queue, one test a rule, numbered as the specification numbers them.

Left for later: 11 (mandatory reading).
18 and 20 are in test_whoever_writes.py and test_together.py, 22 to 24 in test_reminder_rules.py, 33 in test_slip.py
for a slip, 30 to 33 (a bought parapheur) in tests/parapheur.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import absences, answers, consult, holds, sign, supporting, visa_moves, visa_views
from dematfin.acts import run as runs
from dematfin.acts import visa as acts
from dematfin.domain.delay.dgp import delay
from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.registers import Engagement
from dematfin.domain.unattended.run import Run
from dematfin.domain.visa.circuit import Circuit, CircuitChoice
from dematfin.domain.visa.deadline import DeadlineRule
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.step import StepState
from dematfin.errors import Conflict, Forbidden, RuleError, SeparationOfDuties
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.remind import to_tell
from dematfin.steps.visa import visa
from examples import ADMIN, AGENT, SUPPLIER, VISEUR
from fakes.hall import Hall
from visa.desks import (
    ALL_OF_TWO,
    ANY_OF_TWO,
    DGS,
    DST,
    FIRST,
    NO_DAY,
    ONE_THEN_ONE,
    OTHER,
    STAND_IN,
    away,
    circuit,
    done,
    folder,
    invoice,
    town,
)

PDF = b"%PDF-1.7 bon de livraison"
PREPARING = replace(VISEUR, roles=VISEUR.roles | {Role.AGENT})


def states(hall: Hall) -> list[StepState]:
    return [step.state for step in folder(hall).steps]


def test_1_a_folder_in_circuit_has_one_current_step_and_a_closed_one_none(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    assert states(hall) == [StepState.CURRENT, StepState.UPCOMING]
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert states(hall) == [StepState.APPROVED, StepState.CURRENT]
    acts.approve(hall.app, DST, FIRST, NO_DAY)
    assert states(hall) == [StepState.APPROVED, StepState.APPROVED]
    assert folder(hall).desks == ()


def test_2_the_next_desk_decides_nothing_before_its_turn(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, DST, FIRST, done(hall))
    assert invoice(hall).state is InvoiceState.IN_VISA


def test_3_one_desk_is_enough_where_any_is(tmp_path: Path) -> None:
    hall = town(tmp_path, ANY_OF_TWO)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    acts.approve(hall.app, DGS, FIRST, NO_DAY)
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT


def test_3_every_desk_speaks_where_all_must_and_one_refusal_ends_it(tmp_path: Path) -> None:
    hall = town(tmp_path, ALL_OF_TWO)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    acts.approve(hall.app, DGS, FIRST, NO_DAY)
    assert (folder(hall).desks, invoice(hall).state) == (("DST",), InvoiceState.IN_VISA)
    acts.refuse(hall.app, DST, FIRST, Motive.WRONG_PRICE, "Deux euros de trop.")
    assert (folder(hall).state, invoice(hall).state) == (FolderState.REFUSED, InvoiceState.REFUSED)


def test_4_nobody_decides_at_a_desk_that_is_not_theirs_today(tmp_path: Path) -> None:
    hall = town(tmp_path)
    for who in (OTHER, STAND_IN):
        with pytest.raises(Forbidden):
            acts.approve(hall.app, who, FIRST, done(hall))
    away(hall)
    acts.approve(hall.app, STAND_IN, FIRST, done(hall))
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT


def test_5_a_substitute_leaves_both_names(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall)
    acts.approve(hall.app, STAND_IN, FIRST, done(hall))
    (decision,) = folder(hall).decisions
    assert (decision.by, decision.on_behalf_of) == (STAND_IN.id, VISEUR.id)
    told = hall.ledger.history(Subject.INVOICE, (FIRST,))[-1].event.motif
    assert "Ida Intérim, en l'absence de Paul Viseur" in told


def test_6_a_substitute_of_a_substitute_has_no_right(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall)
    away(hall, absent=STAND_IN, substitute=OTHER)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, OTHER, FIRST, done(hall))


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, True), (2, True), (3, False)])
def test_7_an_absence_counts_from_its_first_day_to_its_last(tmp_path: Path, days: int, *, may: bool) -> None:
    hall = town(tmp_path)
    today = hall.clock.today()
    away(hall, starts_on=today + timedelta(days=5), ends_on=today + timedelta(days=7))
    hall.clock.advance(days=5 + days)
    if may:
        acts.approve(hall.app, STAND_IN, FIRST, acts.ServiceFait(executed_on=today))
    else:
        with pytest.raises(Forbidden):
            acts.approve(hall.app, STAND_IN, FIRST, acts.ServiceFait(executed_on=today))


def test_7_a_last_day_ends_at_midnight_of_the_town_hall(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall, ends_on=hall.clock.today())
    late = hall.clock.instant.replace(hour=22, minute=59, second=59)  # 23:59:59 in Paris, in winter
    hall.clock.instant = late + timedelta(seconds=1)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, STAND_IN, FIRST, done(hall))
    hall.clock.instant = late
    acts.approve(hall.app, STAND_IN, FIRST, done(hall))


def test_7_an_absence_that_is_ended_gives_no_right_any_more(tmp_path: Path) -> None:
    hall = town(tmp_path)
    made = away(hall)
    absences.end(hall.app, VISEUR, made.id)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, STAND_IN, FIRST, done(hall))


def test_why_somebody_is_away_is_said_to_those_whom_it_concerns(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall, reason="Arrêt maladie.", decree="Arrêté 12")
    for who, said in ((VISEUR, True), (STAND_IN, True), (ADMIN, True), (OTHER, False), (AGENT, False)):
        (one,) = absences.absences(hall.app, who)
        assert (one.reason, one.decree) == (("Arrêt maladie.", "Arrêté 12") if said else ("", ""))


def test_8_two_absences_never_turn_in_a_circle(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall)
    away(hall, absent=STAND_IN, substitute=OTHER)
    for absent, substitute in ((STAND_IN, VISEUR), (OTHER, VISEUR), (DST, DST)):
        with pytest.raises(RuleError, match="remplaceraient"):
            away(hall, absent=absent, substitute=substitute)
    later = hall.clock.today() + timedelta(days=30)
    away(hall, absent=OTHER, substitute=VISEUR, starts_on=later, ends_on=later)


@pytest.mark.parametrize("comment", ["", "   "])
def test_9_a_refusal_is_explained(tmp_path: Path, comment: str) -> None:
    hall = town(tmp_path)
    with pytest.raises(RuleError, match="expliqué"):
        acts.refuse(hall.app, VISEUR, FIRST, Motive.OTHER, comment)
    assert folder(hall).decisions == ()


def test_10_a_visa_says_when_the_service_was_done_and_not_tomorrow(tmp_path: Path) -> None:
    hall = town(tmp_path)
    with pytest.raises(RuleError, match="jour où le service"):
        acts.approve(hall.app, VISEUR, FIRST, NO_DAY)
    with pytest.raises(RuleError, match="futur"):
        acts.approve(hall.app, VISEUR, FIRST, acts.ServiceFait(executed_on=hall.clock.today() + timedelta(days=1)))


def test_10_a_service_is_not_done_long_before_it_was_ordered(tmp_path: Path) -> None:
    hall = town(tmp_path, before_order=10)
    today = hall.clock.today()
    with hall.ledger.transaction() as books:
        (order,) = books.find(Engagement)
        books.save(replace(order, engaged_on=today))
    with pytest.raises(RuleError, match="avant l'engagement BC26-00077"):
        acts.approve(hall.app, VISEUR, FIRST, acts.ServiceFait(executed_on=today - timedelta(days=11)))
    with pytest.raises(RuleError, match="trop ancienne"):
        acts.approve(hall.app, VISEUR, FIRST, acts.ServiceFait(executed_on=date(1926, 2, 27)))
    acts.approve(hall.app, VISEUR, FIRST, acts.ServiceFait(executed_on=today - timedelta(days=10)))


def test_12_a_document_added_after_a_visa_starts_the_circuit_again(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    due = folder(hall).due_on
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.clock.advance(days=1)
    supporting.attach(hall.app, DST, FIRST, "bon.pdf", PDF)
    assert states(hall) == [StepState.CURRENT, StepState.UPCOMING]
    assert (folder(hall).desks, folder(hall).decisions, folder(hall).due_on) == (("SCOLAIRE",), (), due)


def test_12_or_it_is_refused_when_the_town_hall_prefers(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE, reopens=False)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    with pytest.raises(RuleError, match="pas joint"):
        supporting.attach(hall.app, DST, FIRST, "bon.pdf", PDF)
    assert states(hall) == [StepState.APPROVED, StepState.CURRENT]


def test_12_a_decision_bears_on_the_documents_that_were_seen(tmp_path: Path) -> None:
    hall = town(tmp_path)
    supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", PDF)
    with pytest.raises(Conflict, match="documents ont changé"):
        acts.approve(hall.app, VISEUR, FIRST, done(hall), click=acts.Click(seen="autre"))
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert len(folder(hall).decisions[0].seen) == 64


def test_12_what_a_service_adds_becomes_a_piece_of_the_mandat(tmp_path: Path) -> None:
    hall = town(tmp_path)
    supporting.attach(hall.app, VISEUR, FIRST, "../bon.pdf", PDF)
    supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", PDF)  # the same again
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    prepare(hall.app)
    assert [piece.name for piece in hall.all(Piece)] == ["F-1.pdf", "bon.pdf"]
    assert len(hall.all(Mandat)[0].pieces) == 2


def test_13_a_date_that_is_set_does_not_move(tmp_path: Path) -> None:
    hall = town(tmp_path)
    due = folder(hall).due_on
    hall.clock.advance(days=3)
    visa(replace(hall.app, policy=replace(hall.app.policy, deadline=DeadlineRule(days=30))))
    assert folder(hall).due_on == due


def test_14_the_last_day_is_on_time(tmp_path: Path) -> None:
    hall = town(tmp_path)
    due = folder(hall).due_on
    assert due is not None
    assert not folder(hall).is_late(due)
    assert folder(hall).is_late(due + timedelta(days=1))


def test_15_a_transfer_or_an_absence_gains_no_day(tmp_path: Path) -> None:
    hall = town(tmp_path)
    due = folder(hall).due_on
    hall.clock.advance(days=2)
    away(hall)
    visa_moves.transfer(hall.app, STAND_IN, FIRST, "SPORT", "C'est pour le stade.")
    assert (folder(hall).desks, folder(hall).due_on) == (("SPORT",), due)
    with pytest.raises(Forbidden):
        acts.approve(hall.app, VISEUR, FIRST, done(hall))
    acts.approve(hall.app, OTHER, FIRST, done(hall))
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT


@pytest.mark.parametrize("desk", ["SCOLAIRE", "PERSONNE"])
def test_15_a_transfer_leads_to_somebody_else(tmp_path: Path, desk: str) -> None:
    hall = town(tmp_path)
    with pytest.raises(RuleError):
        visa_moves.transfer(hall.app, VISEUR, FIRST, desk, "Pas à moi.")


def test_16_ones_own_last_decision_can_be_taken_back(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall), "Trop vite.")
    visa_moves.undo(hall.app, VISEUR, FIRST)
    assert (invoice(hall).state, invoice(hall).executed_on) == (InvoiceState.IN_VISA, None)
    assert [one.state for one in hall.all(Intention)] == [IntentionState.GIVEN_UP]
    acts.refuse(hall.app, VISEUR, FIRST, Motive.NOT_MY_SERVICE, "C'est la voirie.")
    visa_moves.undo(hall.app, VISEUR, FIRST)
    assert (invoice(hall).state, invoice(hall).findings) == (InvoiceState.IN_VISA, ())
    acts.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_PRICE, "Trop cher.")
    visa_moves.undo(hall.app, VISEUR, FIRST)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.day()
    assert hall.chorus.told[0][1] == "SERVICE_FAIT"
    assert len(hall.all(Mandat)) == 1


def test_16_not_somebody_elses_nor_once_it_was_seen_or_told(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    with pytest.raises(RuleError, match="pas la vôtre"):
        visa_moves.undo(hall.app, DST, FIRST)
    acts.approve(hall.app, DST, FIRST, NO_DAY)
    with pytest.raises(RuleError, match="pas la vôtre"):
        visa_moves.undo(hall.app, VISEUR, FIRST)
    hall.day()
    with pytest.raises(Conflict):
        visa_moves.undo(hall.app, DST, FIRST)
    assert invoice(hall).state is InvoiceState.TO_PAY


def test_16_ones_own_look_at_the_next_desk_keeps_nobody_from_it(tmp_path: Path) -> None:
    """The page shows the folder again at once: who also sits at the next desk has then opened it."""
    hall = town(tmp_path, ONE_THEN_ONE)
    away(hall, DST, VISEUR)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    visa_views.mark_read(hall.app, VISEUR, FIRST)
    visa_moves.undo(hall.app, VISEUR, FIRST)
    assert folder(hall).desks == ("SCOLAIRE",)


def test_16_not_once_chorus_pro_knows(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_PRICE, "Trop cher.")
    runs.tell_now(hall.app, VISEUR, FIRST)
    with pytest.raises(Conflict, match=r"Chorus Pro connaît.*en déposer une autre"):
        visa_moves.undo(hall.app, VISEUR, FIRST)
    assert invoice(hall).state is InvoiceState.REFUSED


def test_16_whom_to_see_then_can_still_do_what_is_said(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    runs.tell_now(hall.app, VISEUR, FIRST)
    with pytest.raises(Conflict, match=r"Chorus Pro connaît.*\(facture suspendre, recycler ou rejeter\)"):
        visa_moves.undo(hall.app, VISEUR, FIRST)
    answers.suspend(hall.app, AGENT, FIRST, "Visa donné par erreur.")
    assert invoice(hall).state is InvoiceState.INTERRUPTED


def test_16_a_refusal_taken_back_meets_the_controls_again(tmp_path: Path) -> None:
    """What they hold now waits for an agent: its desk is told so, and not reminded of it."""
    hall = town(tmp_path)
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, email="paul@valbrume.fr"))
    acts.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_PRICE, "Trop cher.")
    with hall.ledger.transaction() as books:
        (order,) = books.find(Engagement)
        books.save(replace(order, open=False))
    visa_moves.undo(hall.app, VISEUR, FIRST)
    assert (invoice(hall).state, folder(hall).desks) == (InvoiceState.TO_CORRECT, ("SCOLAIRE",))
    with pytest.raises(RuleError, match="retenue par un contrôle"):
        acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert to_tell(hall.app) == ()
    holds.force(hall.app, AGENT, FIRST, "Engagement rouvert lundi.")
    assert [one.person.id for one in to_tell(hall.app)] == [VISEUR.id]
    acts.approve(hall.app, VISEUR, FIRST, done(hall))


def test_16_nor_once_an_agent_has_decided_since(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    with pytest.raises(Conflict):
        visa_moves.undo(hall.app, VISEUR, FIRST)
    assert invoice(hall).state is InvoiceState.SENT_BACK


def test_16_nor_once_the_invoice_has_left_its_desks(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    answers.recycle(hall.app, AGENT, FIRST, "Mauvais service.")
    with pytest.raises(Conflict):
        visa_moves.undo(hall.app, VISEUR, FIRST)
    assert (folder(hall).state, invoice(hall).state) == (FolderState.WITHDRAWN, InvoiceState.SENT_BACK)


def test_17_who_certifies_does_not_mandate(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, PREPARING, FIRST, done(hall))
    before = (dict(hall.ledger.records), hall.ledger.history())
    outcome = runs.run(hall.app, PREPARING, prepare)
    now = (dict(hall.ledger.records), hall.ledger.history())
    assert "Paul Viseur a visé F2026-000001 : une autre personne doit la mandater" in outcome.failures[0].sentence
    kept = [({of: one for of, one in records.items() if of[0] is not Run}, told) for records, told in (before, now)]
    assert kept[0] == kept[1]


def test_17_in_a_small_commune_it_is_an_exception_written_once(tmp_path: Path) -> None:
    hall = town(tmp_path, small=True)
    acts.approve(hall.app, PREPARING, FIRST, done(hall))
    for _ in range(2):
        runs.run(hall.app, PREPARING, prepare)
    (mandat,) = hall.all(Mandat)
    (exception,) = hall.all(Waiver)
    assert (exception.subject, exception.subject_id, exception.person) == (Subject.MANDAT, mandat.id, VISEUR.id)
    assert exception.what == f"Paul Viseur a visé F2026-000001, et a fait le mandat {mandat.id}"
    written = [one.event.motif for one in hall.ledger.history() if "« petite commune »" in one.event.motif]
    assert len(written) == 1
    assert written[0].endswith(f"exception « petite commune » : {exception.what}")
    assert consult.story(hall.app, AGENT, FIRST).waivers == (exception,)
    assert consult.picture(hall.app, AGENT).waivers == (exception,)


def test_17_nor_signs(tmp_path: Path) -> None:
    both = replace(VISEUR, roles=VISEUR.roles | {Role.ORDONNATEUR})
    hall = town(tmp_path)
    acts.approve(hall.app, both, FIRST, done(hall))
    prepare(hall.app)
    (sheet,) = sign.to_sign(hall.app, both)
    before = (dict(hall.ledger.records), hall.ledger.history())
    with pytest.raises(SeparationOfDuties):
        sign.sign(hall.app, both, sheet.flux.id, Decimal("120.00"))
    assert (hall.ledger.records, hall.ledger.history()) == before
    small = replace(hall.app, policy=replace(hall.app.policy, small=True))
    sign.sign(small, both, sheet.flux.id, Decimal("120.00"))
    with pytest.raises(RuleError):
        sign.sign(small, both, sheet.flux.id, Decimal("120.00"))
    (exception,) = hall.all(Waiver)
    assert (exception.subject, exception.subject_id) == (Subject.BORDEREAU, sheet.bordereau.id)
    assert exception.what == f"Paul Viseur a visé F2026-000001, et a signé {sheet.bordereau.id}"
    assert consult.story(hall.app, AGENT, FIRST).waivers == (exception,)


def test_19_the_same_click_twice_is_one_decision(tmp_path: Path) -> None:
    hall = town(tmp_path)
    click = acts.Click(key="clic-1")
    first = acts.approve(hall.app, VISEUR, FIRST, done(hall), click=click)
    before = hall.ledger.history()
    assert acts.approve(hall.app, VISEUR, FIRST, done(hall), click=click) == first
    with pytest.raises(Conflict):
        acts.approve(hall.app, VISEUR, FIRST, done(hall), click=acts.Click(key="clic-2"))
    assert hall.ledger.history() == before


def test_19_even_once_the_folder_lies_on_another_desk(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    click = acts.Click(key="clic-1")
    first = acts.approve(hall.app, VISEUR, FIRST, done(hall), click=click)
    assert first.desks == ("DST",)
    assert acts.approve(hall.app, VISEUR, FIRST, done(hall), click=click) == first
    acts.approve(hall.app, DST, FIRST, NO_DAY, click=click)  # a key is of one person
    assert invoice(hall).state is InvoiceState.SERVICE_FAIT


def test_21_one_refusal_of_a_batch_stops_none_of_the_others(tmp_path: Path) -> None:
    hall = town(tmp_path)
    hall.deposit("60.00", "70.00", start=2)
    hall.day()
    acts.refuse(hall.app, VISEUR, "F2026-000002", Motive.OTHER, "Non.")
    keys = dict.fromkeys((FIRST, "F2026-000002", "F2026-000003", "F2026-999999"), "")
    settled = acts.approve_many(hall.app, VISEUR, keys, done(hall))
    assert [(one.invoice_id[-1], bool(one.refusal)) for one in settled] == [
        ("1", False),
        ("2", True),
        ("3", False),
        ("9", True),
    ]


def test_25_26_each_change_is_one_event_of_the_journal(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    changes: tuple[Callable[[], object], ...] = (
        lambda: acts.approve(hall.app, VISEUR, FIRST, done(hall)),
        lambda: visa_moves.undo(hall.app, VISEUR, FIRST),
        lambda: visa_moves.transfer(hall.app, VISEUR, FIRST, "SPORT", "Stade."),
        lambda: visa_moves.bypass(hall.app, ADMIN, FIRST, "Bureau fermé."),
    )
    for change in changes:
        before = len(hall.ledger.history(Subject.FOLDER))
        change()
        assert len(hall.ledger.history(Subject.FOLDER)) == before + 1


def test_27_a_circuit_that_changes_is_another_version(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    changed = replace(hall.app, policy=replace(hall.app.policy, circuits=(circuit(["DGS"]),)))
    for order, app in enumerate((hall.app, changed, changed), start=2):
        hall.deposit("60.00", start=order)
        for step in (intake, control, visa):
            step(app)
    assert [one.id for one in hall.all(Circuit)] == ["travaux/1", "travaux/2"]
    assert [one.circuit[-1] for one in hall.all(VisaFolder)] == ["1", "1", "2", "2"]


def test_28_the_first_rule_that_fits_decides(tmp_path: Path) -> None:
    dear, cheap = circuit(["DGS"], key="cher"), circuit(["DST"], key="simple")
    choices = (
        CircuitChoice(circuit="cher", low=Decimal(1000)),
        CircuitChoice(circuit="simple", services=frozenset({"SCOLAIRE"}), engagement="BC26", supplier=SUPPLIER[:9]),
        CircuitChoice(circuit="cher"),
    )
    hall = town(tmp_path, circuits=(dear, cheap), choices=choices)
    assert folder(hall).desks == ("DST",)


def test_28_29_a_desk_without_anybody_keeps_the_folder_in_sight(tmp_path: Path) -> None:
    hall = town(tmp_path, circuit(["@service"], ["JURIDIQUE"]))
    assert (folder(hall).state, folder(hall).desks, folder(hall).due_on) == (FolderState.DRAFT, (), None)
    assert "JURIDIQUE" in visa(hall.app).notes[0]
    with pytest.raises(RuleError, match="chaque bureau"):
        acts.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.clock.advance(days=4)
    with hall.ledger.transaction() as books:
        books.save(Person(id="jur", name="Jo", roles=frozenset({Role.VISEUR}), desks=frozenset({"JURIDIQUE"})))
    assert visa(hall.app).done == (FIRST,)
    assert (folder(hall).state, folder(hall).activated_on) == (FolderState.IN_CIRCUIT, hall.clock.today())


def test_34_what_is_withdrawn_or_refused_is_never_mandated(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.refuse(hall.app, VISEUR, FIRST, Motive.DUPLICATE, "Déjà reçue.")
    prepare(hall.app)
    assert hall.all(Mandat) == ()


def test_35_the_legal_delay_starts_at_the_execution_when_it_is_later(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, acts.ServiceFait(executed_on=hall.clock.today()))
    known = invoice(hall)
    assert known.executed_on is not None
    assert delay(known.notified_on, known.executed_on).start == max(known.notified_on, known.executed_on)
    assert f"{known.executed_on:%d/%m/%Y}" in hall.ledger.history(Subject.INVOICE, (FIRST,))[-1].event.motif


def test_a_part_that_is_admitted_is_paid_and_no_more(tmp_path: Path) -> None:
    hall = town(tmp_path)
    part = replace(done(hall), admitted=Decimal("100.00"))
    with pytest.raises(RuleError, match="commentaire"):
        acts.approve(hall.app, VISEUR, FIRST, part)
    for wrong in ("0.00", "120.00", "130.00", "-5.00"):
        with pytest.raises(RuleError, match="une partie"):
            acts.approve(hall.app, VISEUR, FIRST, replace(part, admitted=Decimal(wrong)), "Il manque un carton.")
    acts.approve(hall.app, VISEUR, FIRST, part, "Il manque un carton.")
    prepare(hall.app)
    (mandat,) = hall.all(Mandat)
    assert (mandat.amount, mandat.shares[0].amount) == (Decimal("100.00"), Decimal("100.00"))


def test_an_administrator_passes_a_step_that_nobody_can_decide_but_never_the_last(tmp_path: Path) -> None:
    hall = town(tmp_path, circuit(["DST"], ["DGS"]))
    with pytest.raises(Forbidden):
        visa_moves.bypass(hall.app, DST, FIRST, "Pressé.")
    visa_moves.bypass(hall.app, ADMIN, FIRST, "Le directeur est parti.")
    assert states(hall) == [StepState.SKIPPED, StepState.CURRENT]
    with pytest.raises(RuleError, match="dernière étape"):
        visa_moves.bypass(hall.app, ADMIN, FIRST, "Encore.")
    with pytest.raises(RuleError, match="jour où le service"):
        acts.approve(hall.app, DGS, FIRST, NO_DAY)


def test_what_is_not_a_document_is_not_attached(tmp_path: Path) -> None:
    hall = town(tmp_path)
    for name, data in (("bon.pdf", b"<html>"), ("vide.pdf", b""), ("x.exe", b"MZ")):
        with pytest.raises(Exception, match="n'est ni un PDF"):
            supporting.attach(hall.app, VISEUR, FIRST, name, data)
    with pytest.raises(Forbidden):
        supporting.attach(hall.app, OTHER, FIRST, "bon.pdf", PDF)
