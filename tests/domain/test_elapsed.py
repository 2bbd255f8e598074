"""A wait is measured while offices are open, and said as people count."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.calendar import METROPOLE
from dematfin.domain.delay.elapsed import age, worked
from domain.flights import FRIDAY_EVENING, MONDAY, PARIS

EASTER_MONDAY = datetime(2026, 4, 6, 12, 0, tzinfo=PARIS)


def test_from_friday_evening_to_monday_morning_fifteen_hours_pass() -> None:
    assert worked(FRIDAY_EVENING, MONDAY, METROPOLE) == timedelta(hours=6 + 9)
    assert worked(FRIDAY_EVENING.astimezone(UTC), MONDAY, METROPOLE) == timedelta(hours=15)


def test_nothing_passes_on_a_holiday_nor_backwards() -> None:
    assert worked(EASTER_MONDAY, EASTER_MONDAY + timedelta(hours=6), METROPOLE) == timedelta()
    assert worked(MONDAY, FRIDAY_EVENING, METROPOLE) == timedelta()


@given(
    st.timedeltas(min_value=timedelta(), max_value=timedelta(days=40)), st.timedeltas(timedelta(), timedelta(days=9))
)
def test_a_wait_only_grows_and_never_faster_than_the_clock(span: timedelta, more: timedelta) -> None:
    first, second = worked(MONDAY, MONDAY + span, METROPOLE), worked(MONDAY, MONDAY + span + more, METROPOLE)
    assert timedelta() <= second - first <= more
    assert first <= span


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(minutes=-3), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 jours"),
    ],
)
def test_an_age_is_said_in_minutes_hours_then_days(passed: timedelta, words: str) -> None:
    assert age(MONDAY - passed, MONDAY) == words
