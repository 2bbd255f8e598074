"""Reminders, rule by rule: numbered as the specification numbers them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dematfin.acts import supporting, visa, visa_moves
from dematfin.domain.delay.calendar import Calendar
from dematfin.domain.event import Subject
from dematfin.domain.mail import Mail
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.levels import Level, ReminderRule
from dematfin.domain.visa.reminders import Reminder, ReminderState
from examples import ADMIN, AGENT, VISEUR
from fakes.hall import Hall, Killed
from visa.desks import ALL_OF_TWO, DGS, DST, FIRST, NO_DAY, ONE_THEN_ONE, OTHER, STAND_IN, away, done, folder
from visa.mails import CHIEF, addressed, boxes, move_to, posted, states, told

QUIET = ReminderRule(weekly=False)
MONDAY = date(2026, 3, 2)
"""J: the term is Monday 9 March, since J+5 is a Saturday."""


def week_after_week(hall: Hall, days: int) -> dict[date, list[tuple[str, Level]]]:
    """Run each day; return what was said on which."""
    found = {}
    for _ in range(days):
        before = len(boxes(hall))
        told(hall)
        told(hall)
        if fresh := boxes(hall)[before:]:
            found[hall.clock.today()] = fresh
        hall.clock.advance(days=1)
    return found


def test_22_each_level_is_said_once_on_its_day(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    assert week_after_week(hall, 11) == {
        MONDAY: [("viseur", Level.ARRIVAL)],
        date(2026, 3, 6): [("viseur", Level.BEFORE)],  # two days before is a Saturday
        date(2026, 3, 9): [("viseur", Level.DUE)],
        date(2026, 3, 10): [("helene", Level.ESCALATION), ("viseur", Level.LATE)],  # J+8
        date(2026, 3, 11): [("viseur", Level.LATE)],
        date(2026, 3, 12): [("viseur", Level.LATE)],
    }


def test_22_what_a_missed_run_did_not_say_the_next_one_says(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    move_to(hall, date(2026, 3, 12))
    told(hall)
    assert boxes(hall) == [("helene", Level.ESCALATION), ("viseur", Level.LATE)]


def test_22_delays_are_those_of_the_configuration(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=replace(QUIET, before=4, escalation=1, working_days_only=False))
    found = week_after_week(hall, 7)
    assert found[date(2026, 3, 3)] == [("helene", Level.ESCALATION)]
    assert found[date(2026, 3, 5)] == [("viseur", Level.BEFORE)]


def test_22_each_step_has_its_own_levels(tmp_path: Path) -> None:
    hall = posted(tmp_path, ONE_THEN_ONE, reminders=QUIET)
    told(hall)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    told(hall)
    assert boxes(hall) == [("viseur", Level.ARRIVAL), ("dst", Level.ARRIVAL)]


def test_22_so_has_each_turn_and_a_transfer_gains_no_day(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    told(hall)
    visa_moves.transfer(hall.app, VISEUR, FIRST, "SPORT", "Pas à moi.")
    told(hall)
    visa_moves.transfer(hall.app, OTHER, FIRST, "SCOLAIRE", "Mais si.")
    told(hall)
    assert boxes(hall) == [("viseur", Level.ARRIVAL), ("autre", Level.ARRIVAL), ("viseur", Level.ARRIVAL)]
    move_to(hall, date(2026, 3, 10))
    told(hall)
    assert ("viseur", Level.LATE) in boxes(hall)


def test_22_a_circuit_that_starts_again_begins_anew(tmp_path: Path) -> None:
    hall = posted(tmp_path, ONE_THEN_ONE, reminders=QUIET)
    told(hall)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    told(hall)
    supporting.attach(hall.app, DST, FIRST, "bon.pdf", b"%PDF-1.7 bon")
    told(hall)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    told(hall)
    assert [who for who, _ in boxes(hall)] == ["viseur", "dst", "viseur", "dst"]


def test_22_a_visa_taken_back_is_not_news_to_whoever_took_it_back(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    told(hall)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    visa_moves.undo(hall.app, VISEUR, FIRST)
    told(hall)
    assert boxes(hall) == [("viseur", Level.ARRIVAL)]


def test_22_one_mail_a_person_whatever_waits(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    hall.deposit("60.00", "70.00", start=2)
    hall.day()
    (mail,) = hall.mailer.sent
    assert mail.subject == "Visas : 3 factures à viser"
    assert len(hall.all(Reminder)) == 3


def test_22_a_lost_line_is_never_tried_again_and_is_told(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    hall.mailer.commit("cut_after_data")
    first = told(hall)
    assert [one.item for one in first.failures] == ["Courriel à Paul Viseur"]
    assert states(hall) == {ReminderState.DOUBTFUL}
    told(hall)
    assert len(hall.mailer.sent) == 1


@pytest.mark.parametrize("fault", ["refuse_recipient", "later", "cut_before_data"])
def test_22_what_certainly_did_not_leave_is_tried_again(tmp_path: Path, fault: str) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    hall.mailer.commit(fault)
    assert told(hall).failures
    assert states(hall) == {ReminderState.UNSENT}
    again = told(hall)
    assert (again.done, again.failures) == (("Paul Viseur",), ())
    assert states(hall) == {ReminderState.SENT}
    assert len(hall.mailer.sent) == 1


def test_22_what_a_dead_run_left_behind_is_told_and_not_sent_again(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    told(hall)
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=ReminderState.SENDING) for one in books.find(Reminder)))
    (failure,) = told(hall).failures
    assert failure.sentence == (
        "Courriel à Paul Viseur : l'envoi du 02/03/2026 a été interrompu, il est peut-être parti et n'est pas renvoyé. "
        "Prévenez cette personne. (F2026-000001)"
    )
    assert len(hall.mailer.sent) == 1
    assert told(hall).failures == ()


def test_22_what_nobody_foresaw_keeps_no_mail_from_leaving_later(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    hall.mailer.faults = ["unforeseen"]
    assert "erreur imprévue" in told(hall).failures[0].sentence
    assert told(hall).failures == ()
    assert states(hall) == {ReminderState.SENT}


def test_23_nothing_is_said_of_what_is_decided(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    visa.refuse(hall.app, VISEUR, FIRST, Motive.NOT_MY_SERVICE, "C'est la voirie.")
    move_to(hall, date(2026, 3, 20))
    told(hall)
    assert hall.mailer.sent == []


def test_23_nor_when_it_is_decided_between_the_list_and_the_mail(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=replace(QUIET, escalation=1))
    move_to(hall, date(2026, 3, 3))
    usual = hall.mailer.send

    def decide_then_send(mail: object) -> None:
        if not hall.mailer.sent:
            visa.approve(hall.app, VISEUR, FIRST, done(hall))
        usual(mail)  # type: ignore[arg-type]  # a mail

    hall.mailer.send = decide_then_send  # type: ignore[method-assign]  # somebody clicks while the first mail leaves
    assert told(hall).done == ("Hélène Directrice",)
    assert boxes(hall) == [("helene", Level.ESCALATION)]


@pytest.mark.parametrize(
    "closed", [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 5)], ids=["samedi", "dimanche", "fermeture"]
)
def test_23_nothing_is_sent_when_offices_are_closed_unless_it_is_wished(tmp_path: Path, closed: date) -> None:
    calendar = Calendar(extra=frozenset({date(2026, 3, 5)}))
    hall = posted(tmp_path, reminders=replace(QUIET, calendar=calendar))
    move_to(hall, closed)
    told(hall)
    assert hall.mailer.sent == []
    wished = replace(hall.app.policy, reminders=replace(QUIET, working_days_only=False, calendar=calendar))
    hall.app = replace(hall.app, policy=wished)
    told(hall)
    assert len(hall.mailer.sent) == 1


def test_23_whoever_stands_in_is_told_instead_of_the_absent(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    away(hall)
    told(hall)
    (mail,) = hall.mailer.sent
    assert mail.address == "interim@valbrume.test"
    assert "en l'absence de Paul Viseur" in mail.text
    hall.clock.advance(days=3)  # back again
    told(hall)
    assert boxes(hall) == [("interim", Level.ARRIVAL), ("viseur", Level.ARRIVAL)]


def test_23_a_stand_in_of_a_stand_in_is_told_nothing(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    away(hall)
    away(hall, absent=STAND_IN, substitute=OTHER)
    told(hall)
    assert boxes(hall) == [("interim", Level.ARRIVAL)]


def test_23_an_absence_of_one_desk_leaves_the_others_to_their_owner(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    away(hall, desks=frozenset({"VOIRIE"}))
    told(hall)
    assert boxes(hall) == [("viseur", Level.ARRIVAL)]


def test_23_whoever_may_visa_no_more_replaces_nobody(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    away(hall)
    with hall.ledger.transaction() as books:
        books.save(replace(addressed(STAND_IN), active=False))
    told(hall)
    assert boxes(hall) == [("viseur", Level.ARRIVAL)]


def test_23_a_desk_that_has_spoken_is_left_in_peace(tmp_path: Path) -> None:
    hall = posted(tmp_path, ALL_OF_TWO, reminders=QUIET)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    visa.approve(hall.app, DST, FIRST, NO_DAY)
    told(hall)
    assert boxes(hall) == [(DGS.id, Level.ARRIVAL)]


def test_23_a_bought_parapheur_reminds_its_own_people(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    with hall.ledger.transaction() as books:
        books.save(replace(folder(hall), remote="DOSSIER-1"))
    assert set(week_after_week(hall, 11)) == {date(2026, 3, 10)}
    assert boxes(hall) == [("helene", Level.ESCALATION)]


@pytest.mark.parametrize("fault", ["refuse_recipient", "later", "cut_before_data", "cut_after_data"])
def test_24_a_mail_that_fails_changes_no_folder(tmp_path: Path, fault: str) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    before = (hall.all(VisaFolder), hall.ledger.history(Subject.FOLDER))
    hall.mailer.commit(fault)
    outcome = told(hall)
    assert outcome.exit_code == 1
    assert (hall.all(VisaFolder), hall.ledger.history(Subject.FOLDER)) == before


def test_24_a_server_that_is_down_is_asked_once_and_the_day_goes_on(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=ReminderRule())
    hall.mailer.closed = True
    (outcome,) = (one for one in hall.day() if one.step == "rappels")
    assert len(outcome.failures) == 1
    assert outcome.notes == ("Courriels remis au prochain passage, faute de serveur : 1.",)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.mailer.closed = False
    assert not any(one.exit_code for one in hall.day())


def test_33_what_people_wrote_of_an_invoice_is_in_no_mail(tmp_path: Path) -> None:
    hall = posted(tmp_path, ONE_THEN_ONE, reminders=replace(QUIET, escalation=1))
    visa.approve(hall.app, VISEUR, FIRST, done(hall), "Entre nous : ZIZANIE.")
    visa_moves.transfer(hall.app, DST, FIRST, "SPORT", "ZIZANIE aussi.")
    hall.clock.advance(days=1)
    told(hall)
    assert {mail.address for mail in hall.mailer.sent} == {"autre@valbrume.test", "helene@valbrume.test"}
    assert not [mail for mail in hall.mailer.sent if "ZIZANIE" in mail.text + mail.html + mail.subject]


def test_without_a_mail_server_it_is_said_once_and_is_no_failure(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    hall.app = replace(hall.app, mailer=None)
    outcome = told(hall)
    assert outcome.exit_code == 0
    assert outcome.notes == ("Aucun rappel de visa n'est envoyé : la configuration n'a pas de section [courriel].",)
    assert hall.all(Reminder) == ()


def test_where_reminders_are_switched_off_nothing_is_said_at_all(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=ReminderRule(active=False))
    outcome = told(hall)
    assert (outcome.notes, hall.mailer.sent) == ((), [])


def test_whoever_has_no_address_is_named(tmp_path: Path) -> None:
    hall = posted(tmp_path, reminders=QUIET)
    with hall.ledger.transaction() as books:
        books.save(VISEUR)
    outcome = told(hall)
    assert outcome.notes == (
        "Sans adresse, donc sans rappel : Paul Viseur. Donnez-la : personne ajouter … --courriel ADRESSE",
    )
    assert hall.all(Reminder) == ()


def test_the_direction_has_the_figures_of_the_week_before_once_a_week(tmp_path: Path) -> None:
    hall = posted(tmp_path)
    hall.clock.advance(days=1)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    move_to(hall, MONDAY + timedelta(days=7))
    for _ in range(3):
        told(hall)
    (mail,) = hall.mailer.sent
    assert mail.address == addressed(CHIEF).email
    assert "Semaine du 02/03/2026 au 08/03/2026" in mail.text
    assert "- Visas demandés : 1\n- Visas rendus : 1, dont 1 dans les temps, délai médian 1 jour\n" in mail.text
    move_to(hall, MONDAY + timedelta(days=14))
    told(hall)
    assert len(hall.mailer.sent) == 2


def test_nobody_else_has_them(tmp_path: Path) -> None:
    hall = posted(tmp_path)
    told(hall)
    assert [mail.address for mail in hall.mailer.sent if "Semaine du" in mail.text] == ["helene@valbrume.test"]
    assert {one.id for one in hall.all(Person)} >= {AGENT.id, ADMIN.id}


def test_a_mail_server_that_never_ends_keeps_no_flow_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = posted(tmp_path)
    visa.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.day()
    hall.sign()
    hall.deposit("60.00", start=2)

    def for_ever(_: Mail) -> None:
        raise Killed

    monkeypatch.setattr(hall.mailer, "send", for_ever)
    with pytest.raises(Killed):
        hall.day()
    assert [one.state for one in hall.all(Flux)] == [FluxState.ACKNOWLEDGED]
