"""Whose days they were, and how many each has: vectors counted on a calendar."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.durations import Shares, Shorter, shares
from dematfin.domain.delay.parts import (
    Parts,
    Suspension,
    comptable_deadline,
    parts,
    received_by_comptable,
    suspended_days,
)

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


def test_days_of_two_suspensions_are_counted_once() -> None:
    first = Suspension(since=march(5), until=march(10))
    over = Suspension(since=march(8), until=march(12))
    open_one = Suspension(since=march(20))
    assert suspended_days([over, first], march(31)) == 7
    assert suspended_days([open_one, first], march(25)) == 5 + 5
    assert suspended_days([first], march(3)) == 0


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (march(4), march(20), march(28)),  # 8 days were left on the 4th
        (march(11), march(20), march(27)),  # 1 was left: seven
        (march(14), march(20), march(27)),  # none was left
        (march(3), march(4), march(13)),  # 9 were left
    ],
)
def test_what_was_left_to_the_comptable_runs_and_never_under_seven_days(
    since: date, until: date, expected: date
) -> None:
    assert comptable_deadline(START, 10) == march(12)
    assert comptable_deadline(START, 10, [Suspension(since=since, until=until)]) == expected


def test_a_comptable_who_has_stopped_has_no_last_day() -> None:
    assert comptable_deadline(START, 10, [Suspension(since=march(4))]) is None


@given(days=st.lists(DAYS, min_size=2, max_size=6, unique=True), share=st.integers(0, 40))
def test_a_suspension_never_takes_a_day_from_the_comptable(days: list[date], share: int) -> None:
    ordered = sorted(days)
    stops = [Suspension(since=since, until=until) for since, until in list(pairwise(ordered))[::2]]
    found = comptable_deadline(ordered[0], share, stops)
    assert found is not None
    assert found >= ordered[0] + timedelta(days=share)
    assert found == comptable_deadline(ordered[0], share, stops[::-1])
    assert found >= max(one.until or date.max for one in stops) + timedelta(days=7)


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
