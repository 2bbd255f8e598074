"""Controls: each finding is given when it must be, and only then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Severity, blocking
from dematfin.domain.invoice.content import Amounts, InvoiceKind, Supplier, VatLine
from dematfin.domain.invoice.controls import Known, control
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.registers import StructureRules
from examples import COMMUNE, IBAN, RULES, SUPPLIER, account, attachment, engagement, invoice, tiers

CENT = Decimal("0.01")
GOOD = Known(
    today=date(2026, 3, 2),
    ours=True,
    rules=RULES,
    engagement=engagement(),
    tiers=(tiers(),),
    accounts=(account(),),
)


def codes(subject: Invoice, known: Known = GOOD) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in control(subject, known, CENT)}


def test_a_good_invoice_has_no_finding() -> None:
    assert codes(invoice()) == {}


def amounts(ht: str, ttc: str, payable: str, *vat: tuple[str, str, str]) -> Amounts:
    lines = tuple(VatLine(rate=Decimal(r), base=Decimal(b), amount=Decimal(a)) for r, b, a in vat)
    return Amounts(ht=Decimal(ht), ttc=Decimal(ttc), payable=Decimal(payable), vat=lines)


def supplier(**changes: Any) -> Supplier:
    usual = Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN)
    return replace(usual, **changes)


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


@given(
    rates=st.lists(st.sampled_from(["2.1", "5.5", "10", "20"]), min_size=1, max_size=4, unique=True),
    data=st.data(),
)
def test_each_rate_may_round_once_and_no_more(rates: list[str], data: st.DataObject) -> None:
    lines = [(rate, data.draw(st.decimals(1, 10_000, places=2))) for rate in rates]
    vat = tuple(
        VatLine(rate=Decimal(rate), base=base, amount=(base * Decimal(rate) / 100).quantize(CENT))
        for rate, base in lines
    )
    ht = sum((line.base for line in vat), Decimal(0))
    exact = ht + sum((line.amount for line in vat), Decimal(0))
    gap = data.draw(st.integers(-8, 8))
    ttc = exact + gap * CENT
    found = codes(invoice(amounts=Amounts(ht=ht, ttc=ttc, payable=ttc, vat=vat)))
    assert ("SUM-TOTALS" in found) == (abs(gap) > len(rates))


EARLIER = invoice(key="F2026-000009")


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda: invoice("F2026-0412", "120.00"), {"DUP-D1": Severity.BLOCKING}),
        (lambda: invoice(" f 2026/412", "120.00"), {"DUP-D1": Severity.BLOCKING}),
        (lambda: invoice("F2026-0412", "240.00"), {"DUP-D2": Severity.BLOCKING}),
        (lambda: invoice("AUTRE", attachments=(attachment("F2026-0412.pdf"),)), {"DUP-D5": Severity.BLOCKING}),
        (lambda: invoice("F2026-0413", "120.00"), {}),
        (lambda: invoice("F2026-0412", kind=InvoiceKind.CREDIT_NOTE), {}),
        (lambda: EARLIER, {}),
    ],
)
def test_a_second_deposit_is_seen(write: Callable[[], Invoice], expected: dict[str, Severity]) -> None:
    assert codes(write(), replace(GOOD, earlier=(EARLIER,))) == expected


@pytest.mark.parametrize("over", [InvoiceState.REFUSED, InvoiceState.CANCELLED])
def test_a_refused_invoice_does_not_hold_up_the_one_that_replaces_it(over: InvoiceState) -> None:
    known = replace(GOOD, earlier=(replace(EARLIER, state=over),))
    assert codes(invoice(), known) == {"DUP-D1": Severity.INFO}


def test_a_duplicate_is_seen_even_when_it_is_addressed_to_somebody_else() -> None:
    known = replace(GOOD, ours=False, earlier=(EARLIER,))
    assert set(codes(invoice(), known)) == {"ROUTE-SIRET-UNKNOWN", "DUP-D1"}


@given(parts=st.lists(st.sampled_from(["F", "AV", "2026", "0412", "7"]), min_size=1, max_size=4), data=st.data())
def test_separators_and_leading_zeros_do_not_tell_two_numbers_apart(parts: list[str], data: st.DataObject) -> None:
    separators = st.sampled_from([" ", "-", "/", ".", "_", " - "])
    typed = "".join(part + data.draw(separators) for part in parts)
    stripped = [part.lstrip("0") if part.isdigit() else part.lower() for part in parts]
    assert normalised(typed) == normalised("-".join(stripped))


@pytest.mark.parametrize(("one", "other"), [("F2026-0412", "F2026-0413"), ("A1", "B1"), ("100", "10")])
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)
