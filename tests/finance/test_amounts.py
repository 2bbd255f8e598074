"""Amounts of exports: read when there is one way to read them, else refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.finance.amounts import parse

CENTS = st.integers(min_value=-(10**13), max_value=10**13)
THOUSANDS_AND_POINT = [("", ","), ("", "."), (" ", ","), ("\u00a0", ","), ("\u202f", ","), (".", ","), (",", ".")]


@given(cents=CENTS, marks=st.sampled_from(THOUSANDS_AND_POINT), euro=st.sampled_from(["", "€", " €", "\u00a0€"]))
def test_an_amount_with_its_cents_reads_as_it_was_written(cents: int, marks: tuple[str, str], euro: str) -> None:
    thousands, point = marks
    value = Decimal(cents) / 100
    written = f"{value:,.2f}".replace(",", "T").replace(".", point).replace("T", thousands)
    assert parse(written + euro) == value


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234", "1234"),
        ("1 234", "1234"),
        ("1.234.567", "1234567"),
        (",5", "0.50"),
        ("1200.0000", "1200"),
        ("0,125", "0.13"),
        ("- 5,00", "-5"),
        ("\N{MINUS SIGN}5", "-5"),
    ],
)
def test_other_ways_that_software_has(written: str, amount: str) -> None:
    assert parse(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["1.234", "1,234", "-12.345", "999,999 €"])
def test_an_amount_that_reads_in_two_ways_is_not_guessed(written: str) -> None:
    with pytest.raises(ValueError, match="deux façons"):
        parse(written)


@pytest.mark.parametrize(
    "written",
    ["", "€", "-", ".", "dix", "1 23,45", "1.23.456", "1,2,3", "(5,00)", "5,00-", "1e3", "NaN", "١٢", "9" * 13, "--5"],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="illisible"):
        parse(written)


@given(written=st.text(max_size=30))
def test_whatever_is_written_the_answer_is_an_amount_to_the_cent_or_a_refusal(written: str) -> None:
    try:
        value = parse(written)
    except ValueError as error:
        assert "montant" in str(error)
    else:
        assert value == round(value, 2)
