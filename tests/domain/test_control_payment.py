"""Frames, modes and money left: what is paid elsewhere is never ordered here, what is not reserved is not ordered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dematfin.domain.finding import Severity
from dematfin.domain.invoice.chorus import STAGES, Stage
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.registers import Credit, Engagement, credit_id
from domain.controlled import GOOD, codes, findings
from examples import COMMUNE, engagement, invoice

BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING
WORKS = {f"A{number}" for number in range(3, 26)} - {"A9", "A12"}


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("A1", {}),
        ("A2", {"FRAME-ALREADY-PAID": BLOCKING}),
        ("A9", {"FRAME-DIRECT": WARNING}),
        ("A12", {"FRAME-DIRECT": WARNING}),
        *((frame, {"FRAME-WORKS": BLOCKING}) for frame in sorted(WORKS)),
        ("A26", {"FRAME-WORKS": BLOCKING}),
        ("SANS_CADRE_DE_FACTURATION", {"FRAME-WORKS": BLOCKING}),
    ],
)
def test_frames(frame: str, expected: dict[str, Severity]) -> None:
    assert codes(invoice(frame=frame)) == expected


@pytest.mark.parametrize("mode", ["49", "59", "48", "54", "55"])
def test_what_pays_itself_is_not_ordered(mode: str) -> None:
    assert codes(invoice(payment_mode=mode)) == {"PAY-WITHOUT-ORDER": BLOCKING}
    assert codes(invoice(payment_mode=mode, frame="A2")) == {"FRAME-ALREADY-PAID": BLOCKING}


@pytest.mark.parametrize("mode", ["", "10", "20", "30", "31", "42", "97"])
def test_what_waits_for_an_order_is(mode: str) -> None:
    assert codes(invoice(payment_mode=mode)) == {}


def test_the_sentence_says_how_it_is_paid() -> None:
    assert "prélevée" in findings(invoice(payment_mode="49"))["PAY-WITHOUT-ORDER"].sentence
    assert "carte" in findings(invoice(payment_mode="48"))["PAY-WITHOUT-ORDER"].sentence


@pytest.mark.parametrize("status", sorted(STAGES))
def test_an_order_given_elsewhere_is_not_given_again(status: str) -> None:
    found = codes(replace(invoice(), remote_status=status))
    assert found == ({"STATUS-MANDATED": BLOCKING} if STAGES[status] is Stage.MANDATED else {})


CREDIT = Credit(
    id=credit_id(COMMUNE, 2026, engagement().imputation),
    siret=COMMUNE,
    exercice=2026,
    chapter="011",
    investment=False,
    available=Decimal("1000.00"),
)


@pytest.mark.parametrize(
    ("reserved", "held"),
    [
        (engagement(amount=Decimal("120.00")), False),
        (engagement(amount=Decimal("119.99")), True),
        (engagement(amount=Decimal("500.00"), left=Decimal("119.99")), True),
        (engagement(amount=Decimal("100.00"), left=Decimal("120.00")), False),
        (engagement(amount=Decimal("500.00"), mandated=Decimal("380.00")), False),
        (engagement(amount=Decimal("500.00"), mandated=Decimal("380.01")), True),
        (engagement(amount=Decimal("900.00"), left=Decimal("150.00"), mandated=Decimal("30.01")), True),
    ],
)
def test_an_engagement_is_not_exceeded_by_a_cent(reserved: Engagement, held: bool) -> None:  # noqa: FBT001
    assert codes(invoice(), replace(GOOD, engagement=reserved)) == ({"CREDIT-ENGAGEMENT": BLOCKING} if held else {})


@pytest.mark.parametrize(("mandated", "held"), [("880.00", False), ("880.01", True)])
def test_nor_is_a_chapter(mandated: str, held: bool) -> None:  # noqa: FBT001 - a parameter
    known = replace(GOOD, credit=replace(CREDIT, mandated=Decimal(mandated)))
    assert codes(invoice(), known) == ({"CREDIT-CHAPTER": BLOCKING} if held else {})


def test_a_credit_note_takes_nothing() -> None:
    known = replace(GOOD, engagement=engagement(amount=Decimal(0)), credit=replace(CREDIT, available=Decimal(0)))
    assert set(codes(invoice(kind=InvoiceKind.CREDIT_NOTE), known)) == {"AVOIR-UNLINKED"}
    assert set(codes(invoice(), known)) == {"CREDIT-ENGAGEMENT", "CREDIT-CHAPTER"}
