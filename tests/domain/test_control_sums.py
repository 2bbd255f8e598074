"""Arithmetic, VAT rate by rate: what adds up is silent whatever its rates, one cent beyond the tolerance is not."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Amounts, InvoiceKind, InvoiceLine, VatLine
from dematfin.domain.invoice.sums import RATES, check_sums
from domain.controlled import CENT, GOOD, amounts, codes, findings, lines
from examples import content, engagement, invoice

BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING
KNOWN_RATES = st.sampled_from(sorted(RATES))
PRICES = st.decimals("0.01", "5000", places=4)


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@st.composite
def consistent(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an invoice as honest software makes it: lines rounded to the cent, then VAT rate by rate."""
    written, rates = [], draw(st.lists(KNOWN_RATES, min_size=1, max_size=4))
    for number, rate in enumerate(rates, start=1):
        quantity, price = Decimal(draw(st.integers(1, 300))), draw(PRICES)
        ht = rounded(quantity * price)
        written.append(InvoiceLine(number=number, quantity=quantity, unit_price=price, ht=ht, vat_rate=rate))
    vat = []
    for rate in set(rates):
        base = sum((line.ht for line in written if line.vat_rate == rate), Decimal(0))
        vat.append(VatLine(rate=rate, base=base, amount=rounded(base * rate / 100)))
    ht = sum((line.base for line in vat), Decimal(0))
    ttc = ht + sum((line.amount for line in vat), Decimal(0))
    return {"amounts": Amounts(ht=ht, ttc=ttc, payable=ttc, vat=tuple(vat)), "lines": tuple(written)}


@given(written=consistent())
def test_what_adds_up_is_silent_at_any_rates_and_lines(written: dict[str, Any]) -> None:
    assert list(check_sums(content(**written), CENT)) == []


@given(written=consistent(), sign=st.sampled_from([1, -1]))
def test_each_rate_may_round_once_and_no_more(written: dict[str, Any], sign: int) -> None:
    exact: Amounts = written["amounts"]
    for cents, wrong in ((len(exact.vat), False), (len(exact.vat) + 1, True)):
        total = replace(exact, ttc=exact.ttc + sign * cents * CENT)
        found = {one.code for one in check_sums(content(amounts=total, lines=written["lines"]), CENT)}
        assert found == ({"SUM-TOTALS"} if wrong else set())


@given(written=consistent(), sign=st.sampled_from([1, -1]))
def test_the_vat_of_a_rate_is_off_by_the_rounding_of_its_lines_at_most(written: dict[str, Any], sign: int) -> None:
    exact: Amounts = written["amounts"]
    line = exact.vat[0]
    true = line.base * line.rate / 100
    allowed = CENT + Decimal("0.005") * len(written["lines"])
    for gap, wrong in ((allowed, False), (allowed + Decimal("0.001"), True)):
        off = replace(exact, vat=(replace(line, amount=true + sign * gap), *exact.vat[1:]))
        found = {one.code for one in check_sums(content(amounts=off, lines=written["lines"]), CENT)}
        assert ("SUM-VAT" in found) == wrong


def test_the_tolerance_is_a_setting() -> None:
    off = invoice(amounts=amounts("100", "120.05", "120.05", ("20", "100", "20")))
    assert codes(off) == {"SUM-TOTALS": BLOCKING}
    assert codes(off, tolerance=Decimal("0.05")) == {}


def test_six_decimals_add_up() -> None:
    written = amounts("2704.734542", "3245.681450", "3245.68", ("20", "2704.734542", "540.946908"))
    assert codes(invoice(amounts=written)) == {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (amounts("100", "120", "120", ("20", "100", "20.01")), {}),
        (amounts("100", "120.02", "120.02", ("20", "100", "20.02")), {"SUM-VAT": BLOCKING}),
        (amounts("100", "119.98", "119.98", ("20", "100", "19.98")), {"SUM-VAT": BLOCKING}),
        (amounts("100", "105.50", "105.50", ("5.5", "100", "5.50")), {}),
        (amounts("200", "225.50", "225.50", ("20", "100", "20"), ("5.5", "100", "5.50")), {}),
        (amounts("100", "108.50", "108.50", ("8.5", "100", "8.50")), {}),  # La Réunion
        (amounts("100", "100.90", "100.90", ("0.90", "100", "0.90")), {}),  # Corsica
        (amounts("100", "119.60", "119.60", ("19.6", "100", "19.60")), {"SUM-VAT-RATE": WARNING}),
        (amounts("150", "170", "170", ("20", "100", "20")), {"SUM-BASES": WARNING}),
        (amounts("100.01", "120.01", "120.01", ("20", "100", "20")), {}),
        (amounts("100", "100", "100"), {}),  # no VAT at all: franchise, subcontractor
        (amounts("100", "120", "120"), {"SUM-VAT-MISSING": WARNING}),
        (amounts("100", "80", "80"), {"SUM-TOTALS": BLOCKING, "SUM-VAT-MISSING": WARNING}),
    ],
)
def test_vectors_computed_by_hand(written: Amounts, expected: dict[str, Severity]) -> None:
    assert codes(invoice(amounts=written)) == expected


