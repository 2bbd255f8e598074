"""The mail of Monday to the direction: the figures of payments, and the report of the last month that is over."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.mail import Mail
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.report.table import Report
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from dematfin.domain.visa.levels import Level
from dematfin.domain.visa.reminders import Reminder
from dematfin.errors import RuleError
from examples import COMMUNE, SUPPLIER
from fakes.hall import Hall, Killed, Watched
from fakes.reports import FakeReportWriter
from steps.counted import forget
from visa.mails import CHIEF, addressed, move_to, posted, told

MONDAY = date(2026, 3, 9)
SECOND = Person(id="marc", name="Marc Directeur", roles=frozenset({Role.DIRECTEUR}))
PAID = Settlement(
    id="M2026-000009", known_at=datetime(2026, 2, 20, 9, tzinfo=UTC), invoice_id="F2026-000009", number="F-9",
    siret=COMMUNE, service="VOIRIE", supplier="PAPETERIE DU LAC", supplier_siren=SUPPLIER[:9], origin=Origin.CHORUS,
    ttc=Decimal("120.00"), gross_start=date(2026, 1, 5), start=date(2026, 1, 5), deadline=date(2026, 2, 4), days=30,
    true_start=date(2026, 1, 5), mandated_on=date(2026, 1, 30), paid_on=date(2026, 2, 10),
    late_base=Decimal("120.00"), first_pass=True,
)  # fmt: skip

WAITS = Stay(
    id="F2026-000008.1", invoice_id="F2026-000008", stage=Stage.IN_VISA, since=datetime(2026, 2, 9, tzinfo=UTC),
    siret=COMMUNE, service="VOIRIE", supplier="PAPETERIE DU LAC", supplier_siren=SUPPLIER[:9], number="F-8",
    origin=Origin.CHORUS, ttc=Decimal("3650.00"), start=date(2026, 2, 7), deadline=date(2026, 3, 9),
    true_start=date(2026, 2, 7),
)  # fmt: skip


@pytest.fixture
def writer() -> FakeReportWriter:
    return FakeReportWriter()


@pytest.fixture
def hall(tmp_path: Path, writer: FakeReportWriter) -> Hall:
    """Return a town of two directors on Monday 9 March, its heads of service told of the week before."""
    hall = posted(tmp_path)
    told(hall)
    hall.mailer.sent.clear()
    with hall.ledger.transaction() as books:
        books.save(addressed(SECOND))
    hall.app = replace(hall.app, reports=writer)
    move_to(hall, MONDAY)
    return hall


def counted(hall: Hall, at: datetime | None = None) -> None:
    """Have the journal counted, one mandat paid in February."""
    with hall.ledger.transaction() as books:
        books.save(PAID, Reached(sequence=1, at=at or hall.clock.now()))


def weekly(hall: Hall) -> list[Mail]:
    return [mail for mail in hall.mailer.sent if "Semaine du" in mail.text]


def test_each_director_has_the_figures_and_the_report_in_the_one_mail_of_the_week(
    hall: Hall, writer: FakeReportWriter
) -> None:
    counted(hall)
    for day in (MONDAY, date(2026, 3, 10), date(2026, 3, 12)):
        move_to(hall, day)
        told(hall)
    assert sorted(mail.address for mail in weekly(hall)) == [addressed(CHIEF).email, addressed(SECOND).email]
    for mail in weekly(hall):
        assert "Ce qui a changé, du 02/03/2026 au 08/03/2026" in mail.text
        assert "- Délai global moyen : 36,0\xa0j, sur 1 mandat ; moins de 20 mandats, cela dit peu\n" in mail.text
        assert "Payés au-delà de 30 jours : 1 mandat, soit 100,0\xa0%" in mail.html
        assert "Le rapport du mois est joint. " in mail.text
        (report,) = mail.attachments
        assert (report.name, report.media_type) == ("rapport-2026-02.html", "text/html")
        assert "février 2026" in report.data.decode()
    assert [(one.period.key, one.closed) for one in writer.drawn] == [("2026-02", True)]  # once for both
    assert not any(one.attachments for one in hall.mailer.sent if "Semaine du" not in one.text)
    move_to(hall, date(2026, 3, 16))
    told(hall)
    assert len(weekly(hall)) == 4


def test_as_long_as_nothing_was_counted_nothing_is_said_of_it(hall: Hall, writer: FakeReportWriter) -> None:
    forget(hall)
    told(hall)
    assert len(weekly(hall)) == 2
    assert not any(one.attachments or "Délai de paiement" in one.text for one in hall.mailer.sent)
    assert writer.drawn == []


def test_week_and_month_are_the_last_that_were_counted_whole(hall: Hall, writer: FakeReportWriter) -> None:
    counted(hall, datetime(2026, 2, 27, 9, tzinfo=UTC))
    told(hall)
    assert [(one.period.key, one.closed) for one in writer.drawn] == [("2026-01", True)]
    assert "Ce qui a changé, du 16/02/2026 au 22/02/2026" in weekly(hall)[0].text
    assert "À surveiller, au 27/02/2026 à " in weekly(hall)[0].text


def test_what_waiting_costs_is_counted_with_the_rates_of_the_configuration(hall: Hall) -> None:
    """Seven days of 3 650 at 10 % are 7.00, and 40; without that rate, it is asked for."""
    with hall.ledger.transaction() as books:
        books.save(WAITS)
    counted(hall)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, rates={"2026-S1": Decimal(10)}))
    assert "1 facture de plus en retard, 47,00\xa0€ d'intérêts." in monday_mail(hall)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, rates={}))
    move_to(hall, date(2026, 3, 16))
    assert 'ajoutez "2026-S1" à la ligne taux de la section [interets]' in monday_mail(hall)


def monday_mail(hall: Hall) -> str:
    """Return what a director reads now."""
    hall.mailer.sent.clear()
    told(hall)
    return weekly(hall)[0].text


def test_a_link_leads_to_all_the_figures_where_there_are_pages(hall: Hall) -> None:
    counted(hall)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, web_url="https://visa.valbrume.test"))
    told(hall)
    assert '<a href="https://visa.valbrume.test/">Tous les chiffres</a>' in weekly(hall)[0].html


def test_a_report_that_cannot_be_drawn_keeps_no_mail(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Report) -> bytes:
        message = "pas de rapport"
        raise RuleError(message)

    counted(hall)
    monkeypatch.setattr(hall.app.reports, "html", broken)
    outcome = told(hall)
    assert [one.sentence for one in outcome.failures] == ["Chiffres de la semaine : pas de rapport"]
    assert len(weekly(hall)) == 2
    assert all(
        "Délai global moyen" in one.text and not one.attachments for one in hall.mailer.sent if "Semaine du" in one.text
    )


def test_a_report_too_heavy_for_a_mail_is_left_out_and_told(hall: Hall, writer: FakeReportWriter) -> None:
    counted(hall)
    writer.heavy = 5_000_000
    outcome = told(hall)
    (note,) = outcome.notes
    assert note.startswith("Le rapport (février 2026) est trop lourd pour un courriel")
    assert note.endswith("dematfin rapport --mois 2026-02 --format html --vers DOSSIER")
    assert all("Délai global moyen" in one.text and not one.attachments for one in weekly(hall))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_dies_while_it_draws_has_said_nothing(hall: Hall, moment: str) -> None:
    counted(hall)
    hall.app = replace(hall.app, reports=Watched(hall.app.reports, hall.axe, frozenset({"html"})))
    hall.axe.at = (hall.axe.calls + 1, moment)
    with pytest.raises(Killed):
        told(hall)
    assert not any(one.level is Level.WEEKLY and one.day == MONDAY for one in hall.all(Reminder))
    hall.axe.at = None
    told(hall)
    told(hall)
    assert len(weekly(hall)) == 2
