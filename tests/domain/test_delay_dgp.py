"""The legal delay across its interruption (CCP R. 2192-27 to 29), counted on a calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.dgp import Dgp, delay, restarted, resumed

START = date(2026, 3, 2)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
DGPS = st.builds(delay, DAYS, st.none() | DAYS, st.integers(1, 60))


@pytest.mark.parametrize(
    ("days", "interrupted", "received", "counted_from", "deadline"),
    [
        (30, "2026-03-12", "2026-04-10", "2026-04-10", "2026-05-10"),  # thirty new days
        (50, "2026-03-12", "2026-04-10", "2026-04-10", "2026-05-20"),  # the forty that were left
        (50, "2026-04-06", "2026-04-10", "2026-04-10", "2026-05-10"),  # fifteen were left: thirty
        (20, "2026-03-12", "2026-04-10", "2026-04-10", "2026-05-10"),  # thirty, though a contract gave twenty
        (30, "2026-04-06", "2026-04-10", "2026-04-10", "2026-05-10"),  # interrupted late, it runs anew
        (30, "2026-03-12", "2026-03-12", "2026-03-12", "2026-04-11"),
        (30, "2026-02-20", "2026-02-25", "2026-03-02", "2026-04-01"),  # all was there before it began
        (30, "2026-03-12", None, "2026-03-02", "2026-04-01"),  # nobody knows yet
        (30, None, "2026-04-10", "2026-03-02", "2026-04-01"),
        (30, "2026-03-12", "2026-03-10", "2026-03-02", "2026-04-01"),  # received before it was asked for
    ],
)
def test_the_new_delay_counted_by_hand(
    days: int, interrupted: str | None, received: str | None, counted_from: str, deadline: str
) -> None:
    first = delay(START, None, days)
    stopped = date.fromisoformat(interrupted) if interrupted else None
    complete = date.fromisoformat(received) if received else None
    again = resumed(first, stopped, complete)
    assert (again.start, again.days) == (START, days)  # as Hélios wants them
    assert again.deadline == date.fromisoformat(deadline)
    assert restarted(first, stopped, complete) == date.fromisoformat(counted_from)


def test_work_done_after_the_documents_came_starts_the_delay() -> None:
    first = delay(START, date(2026, 5, 4))
    assert restarted(first, date(2026, 3, 12), date(2026, 4, 10)) == date(2026, 5, 4)
    assert resumed(first, date(2026, 3, 12), date(2026, 4, 10)).deadline == date(2026, 6, 3)


@given(first=DGPS, interrupted=st.none() | DAYS, received=st.none() | DAYS)
def test_an_interruption_never_takes_a_day_from_the_ordonnateur(
    first: Dgp, interrupted: date | None, received: date | None
) -> None:
    again, counted_from = resumed(first, interrupted, received), restarted(first, interrupted, received)
    assert again.deadline >= first.deadline
    assert counted_from >= first.start
    if counted_from > first.start:
        assert again.deadline >= counted_from + timedelta(days=30)
