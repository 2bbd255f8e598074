"""A mail read in full, as its reader does."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.domain.mail import Attachment, Mail, Section
from dematfin.domain.visa.circuit import DEFAULT
from dematfin.domain.visa.deadline import J_PLUS_5
from dematfin.domain.visa.folder import VisaFolder, opened
from dematfin.domain.visa.levels import Level
from dematfin.domain.visa.reminder_mail import compose
from dematfin.domain.visa.reminders import Digest, Line, Pending
from dematfin.domain.visa.weekly import Week
from examples import VISEUR
from visa.mails import CHIEF, addressed

GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 3, 11)
URL = "https://visa.valbrume.test"


def pending(number: int, arrived: date, supplier: str = "PAPETERIE DU LAC", amount: str = "1234.50") -> Pending:
    """Return a folder that came to the desk SCOLAIRE on a day; its invoice two days before."""
    key = f"F2026-{number:06d}"
    folder: VisaFolder = opened(f"{key}/1", key, DEFAULT, "SCOLAIRE").begun(arrived, J_PLUS_5)
    pay_by = date.fromordinal(arrived.toordinal() + 28)
    return Pending(folder=folder, supplier=supplier, amount=Decimal(amount), pay_by=pay_by)


def line(about: Pending, level: Level, absent: str = "") -> Line:
    return Line(id=f"{about.folder.id}/{level}", level=level, about=about, desk="SCOLAIRE", absent=absent)


REPORT = Attachment(name="rapport-2026-02.html", media_type="text/html", data=b"<p>")
OLD = pending(7, date(2026, 2, 2), "ÉNERGIE DU VAL", "942.17")
MAILS = {
    "viseur": Digest(
        person=addressed(VISEUR),
        today=TODAY,
        lines=(
            line(OLD, Level.LATE),
            line(pending(3, date(2026, 3, 3)), Level.LATE, "Nadia Technique"),
            line(pending(4, date(2026, 3, 6), amount="-60.00"), Level.DUE),
            line(pending(5, date(2026, 3, 7)), Level.BEFORE),
            line(pending(6, TODAY), Level.ARRIVAL),
        ),
    ),
    "directeur": Digest(
        person=addressed(CHIEF),
        today=TODAY,
        lines=(line(OLD, Level.ESCALATION),),
        week=Week(
            starts_on=date(2026, 3, 2),
            received=12,
            decided=9,
            in_time=7,
            median_days=3,
            late=(("SCOLAIRE", 2), ("VOIRIE", 1)),
            at_risk=("F2026-000007",),
            figures=(
                Section(
                    title="À surveiller, au 11/03/2026 à 07:30", lines=(("Délai légal dépassé : 1 <facture>", ""),)
                ),
                Section(
                    title="Délai de paiement, février 2026", lines=(("Tous les chiffres, par tableau", f"{URL}/"),)
                ),
            ),
            attachments=(REPORT,),
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(MAILS))
def test_a_mail_is_read_as_it_was_written(name: str) -> None:
    mail = compose(MAILS[name], "Commune de Valbrume", URL)
    shown = f"{mail.name} <{mail.address}>\n{mail.subject}\n\n{mail.text}"
    assert shown.replace("\N{NO-BREAK SPACE}", " ") == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert mail.html.replace("\N{NO-BREAK SPACE}", " ") == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


def test_the_report_goes_with_the_figures_and_with_no_other_mail() -> None:
    joined = {name: compose(digest, "A", URL).attachments for name, digest in MAILS.items()}
    assert joined == {"directeur": (REPORT,), "viseur": ()}


def hostile(url: str) -> Mail:
    supplier = 'ACME\r\n.\r\n</li><script>x</script> "\u202e' + "é" * 200
    about = pending(1, TODAY, supplier)
    digest = Digest(
        person=replace(addressed(VISEUR), name="Paul\n<b>"), today=TODAY, lines=(line(about, Level.ARRIVAL, "<i>X\n"),)
    )
    return compose(digest, "Commune\n<u>", url)


def test_names_that_strangers_chose_are_only_names() -> None:
    mail = hostile(URL)
    for sign in ("<script", "<b>", "<i>", "<u>"):
        assert sign not in mail.html
    assert "\n." not in mail.text
    assert "\u202e" not in mail.text + mail.html
    assert "é" * 100 not in mail.text


def test_without_pages_the_command_is_named_instead_of_a_link() -> None:
    mail = hostile("")
    assert "href" not in mail.html
    assert "http" not in mail.text
    assert "dematfin visa liste" in mail.text


def test_a_link_shows_and_decides_nothing() -> None:
    assert f"{URL}/dossier/F2026-000001\n" in hostile(URL).text
    assert f'href="{URL}/dossier/F2026-000001"' in hostile(URL).html


def test_the_same_reminders_are_the_same_mail() -> None:
    first = MAILS["viseur"]
    assert compose(first, "A", URL).id == compose(replace(first, lines=first.lines[::-1]), "B", "").id
    assert compose(first, "A", URL).id != compose(replace(first, lines=first.lines[1:]), "A", URL).id
