"""Amounts of exports: each usual way of writing, and nothing that can be read in two ways."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.money import french
from dematfin.finance.amounts import parse

CENTS = st.integers(0, 99_999_999_999_999).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("1 234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1234.50", "1234.50"),
        ("1234", "1234.00"),
        ("1 234\N{NARROW NO-BREAK SPACE}567,8\N{NO-BREAK SPACE}€", "1234567.80"),
        ("1.234.567", "1234567.00"),
        ("12345.678", "12345.68"),
        ("0,125", "0.13"),
        ("0.125", "0.13"),
        ("0", "0.00"),
    ],
)
def test_one_reading_is_enough(text: str, euros: str) -> None:
    assert str(parse(text)) == euros


@pytest.mark.parametrize("text", ["1,234", "1.234", "999.999"])
def test_two_readings_are_too_many(text: str) -> None:
    with pytest.raises(ValueError, match="de deux façons"):
        parse(text)


@pytest.mark.parametrize("text", ["-5", "\N{MINUS SIGN}5,00", "5,00-", "(5,00)", "- 1 234,50 €"])
def test_nothing_is_below_zero(text: str) -> None:
    with pytest.raises(ValueError, match="négatif"):
        parse(text)


@pytest.mark.parametrize("text", ["", "€", "dix", "12 50", "1.234.50", "1,234,50", "1e3", "٣", "5 $", "nan", "1_000"])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="illisible"):
        parse(text)


def test_nothing_is_beyond_what_the_flow_can_say() -> None:
    assert parse("999 999 999 999,99") == Decimal("999999999999.99")
    with pytest.raises(ValueError, match="hors limites"):
        parse("1 000 000 000 000,00")


@given(euros=CENTS)
def test_an_amount_is_read_back_from_each_usual_way_of_writing_it(euros: Decimal) -> None:
    english = f"{euros:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    for text in (f"{euros:.2f}", english, continental, french(euros), f"{euros:.2f}".replace(".", ",")):
        assert parse(text) == euros
