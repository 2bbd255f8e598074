"""Late interest, against vectors counted by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.interest import NOTHING, VERIFIED, half_year, interest, rate_from
from dematfin.errors import RuleError

RATES = {"2025-S2": Decimal("10.15"), "2026-S1": Decimal("10.00")}
DEADLINE = date(2025, 8, 1)
BASES = st.decimals("0.01", "9999999.99", places=2)

VECTORS = [
    ("10000.00", 12, "33.37"),  # 10000 x 0.1015 x 12 / 365 = 33.3698...
    ("240.00", 3, "0.20"),  # 0.20021...
    ("365.00", 1, "0.10"),  # 0.1015
    ("3650.00", 100, "101.50"),  # exact
    ("36.50", 5, "0.05"),  # 0.05075
    ("1234.56", 152, "52.18"),  # 52.18302...
]


@pytest.mark.parametrize(("base", "days", "owed"), VECTORS)
def test_interest_counted_by_hand(base: str, days: int, owed: str) -> None:
    found = interest(Decimal(base), DEADLINE, DEADLINE + timedelta(days=days), RATES)
    assert (found.days_late, found.rate, found.flat) == (days, Decimal("10.15"), Decimal("40.00"))
    assert found.interest == Decimal(owed)
    assert found.total == Decimal(owed) + 40


def test_half_a_cent_is_rounded_up() -> None:
    owed = interest(Decimal("3.65"), DEADLINE, DEADLINE + timedelta(days=5), {"2025-S2": Decimal(10)})
    assert owed.interest == Decimal("0.01")  # 0.005 exactly


@pytest.mark.parametrize("until", [DEADLINE, DEADLINE - timedelta(days=1), date(2025, 1, 1)])
def test_nothing_is_due_before_the_day_after_the_deadline(until: date) -> None:
    assert interest(Decimal("10000.00"), DEADLINE, until, {}) == NOTHING
    assert NOTHING.total == 0


def test_nothing_is_due_on_nothing() -> None:
    assert interest(Decimal("0.00"), DEADLINE, date(2025, 9, 1), {}) == NOTHING


def test_one_rate_serves_for_the_whole_delay() -> None:
    """Interest that began on 31 December keeps the rate of its half-year on the next one's days."""
    owed = interest(Decimal("3650.00"), date(2025, 12, 30), date(2026, 1, 9), RATES)
    assert (owed.rate, owed.interest) == (Decimal("10.15"), Decimal("10.15"))


def test_the_rate_is_that_of_the_day_after_the_deadline() -> None:
    """Due on the last day of a half-year, it begins to run in the next."""
    owed = interest(Decimal("3650.00"), date(2025, 12, 31), date(2026, 1, 10), RATES)
    assert (owed.rate, owed.interest) == (Decimal("10.00"), Decimal("10.00"))


def test_an_unknown_rate_is_asked_for_and_an_older_one_never_used() -> None:
    with pytest.raises(RuleError, match="2e semestre 2026") as refused:
        interest(Decimal("100.00"), date(2026, 8, 1), date(2026, 8, 2), RATES)
    assert '"2026-S2" à la ligne taux de la section [interets]' in str(refused.value)
    assert "1er juillet 2026" in str(refused.value)


def test_rates_that_were_verified_are_known() -> None:
    assert len(VERIFIED) == 14  # 2016-S2 to 2022-S2, and 2023-S1
    assert rate_from(date(2016, 7, 1), VERIFIED) == rate_from(date(2022, 12, 31), VERIFIED) == Decimal("8.00")
    assert rate_from(date(2023, 6, 30), VERIFIED) == Decimal("10.50")
    for unknown in (date(2016, 6, 30), date(2023, 7, 1)):
        with pytest.raises(RuleError):
            rate_from(unknown, VERIFIED)


@given(base=BASES, days=st.integers(-400, 900), more=st.integers(0, 400), other=BASES)
def test_interest_never_falls_with_days_nor_base(base: Decimal, days: int, more: int, other: Decimal) -> None:
    until, low, high = DEADLINE + timedelta(days=days), *sorted((base, other))
    owed = interest(low, DEADLINE, until, RATES)
    assert owed.total <= interest(low, DEADLINE, until + timedelta(days=more), RATES).total
    assert owed.total <= interest(high, DEADLINE, until, RATES).total
    assert owed.days_late == max(days, 0)
    assert (owed.total > 0) == (days > 0)
    assert owed.interest == owed.interest.quantize(Decimal("0.01"))


@given(day=st.dates(date(2016, 1, 1), date(2040, 12, 31)))
def test_a_half_year_has_six_months(day: date) -> None:
    assert half_year(day) == f"{day.year}-S{(day.month + 5) // 6}"
