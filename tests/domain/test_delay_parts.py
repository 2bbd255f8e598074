"""Whose days they were, and how many each has: vectors counted on a calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.durations import Shares, Shorter, shares
from dematfin.domain.delay.parts import Parts, parts, received_by_comptable

START = date(2026, 3, 2)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def march(day: int) -> date:
    return date(2026, 3, day)


def test_the_day_that_the_comptable_recorded_ends_the_part_of_the_ordonnateur() -> None:
    assert received_by_comptable(march(20), march(12)) == march(20)
    assert received_by_comptable(None, march(30)) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("mandated", "paid", "suspended", "expected"),
    [
        (march(22), date(2026, 4, 1), 0, Parts(ordonnateur=20, comptable=10, suspended=0)),
        (march(22), date(2026, 4, 11), 6, Parts(ordonnateur=20, comptable=14, suspended=6)),
        (march(1), march(12), 0, Parts(ordonnateur=0, comptable=10, suspended=0)),  # ordered before the delay began
        (march(22), march(12), 0, Parts(ordonnateur=10, comptable=0, suspended=0)),  # paid before it was ordered
        (march(22), march(1), 0, Parts(ordonnateur=0, comptable=0, suspended=0)),  # paid before the delay began
        (march(22), march(25), 9, Parts(ordonnateur=20, comptable=0, suspended=3)),  # never more than its days
    ],
)
def test_parts_counted_by_hand(mandated: date, paid: date, suspended: int, expected: Parts) -> None:
    assert parts(START, mandated, paid, suspended) == expected


@given(start=DAYS, mandated=DAYS, paid=DAYS, suspended=st.integers(0, 400))
def test_parts_are_the_whole_delay(start: date, mandated: date, paid: date, suspended: int) -> None:
    found = parts(start, mandated, paid, suspended)
    assert found.ordonnateur + found.comptable + found.suspended == max(0, (paid - start).days)
    assert min(found.ordonnateur, found.comptable, found.suspended) >= 0


def test_a_delay_is_shared_as_the_law_says_or_as_agreed() -> None:
    assert shares(30) == Shares(ordonnateur=20, comptable=10)
    assert shares(50) == Shares(ordonnateur=35, comptable=15)
    assert shares(21) == Shares(ordonnateur=14, comptable=7)
    assert shares(30, agreed=12) == Shares(ordonnateur=18, comptable=12)
    assert shares(10, agreed=12) == Shares(ordonnateur=0, comptable=10)


@given(days=st.integers(1, 60), agreed=st.none() | st.integers(0, 60))
def test_shares_are_the_whole_delay(days: int, agreed: int | None) -> None:
    found = shares(days, agreed)
    assert found.ordonnateur + found.comptable == days
    assert min(found.ordonnateur, found.comptable) >= 0


def test_a_contract_shortens_a_delay_and_never_lengthens_it() -> None:
    known = Shorter(budgets={"B": 25, "LONG": 45}, marches={"M": 15, "LONG": 60})
    asked = [("", ""), ("B", ""), ("B", "M"), ("LONG", "LONG"), ("", "M")]
    assert [known.days_for(siret, marche, 30) for siret, marche in asked] == [30, 25, 15, 30, 15]
