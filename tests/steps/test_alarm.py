"""Who has to act is told by mail: once of what is new, once a week of what lasts, never in silence."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import TDT, Link
from dematfin.domain.mandat.closure import Patience
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.unattended import judgement
from dematfin.domain.unattended.alarm import Alarm, AlarmRule, AlarmState
from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.errors import ComeBackLater, Unreachable
from dematfin.ports.signature import SignatureReport
from dematfin.steps.alarm import alarm
from dematfin.steps.outcome import Outcome
from dematfin.steps.progress import BY_KEY, begin_day, leave, put_off
from dematfin.steps.urgent import urgent
from examples import AGENT, VISEUR
from fakes.hall import Hall, Killed
from fakes.losing import failing, sent_hall

CLAIRE = "claire@valbrume.test"
IBAN = "FR76 1999 9000 1700 0987 6543 276"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return addressed(Hall.build(tmp_path))


def addressed(hall: Hall) -> Hall:
    with hall.ledger.transaction() as books:
        books.save(replace(AGENT, email=CLAIRE))
    return hall


def aside(hall: Hall, key: str = "import", *, mended: bool = False) -> None:
    """Give up a step, or have a person relaunch it."""
    now = hall.clock.now()
    with hall.ledger.transaction() as books:
        books.save(Run(id=key, began_at=now, aside_since=None if mended else now - timedelta(days=1)))


def expiring(hall: Hall, days: int) -> None:
    """Say when the certificate of the TdT ends."""
    end = hall.clock.today() + timedelta(days=days)
    with hall.ledger.transaction() as books:
        books.save(Link(id=TDT, name="S²LOW", certificate_expires_on=end, tried_at=hall.clock.now()))


def told(hall: Hall) -> list[str]:
    """Run the step; return the texts of the mails that left."""
    hall.mailer.sent.clear()
    assert alarm(hall.app).failures == ()
    return [one.text for one in hall.mailer.sent]


def test_nothing_to_say_says_nothing(hall: Hall) -> None:
    hall.deposit("120.00")
    assert hall.day_of("alertes") == Outcome(step="alertes")
    assert not hall.mailer.sent and not hall.all(Alarm)


def test_a_journal_that_was_found_broken_is_told_and_is_no_step(hall: Hall) -> None:
    now = hall.clock.now()
    broken = Run(id=JOURNAL, began_at=now, ended_at=now, failed=1, failing_since=now - timedelta(days=3))
    with hall.app.ledger.transaction() as books:
        books.save(broken)
    (text,) = told(hall)
    assert "Le journal scellé est rompu (vérifié le 02/03/2026). Ne signez rien" in text
    assert "Étape" not in text and not told(hall)


def test_a_step_given_up_is_told_at_once_and_then_once_a_week(hall: Hall) -> None:
    aside(hall)
    (text,) = told(hall)
    assert "Étape « import » : mise de côté depuis le 01/03/2026" in text
    assert "dematfin ouvrier relancer import" in text
    assert hall.mailer.sent[0].subject == "À traiter : 1 point nouveau"
    mails = []
    for _ in range(15):
        hall.clock.advance(days=1)
        mails.append(len(told(hall)))
    assert [day for day, count in enumerate(mails, start=1) if count] == [7, 14]
    assert not told(hall)


def test_what_is_new_is_told_alone_and_reminders_come_together(hall: Hall) -> None:
    aside(hall)
    assert len(told(hall)) == 1
    hall.clock.advance(days=2)
    aside(hall, "suivi")
    (text,) = told(hall)
    assert "« suivi »" in text and "« import »" not in text
    hall.clock.advance(days=5)
    (text,) = told(hall)  # suivi was told five days ago
    assert "Déjà signalé, et qui dure" in text and "« suivi »" not in text
    hall.clock.advance(days=4)
    assert not told(hall)
    hall.clock.advance(days=3)
    (text,) = told(hall)
    assert "« suivi »" in text and "« import »" in text


def test_what_was_mended_and_comes_back_is_new_after_a_week_and_not_before(hall: Hall) -> None:
    aside(hall)
    assert told(hall)
    aside(hall, mended=True)
    hall.clock.advance(days=1)
    assert not told(hall)
    aside(hall)
    assert told(hall)  # given up anew, on another day: another thing
    aside(hall, mended=True)
    assert not told(hall)
    with hall.ledger.transaction() as books:
        books.save(Run(id="import", began_at=hall.clock.now(), aside_since=hall.clock.now() - timedelta(days=1)))
    assert not told(hall)  # the very same
    hall.clock.advance(days=7)
    (text,) = told(hall)
    assert "« import »" in text


def test_a_step_that_fails_is_told_on_the_second_day(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.chorus, "structures", failing(Unreachable("Chorus Pro ne répond pas.")))
    hall.day()
    hall.day()
    assert not hall.mailer.sent
    hall.clock.advance(days=1)
    hall.day()
    (mail,) = hall.mailer.sent
    assert "Étape « import » : aucun passage n'a réussi en entier depuis le 02/03/2026." in mail.text
    assert "Chorus Pro ne répond pas." in mail.text
    monkeypatch.setattr(hall.chorus, "structures", failing(Unreachable("Chorus Pro est indisponible.")))
    hall.clock.advance(days=1)
    hall.day()
    assert len(hall.mailer.sent) == 1  # the same failure in other words
    monkeypatch.undo()
    hall.day()
    assert not urgent(hall.app)


def test_a_step_that_can_never_begin_is_told_on_the_second_day(hall: Hall) -> None:
    """A command hangs and holds it: no run of the step says so, the day alone does, beside a step that fails."""
    with hall.app.ledger.lease("transmission", "bloquée.example:1"):
        hall.day()
        assert not hall.mailer.sent
        hall.clock.advance(days=1)
        hall.day()
        (mail,) = hall.mailer.sent
        assert "Journée : aucune n'a réussi en entier depuis le 02/03/2026." in mail.text
        assert "« transmission » est déjà en cours (bloquée.example:1" in mail.text
        hall.clock.advance(days=1)
        hall.day()
        assert len(hall.mailer.sent) == 1
        assert [one.urgent for one in urgent(hall.app)] == [True]
    hall.day()
    assert not urgent(hall.app)


def test_a_day_that_fails_of_what_its_steps_say_is_told_by_them_alone(hall: Hall) -> None:
    now = hall.clock.now()
    since, said = now - timedelta(days=3), tuple(f"Le flux {number} est refusé." for number in range(5))
    step = Run(id="suivi", began_at=now, ended_at=now, failed=5, said=said, failing_since=since)
    left = Run(id="import", began_at=since, attempts=5, aside_since=since)
    day = Run(id=DAY, began_at=now, position="alertes", failing_since=since)
    told_by_step = day.told(step.failed, step.said)
    told_aside = day.told(1, (judgement.aside(left.id, hall.clock.local(since)),)).told(1, said[:1])
    for one in (told_by_step, told_aside):
        with hall.ledger.transaction() as books:
            books.save(step, left, one)
        assert not any("Journée" in trouble.sentence for trouble in urgent(hall.app))


def test_a_step_that_cannot_begin_is_told_however_much_fails_before_it(hall: Hall) -> None:
    begun = begin_day(hall.app)
    assert begun
    day = replace(begun, failing_since=hall.clock.now() - timedelta(days=3)).told(5, ("Refusé.",) * 5)
    with hall.ledger.transaction() as books:
        books.save(day, Run(id="suivi", began_at=day.began_at, ended_at=day.began_at, failed=5, said=day.said))
    leave(hall.app, day, put_off(BY_KEY[day.position], ComeBackLater("Elle est prise.")))
    (text,) = told(hall)
    assert "Elle est prise." in text


def test_what_was_told_by_a_clock_that_was_ahead_is_reminded_all_the_same(hall: Hall) -> None:
    aside(hall)
    hall.clock.advance(days=365)
    assert told(hall)
    hall.clock.advance(days=7)
    assert told(hall)  # a reminder, ahead too
    hall.clock.advance(days=-365)
    assert told(hall)
    hall.clock.advance(days=1)
    assert not told(hall)


def test_a_certificate_is_told_at_sixty_thirty_and_seven_days_and_not_each_day(hall: Hall) -> None:
    expiring(hall, 64)
    heard = []
    for left in range(64, 0, -1):
        heard += [(left, one) for one in told(hall)]
        hall.clock.advance(days=1)
    assert [left for left, _ in heard] == [60, 30, 7]
    assert [word in text for (_, text), word in zip(heard, ("60 jours", "ce mois-ci", "URGENT"), strict=True)] == [
        True
    ] * 3


def test_acquits_that_do_not_come_are_one_alert_however_old_and_however_many(tmp_path: Path) -> None:
    hall = addressed(sent_hall(tmp_path))
    hall.app = replace(hall.app, policy=replace(hall.app.policy, patience=Patience(critical=timedelta(days=1))))
    hall.clock.advance(days=3)
    (text,) = told(hall)
    assert "Acquits : le flux" in text and "ne renvoyez rien" in text
    hall.clock.advance(days=1)
    assert urgent(hall.app)[0].sentence not in text
    assert not told(hall)


def test_whoever_is_told_is_chosen_or_those_who_can_act(hall: Hall) -> None:
    people = [
        Person(id="a", name="A", roles=frozenset({Role.AGENT}), email="a@x.fr"),
        Person(id="b", name="B", roles=frozenset({Role.ADMINISTRATEUR, Role.LECTEUR}), email="b@x.fr"),
        Person(id="c", name="C", roles=frozenset({Role.VISEUR}), email="c@x.fr"),
        Person(id="d", name="D", roles=frozenset({Role.AGENT}), email="d@x.fr", active=False),
        Person(id="e", name="E", roles=frozenset({Role.AGENT}), email="a@x.fr"),
    ]
    assert AlarmRule().addresses(people) == ("a@x.fr", "b@x.fr")
    assert AlarmRule(recipients=("exploitation@x.fr",)).addresses(people) == ("exploitation@x.fr",)
    aside(hall)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, alarms=AlarmRule(recipients=("z@x.fr", "y@x.fr"))))
    assert len(told(hall)) == 2
    assert sorted(one.address for one in hall.mailer.sent) == ["y@x.fr", "z@x.fr"]


def test_nobody_to_tell_is_told_on_the_screen(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    assert alarm(hall.app).notes == ()
    aside(hall)
    assert "une adresse à un agent" in alarm(hall.app).notes[0]
    hall.app = replace(hall.app, mailer=None)
    assert "pas de section [courriel]" in alarm(hall.app).notes[0]
    hall.app = replace(hall.app, policy=replace(hall.app.policy, alarms=AlarmRule(active=False)))
    assert alarm(hall.app) == Outcome(step="alertes")


def test_no_account_number_leaves_in_a_mail_and_nothing_hostile_acts(hall: Hall) -> None:
    now = hall.clock.now()
    said = (f"Compte {IBAN} refusé <b>ici</b>\r\nBcc: tous@x.fr.",)
    with hall.ledger.transaction() as books:
        books.save(
            Run(id="suivi", began_at=now, ended_at=now, failed=1, said=said, failing_since=now - timedelta(days=2))
        )
    (text,) = told(hall)
    assert "Compte FR76…3276 refusé" in text
    assert "1999" not in text + hall.mailer.sent[0].html + "".join(one.sentence for one in hall.all(Alarm))
    assert "\nBcc" not in text and "<b>" not in hall.mailer.sent[0].html


def test_a_mail_that_did_not_leave_is_sent_by_the_next_run(hall: Hall) -> None:
    aside(hall)
    hall.mailer.faults = ["cut_before_data"]
    assert alarm(hall.app).failures
    (kept,) = hall.all(Alarm)
    assert (kept.state, kept.told_on) == (AlarmState.UNSENT, None)
    assert len(told(hall)) == 1
    assert {one.state for one in hall.all(Alarm)} == {AlarmState.SENT}


def test_a_mail_that_may_have_left_is_never_sent_again_within_the_week_and_is_told(hall: Hall) -> None:
    aside(hall)
    hall.mailer.faults = ["cut_after_data"]
    (failure,) = alarm(hall.app).failures
    assert CLAIRE in failure.sentence
    assert {one.state for one in hall.all(Alarm)} == {AlarmState.DOUBTFUL}
    assert not told(hall)
    hall.clock.advance(days=7)
    assert len(told(hall)) == 1


def test_a_run_that_died_as_it_sent_is_told_and_sends_nothing_twice(hall: Hall) -> None:
    aside(hall)
    hall.axe.at = (hall.axe.calls + 1, "after")
    with pytest.raises(Killed):
        alarm(hall.app)
    hall.axe.at = None
    assert len(hall.mailer.sent) == 1
    (failure,) = alarm(hall.app).failures
    assert f"Alerte à {CLAIRE} : l'envoi a été interrompu" in failure.sentence
    assert "Étape « import »" in failure.sentence
    assert len(hall.mailer.sent) == 1


def test_what_nobody_foresaw_keeps_no_alert_from_leaving_the_next_day(hall: Hall) -> None:
    aside(hall)
    hall.mailer.faults = ["unforeseen"]
    (failure,) = alarm(hall.app).failures
    assert "erreur imprévue" in failure.sentence
    hall.clock.advance(days=1)
    assert len(told(hall)) == 1


def test_a_mail_server_that_is_down_is_not_asked_for_each_address(hall: Hall) -> None:
    addresses = tuple(f"{name}@x.fr" for name in "abc")
    hall.app = replace(hall.app, policy=replace(hall.app.policy, alarms=AlarmRule(recipients=addresses)))
    aside(hall)
    hall.mailer.faults = ["", "cut_before_data"]
    outcome = alarm(hall.app)
    assert (outcome.done, len(outcome.failures)) == (("a@x.fr",), 1)
    assert outcome.notes == ("Courriels remis au prochain passage, faute de serveur : 1.",)
    assert len(told(hall)) == 2


def test_the_certificate_that_signed_last_is_watched_without_opening_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = addressed(Hall.build(tmp_path))
    hall.to_sign("120.00")
    report = hall.app.signatures.report

    def dated(signed: Path, unsigned: Path) -> SignatureReport:
        found = report(signed, unsigned)
        return replace(found, signatures=tuple(replace(one, valid_until=date(2026, 3, 30)) for one in found.signatures))

    monkeypatch.setattr(hall.app.signatures, "report", dated)
    assert hall.sign() == 1
    (text,) = told(hall)
    assert "Le certificat qui a signé les derniers bordereaux expire le 30/03/2026, dans 28 jours" in text


def test_invoices_that_no_desk_sees_are_told_once_however_many(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, desks=frozenset()))
    hall.deposit("120.00")
    hall.day()
    (mail,) = hall.mailer.sent
    assert "une facture n'a aucun viseur (la première : F2026-000001)" in mail.text
    hall.deposit("45.30", start=2)
    hall.day()
    assert len(hall.mailer.sent) == 1


def test_a_mandat_of_somebody_else_is_told(hall: Hall) -> None:
    hall.to_sign("120.00", "45.30")
    (first, *_) = hall.all(Invoice)
    with hall.ledger.transaction() as books:
        books.save(replace(first, remote_status="MISE_EN_PAIEMENT"))
    (text,) = told(hall)
    assert f"URGENT. Facture {first.id} : Chorus Pro la montre" in text
    assert not told(hall)