def test_a_wrong_sum_is_refused_with_the_figures() -> None:
    found = findings(invoice(amounts=amounts("100", "125", "125", ("20", "100", "20"))))["SUM-TOTALS"]
    assert found.proposal is SupplierStatus.REFUSED
    assert found.motif == "Total faux : 100,00\xa0€ HT + 20,00\xa0€ de TVA ne font pas 125,00\xa0€ TTC."


@pytest.mark.parametrize(
    "written",
    [
        amounts("60", "80", "80", ("20", "60", "20")),  # VAT of the whole on its own share
        amounts("60", "80", "80", ("20", "100", "20")),  # base of the whole
    ],
)
def test_the_holder_of_a_contract_invoices_the_vat_of_the_whole_site(written: Amounts) -> None:
    """Own share 60, subcontracted 40: VAT is 20 on 100 (CGI, art. 283, 2 nonies)."""
    expected = {"SUM-VAT-SUBCONTRACTED": WARNING}
    assert codes(invoice(amounts=written, marche="2025-17")) == expected
    assert codes(invoice(amounts=written), replace(GOOD, engagement=engagement(marche="2025-17"))) == expected
    assert set(codes(invoice(amounts=written))) <= {"SUM-VAT", "SUM-BASES"}


def test_too_little_vat_is_wrong_under_a_contract_too() -> None:
    too_little = amounts("100", "110", "110", ("20", "100", "10"))
    assert codes(invoice(amounts=too_little, marche="2025-17")) == {"SUM-VAT": BLOCKING}


@pytest.mark.parametrize(
    "written", [amounts("100", "100", "100"), amounts("100", "100", "100", ("20", "100", "0"))], ids=["none", "named"]
)
def test_a_building_subcontractor_asks_for_no_vat(written: Amounts) -> None:
    assert set(codes(invoice(amounts=written, frame="A9"))) == {"FRAME-DIRECT"}
    assert ("SUM-VAT" in codes(invoice(amounts=written))) == bool(written.vat)


@pytest.mark.parametrize(
    ("payable", "severity", "proposal"),
    [
        ("120.00", None, None),
        ("120.004", None, None),
        ("119.99", BLOCKING, None),  # a deposit, a retention: not the supplier's mistake
        ("0", BLOCKING, None),
        ("120.01", BLOCKING, SupplierStatus.REFUSED),
    ],
)
def test_a_mandat_pays_the_total_or_nothing(
    payable: str, severity: Severity | None, proposal: SupplierStatus | None
) -> None:
    found = findings(invoice(amounts=amounts("100", "120", payable, ("20", "100", "20"))))
    assert list(found) == (["SUM-PAYABLE"] if severity else [])
    if severity:
        assert (found["SUM-PAYABLE"].severity, found["SUM-PAYABLE"].proposal) == (severity, proposal)


def test_nothing_to_pay_is_set_aside() -> None:
    assert codes(invoice(amounts=amounts("0", "0", "0"))) == {"SUM-ZERO": BLOCKING}
    assert codes(invoice(amounts=amounts("0.01", "0.01", "0.01"))) == {}


def test_a_credit_note_may_ask_for_nothing() -> None:
    note = invoice(kind=InvoiceKind.CREDIT_NOTE, amounts=amounts("100", "120", "0", ("20", "100", "20")))
    assert set(codes(note)) == {"AVOIR-UNLINKED"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([("10", "10", "100")], set()),
        ([("10", "10", "80"), ("1", "20", "20")], set()),  # a discount
        ([("10", "10", "100.01")], set()),
        ([("10", "9.5", "95.02"), ("1", "4.98", "4.98")], {"SUM-LINE"}),
        ([("1000", "0.0999", "99.95"), ("1", "0.05", "0.05")], set()),  # 0.09995 written with four decimals
        ([("100", "0.999", "99.95"), ("1", "0.05", "0.05")], {"SUM-LINE"}),
        ([("10", "9", "90")], {"SUM-LINES"}),
        ([("-10", "10", "-100")], set()),  # lines of a credit note
    ],
)
def test_lines_make_the_total(written: list[tuple[str, str, str]], expected: set[str]) -> None:
    assert codes(invoice(lines=lines(*written))) == dict.fromkeys(expected, WARNING)


def test_many_wrong_lines_are_one_remark() -> None:
    found = findings(invoice(lines=lines(*[("1", "1", "25")] * 4)))
    assert set(found) == {"SUM-LINE"}
    assert "Ligne 1 " in found["SUM-LINE"].sentence
    assert "3 autres lignes" in found["SUM-LINE"].sentence


def test_a_mandat_is_in_euros() -> None:
    assert codes(invoice(currency="USD")) == {"SUM-CURRENCY": BLOCKING}
