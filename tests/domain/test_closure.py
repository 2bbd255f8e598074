"""When Hélios is closed: its borders, periods that touch, and the hours that a watch shows twice or never."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dematfin.domain.mandat.closure import Closure, closed, reopens_at

PARIS = ZoneInfo("Europe/Paris")
ONE = Closure(start=datetime(2026, 12, 30, 18, tzinfo=PARIS), end=datetime(2027, 1, 4, 8, tzinfo=PARIS), reason="fin")


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 12, 30, 16, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 12, 30, 17, 0, tzinfo=UTC), ONE),
        (datetime(2027, 1, 4, 6, 59, 59, tzinfo=UTC), ONE),
        (datetime(2027, 1, 4, 7, 0, tzinfo=UTC), None),
        (datetime(2027, 1, 4, 8, 0, tzinfo=PARIS), None),
        (datetime(2027, 1, 4, 7, 59, tzinfo=PARIS), ONE),
    ],
)
def test_it_is_closed_from_its_start_to_just_before_its_end(instant: datetime, expected: Closure | None) -> None:
    assert closed((ONE,), instant) is expected


def test_an_hour_that_watches_show_twice_is_not_closed_twice() -> None:
    """On 25 October 2026 it is 2:30 twice in Paris: the closure ends at the first one."""
    night = Closure(start=datetime(2026, 10, 25, 1, tzinfo=PARIS), end=datetime(2026, 10, 25, 2, 30, tzinfo=PARIS))
    assert closed((night,), datetime(2026, 10, 25, 2, 15, tzinfo=PARIS)) is night
    assert closed((night,), datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=PARIS)) is None


def test_an_hour_that_no_watch_shows_ends_a_closure_all_the_same() -> None:
    """On 29 March 2026 watches go from 2:00 to 3:00: a closure until 2:30 lasts half an hour more than until 2:00."""
    night = Closure(start=datetime(2026, 3, 29, 1, tzinfo=PARIS), end=datetime(2026, 3, 29, 2, 30, tzinfo=PARIS))
    assert closed((night,), datetime(2026, 3, 29, 1, 29, tzinfo=UTC)) is night
    assert closed((night,), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) is None


def test_it_opens_again_after_the_last_of_the_periods_that_touch() -> None:
    second = Closure(start=ONE.end - timedelta(hours=1), end=ONE.end + timedelta(days=1))
    third = Closure(start=second.end, end=second.end + timedelta(hours=2))
    later = Closure(start=third.end + timedelta(hours=1), end=third.end + timedelta(hours=2))
    assert reopens_at((later, third, ONE, second), ONE.start) == third.end
    assert reopens_at((ONE,), ONE.end) == ONE.end
