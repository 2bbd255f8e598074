"""Dates and mandatory mentions: what cannot be, what is too old, what the data do not say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Attachment, InvoiceKind
from dematfin.domain.invoice.controls import control
from domain.controlled import CENT, GOOD, codes, findings, supplier
from examples import attachment, invoice

TODAY = GOOD.today
DAY = timedelta(days=1)
BLOCKING, WARNING, INFO = Severity.BLOCKING, Severity.WARNING, Severity.INFO


def test_an_invoice_of_tomorrow_is_refused_until_tomorrow() -> None:
    assert codes(invoice(issued_on=TODAY)) == {}
    assert codes(invoice(issued_on=TODAY + DAY)) == {"DATE-FUTURE": BLOCKING}
    assert codes(invoice(issued_on=TODAY + DAY), replace(GOOD, today=TODAY + DAY)) == {}


@pytest.mark.parametrize(
    ("done", "today", "prescribed"),
    [
        (date(2021, 12, 31), date(2025, 12, 31), False),
        (date(2021, 12, 31), date(2026, 1, 1), True),
        (date(2021, 1, 1), date(2025, 12, 31), False),
        (date(2022, 1, 1), date(2026, 12, 31), False),
        (date(2022, 1, 1), date(2027, 1, 1), True),
    ],
)
def test_four_years_run_from_the_first_of_january_after_the_debt(
    done: date,
    today: date,
    prescribed: bool,  # noqa: FBT001 - a parameter
) -> None:
    old = invoice(delivered_on=done, issued_on=date(2023, 1, 1))
    found = findings(old, replace(GOOD, today=today))
    assert list(found) == (["DATE-PRESCRIBED"] if prescribed else [])
    if prescribed:
        assert "68-1250" in found["DATE-PRESCRIBED"].article


def test_without_a_day_of_service_the_debt_is_as_old_as_its_invoice() -> None:
    old = invoice(delivered_on=None, issued_on=date(2021, 6, 1))
    assert codes(old) == {"DATE-PRESCRIBED": BLOCKING, "MENTION-DELIVERY": INFO}


def test_a_credit_note_is_never_prescribed() -> None:
    old = invoice(kind=InvoiceKind.CREDIT_NOTE, delivered_on=date(2010, 1, 1))
    assert set(codes(old)) == {"AVOIR-UNLINKED"}


def test_a_service_is_paid_once_it_is_done() -> None:
    billed = date(2026, 2, 20)
    assert codes(invoice(issued_on=billed, delivered_on=billed)) == {}
    assert codes(invoice(issued_on=billed, delivered_on=billed + DAY)) == {"DATE-BEFORE-SERVICE": WARNING}


@pytest.mark.parametrize(
    ("kind", "identifier", "wrong"),
    [
        ("1", "91098765000017", False),
        ("1", "91098765000018", True),
        ("1", "9109876500001", True),
        ("1", "35600000049837", False),  # La Poste
        ("2", "IT12345678901", False),
        ("4", "0123456", False),
    ],
)
def test_a_siret_has_a_key(kind: str, identifier: str, wrong: bool) -> None:  # noqa: FBT001 - a parameter
    subject = invoice(supplier=supplier(identifier_kind=kind, identifier=identifier))
    assert codes(subject) == ({"MENTION-SIRET": WARNING} if wrong else {})
    assert control(subject, GOOD, CENT, check_siret=False) == ()


def named(name: str, media_type: str) -> Attachment:
    return replace(attachment(name), media_type=media_type)


@pytest.mark.parametrize(
    ("files", "readable"),
    [
        ((named("f", "application/pdf"),), True),
        ((named("f", "Application/PDF"),), True),
        ((named("F.PDF", "application/octet-stream"),), True),
        ((named("f.xml", "text/xml"), named("scan.tiff", "")), True),
        ((named("f.xml", "text/xml"),), False),
        ((), False),
    ],
)
def test_the_comptable_reads_no_xml(files: tuple[Attachment, ...], readable: bool) -> None:  # noqa: FBT001 - a parameter
    found = findings(invoice(attachments=files))
    assert list(found) == ([] if readable else ["MENTION-READABLE"])
    if not readable:
        assert found["MENTION-READABLE"].severity is WARNING
        assert found["MENTION-READABLE"].proposal is SupplierStatus.SUSPENDED


def test_the_day_of_delivery_is_asked_of_the_head_of_service() -> None:
    assert codes(invoice(delivered_on=None)) == {"MENTION-DELIVERY": INFO}
