"""Money: exact, to the cent, half up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain import money

AMOUNTS = st.decimals(-(10**9), 10**9, places=6)


@given(AMOUNTS)
def test_rounding_goes_to_the_nearest_cent_and_halves_go_away_from_zero(value: Decimal) -> None:
    gap = Fraction(money.euros(value)) - Fraction(value)
    assert abs(gap) <= Fraction(1, 200)
    if abs(gap) == Fraction(1, 200):
        assert abs(money.euros(value)) > abs(value)


@given(st.integers(-(10**14), 10**14))
def test_cents_come_back(cents: int) -> None:
    assert money.to_cents(money.from_cents(cents)) == cents


@given(AMOUNTS)
def test_what_is_written_is_read_back(value: Decimal) -> None:
    assert money.parse(f" {value} ") == value


@given(st.decimals(-(10**9), 10**9, places=2))
def test_french_writing_keeps_every_figure(value: Decimal) -> None:
    text = money.french(value)
    assert Decimal(text.removesuffix("\xa0€").replace("\xa0", "").replace(",", ".")) == value
    assert text.isascii() is False


@pytest.mark.parametrize("text", ["", "12,50", "1 000", "NaN", "sNaN", "-Infinity", "1E400", "0x10", "12€", "1_000"])
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="montant"):
        money.parse(text)
