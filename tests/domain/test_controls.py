"""Controls: each finding is given when it must be, and only then."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Severity, blocking
from dematfin.domain.intention import LONGEST_MOTIF
from dematfin.domain.invoice.content import Amounts, Content, InvoiceKind, InvoiceLine, Supplier, VatLine
from dematfin.domain.invoice.controls import Known, control
from dematfin.domain.invoice.invoice import normalised
from dematfin.domain.money import LARGEST
from dematfin.domain.registers import StructureRules
from domain.controlled import CENT, GOOD, amounts, codes, supplier
from examples import COMMUNE, RULES, attachment, content, engagement, invoice


def test_a_good_invoice_has_no_finding() -> None:
    assert codes(invoice()) == {}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("ROUTE-SERVICE-MISSING", {"service_code": ""}),
        ("ROUTE-SERVICE-UNKNOWN", {"service_code": "INCONNU"}),
        ("ROUTE-SERVICE-CLOSED", {"service_code": "FERME"}),
        ("FRAME-ALREADY-PAID", {"frame": "A2"}),
        ("FRAME-WORKS", {"frame": "A4"}),
        ("FRAME-WORKS", {"frame": "A99"}),
        ("SUM-TOTALS", {"amounts": amounts("100", "121", "121", ("20", "100", "20"))}),
        ("SUM-PAYABLE", {"amounts": amounts("100", "120", "80", ("20", "100", "20"))}),
        ("SUM-CURRENCY", {"currency": "USD"}),
        ("BANK-IBAN-DIFFERENT", {"supplier": supplier(iban="FR7630006000011234567890189")}),
        ("BANK-FACTOR", {"supplier": supplier(factor="FACTOR SA")}),
    ],
)
def test_what_is_wrong_in_the_invoice_blocks_it_with_a_remedy(code: str, changes: dict[str, Any]) -> None:
    found = control(invoice(**changes), GOOD, CENT)
    assert [finding.code for finding in found] == [code]
    assert blocking(found)
    assert len(found[0].sentence) > 40


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("ROUTE-SIRET-UNKNOWN", replace(GOOD, ours=False)),
        ("ROUTE-ENG-UNKNOWN", replace(GOOD, engagement=None)),
        ("ROUTE-ENG-CLOSED", replace(GOOD, engagement=engagement(open=False))),
        ("ROUTE-ENG-SUPPLIER", replace(GOOD, engagement=engagement(tiers="AUTRE"))),
        ("TIERS-UNKNOWN", replace(GOOD, tiers=())),
    ],
)
def test_what_does_not_fit_our_registers_blocks_it(code: str, known: Known) -> None:
    found = control(invoice(), known, CENT)
    assert [finding.code for finding in found] == [code]
    assert found[0].severity is Severity.BLOCKING


@pytest.mark.parametrize("required", [True, False])
def test_an_absent_engagement_blocks_only_where_it_is_due(required: bool) -> None:  # noqa: FBT001 - a parameter
    rules = StructureRules(id=COMMUNE, name="X", engagement_required=required, services=RULES.services)
    known = replace(GOOD, rules=rules, engagement=None)
    severity = Severity.BLOCKING if required else Severity.WARNING
    assert codes(invoice(engagement=""), known) == {"ROUTE-ENG-MISSING": severity}


@pytest.mark.parametrize(
    ("service", "number", "expected"),
    [
        ("SCOLAIRE", "", {"ROUTE-ENG-MISSING": Severity.WARNING}),
        ("", "BC26-00077", {}),
        ("", "", {"ROUTE-SERVICE-MISSING": Severity.BLOCKING, "ROUTE-ENG-MISSING": Severity.BLOCKING}),
    ],
)
def test_service_or_engagement_one_is_enough(service: str, number: str, expected: dict[str, Severity]) -> None:
    rules = StructureRules(id=COMMUNE, name="X", either_required=True, services=RULES.services)
    known = replace(GOOD, rules=rules, engagement=engagement() if number else None)
    assert codes(invoice(service_code=service, engagement=number), known) == expected


def test_invoices_between_public_bodies_carry_no_engagement() -> None:
    known = replace(GOOD, engagement=None)
    assert codes(invoice(service_code="FACTURES_PUBLIQUES", engagement=""), known) == {}


@given(parts=st.lists(st.sampled_from(["F", "AV", "2026", "0412", "7"]), min_size=1, max_size=4), data=st.data())
def test_separators_and_leading_zeros_do_not_tell_two_numbers_apart(parts: list[str], data: st.DataObject) -> None:
    separators = st.sampled_from([" ", "-", "/", ".", "_", " - "])
    typed = "".join(part + data.draw(separators) for part in parts)
    stripped = [part.lstrip("0") if part.isdigit() else part.lower() for part in parts]
    assert normalised(typed) == normalised("-".join(stripped))


@pytest.mark.parametrize(("one", "other"), [("F2026-0412", "F2026-0413"), ("A1", "B1"), ("100", "10")])
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize("frame", ["A2", "A4"])
def test_what_is_not_ours_to_pay_is_answered_for_nothing_else(frame: str) -> None:
    """Else an invoice already paid by card would be sent back for its engagement, or its supplier created for it."""
    wrong: dict[str, Any] = {"service_code": "", "engagement": "", "supplier": supplier(iban="FR00"), "attachments": ()}
    known = replace(GOOD, tiers=(), engagement=None, accounts=())
    assert [one.code[:5] for one in control(invoice(frame=frame, **wrong), known, CENT)] == ["FRAME"]


def test_an_invoice_mandated_elsewhere_is_held_for_that_alone() -> None:
    shown = replace(invoice(service_code=""), remote_status="MISE_A_DISPOSITION_COMPTABLE")
    assert codes(shown) == {"STATUS-MANDATED": Severity.BLOCKING}
    assert codes(replace(invoice(), remote_status="SERVICE_FAIT")) == {}


TEXT = st.text(max_size=400)
MONEY = st.decimals(-LARGEST, LARGEST, allow_nan=False, allow_infinity=False)
CONTENTS = st.builds(
    Content,
    number=TEXT,
    kind=st.sampled_from(InvoiceKind),
    frame=st.sampled_from(["A1", "A9", "A12"]) | TEXT,
    supplier=st.builds(
        Supplier,
        identifier_kind=st.sampled_from("1234567"),
        identifier=TEXT,
        name=TEXT,
        country=st.sampled_from(["FR", "DE", ""]),
        iban=TEXT,
        factor=TEXT,
    ),
    siret=st.just(COMMUNE),
    service_code=TEXT,
    engagement=TEXT,
    marche=TEXT,
    issued_on=st.dates(),
    delivered_on=st.none() | st.dates(),
    received_on=st.dates(),
    currency=st.just("EUR") | TEXT,
    amounts=st.builds(
        Amounts,
        ht=MONEY,
        ttc=MONEY,
        payable=MONEY,
        vat=st.lists(st.builds(VatLine, rate=MONEY, base=MONEY, amount=MONEY), max_size=3).map(tuple),
    ),
    origin_number=TEXT,
    payment_mode=TEXT,
    lines=st.lists(
        st.builds(InvoiceLine, number=st.integers(), quantity=MONEY, unit_price=MONEY, ht=MONEY), max_size=3
    ).map(tuple),
    attachments=st.just(()) | st.just((attachment("F.pdf"),)),
)


@given(written=CONTENTS, known=st.sampled_from([GOOD, replace(GOOD, rules=None, engagement=None, tiers=())]))
def test_whatever_a_supplier_writes_the_controls_answer(written: Content, known: Known) -> None:
    subject = replace(invoice(), content=written, service=written.service_code, engagement=written.engagement)
    subject = replace(subject, marche=written.marche, number_key=normalised(written.number), iban=written.supplier.iban)
    for finding in control(subject, replace(known, earlier=(invoice(key="F2026-000009"),)), CENT):
        assert finding.sentence.endswith(".")
        assert len(finding.motif) <= LONGEST_MOTIF
        assert bool(finding.proposal) == bool(finding.motif)
        assert subject.id not in finding.motif
        assert "dematfin" not in finding.motif


def test_a_motif_is_no_longer_than_the_platform_keeps() -> None:
    quoted = control(invoice(service_code="S" * 400, engagement="E" * 400), replace(GOOD, engagement=None), CENT)
    assert {one.code: len(one.motif) for one in quoted} == {"ROUTE-SERVICE-UNKNOWN": 255, "ROUTE-ENG-UNKNOWN": 255}


def test_the_date_of_the_invoice_is_never_a_reason_to_stop_the_controls() -> None:
    last = content(issued_on=date.max, delivered_on=date.max)
    assert set(codes(replace(invoice(), content=last))) == {"DATE-FUTURE"}
