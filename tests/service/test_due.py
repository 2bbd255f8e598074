"""What is due by the ledger, whatever the hours, the stops and the starts, and whoever else runs things."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.service.due import EVER, Due, due, due_of, following
from dematfin.steps.running import PATIENCE
from dematfin.support.timetable import timetable

ZONES = ("Europe/Paris", "Indian/Reunion", "America/Cayenne")
CRON: dict[str, Callable[[datetime], bool]] = {
    "5 7-19 * * 1-5": lambda at: at.minute == 5 and 7 <= at.hour <= 19 and at.weekday() < 5,
    "*/20 0,1,3-23 * * *": lambda at: at.minute % 20 == 0 and at.hour != 2,
    "30 6,18 * * *": lambda at: at.minute == 30 and at.hour in {6, 18},
    "0 4 29 * 0": lambda at: (at.hour, at.minute, at.day, at.weekday()) == (4, 0, 29, 6),
}
"""Expressions, and the same in words that owe nothing to the library that reads them."""
STARTS = (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 10, 24, 20, 0, tzinfo=UTC))
"""Eves of the days when clocks change."""
MINUTES = 20 * 60
LAST = 8
"""Minutes at the end in which nobody sleeps: what is due is run."""


@settings(max_examples=25)
@given(data=st.data())
def test_each_hour_is_answered_once_at_most_and_the_last_one_always(data: st.DataObject) -> None:
    """Both engines: the clock runs what it finds due, a worker asks again when the turn of its job has come."""
    zone, cron = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from(sorted(CRON)))
    key, waits = data.draw(st.sampled_from((DAY, "import"))), data.draw(st.integers(0, 5))
    start = data.draw(st.sampled_from(STARTS))
    asleep = data.draw(st.lists(st.tuples(st.integers(0, MINUTES), st.integers(1, 400)), max_size=4))
    others = data.draw(st.sets(st.integers(0, MINUTES), max_size=3))
    lasts = timedelta(minutes=data.draw(st.integers(0, 90)))
    hours = {key: timetable((cron,), zone)}
    asked = [at for at in (start + timedelta(minutes=one) for one in range(MINUTES)) if _is_asked(cron, at, zone)]
    last = Run(id=key, began_at=start - timedelta(seconds=1), ended_at=start)
    ours: list[datetime] = []
    job: int | None = None
    for minute in range(MINUTES):
        now = start + timedelta(minutes=minute, seconds=7)
        over = minute >= MINUTES - LAST
        awake = over or not any(since <= minute < since + span for since, span in asleep)
        busy = not over and bool(ours) and now < ours[-1] + lasts
        if minute in others:
            last = Run(id=key, began_at=now, ended_at=now)
        if not awake or busy:
            continue
        if job is None and [one.key for one in due({key: last}, hours, now)] == [key]:
            job = minute
        if job is not None and minute >= job + waits:
            job = None
            if due_of(key, last, hours, now):
                assert any(last.began_at < hour <= now for hour in asked), "no hour asks for it, or it was answered"
                ours.append(now)
                last = Run(id=key, began_at=now, ended_at=now + lasts)
    assert all(last.began_at >= hour for hour in asked if hour < start + timedelta(minutes=MINUTES - LAST))
    assert len(ours) <= len(asked)


def _is_asked(cron: str, at: datetime, zone: str) -> bool:
    return CRON[cron](at.astimezone(ZoneInfo(zone)))


NOW = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)  # a Friday, 10:12 in Paris
HOURS = {
    DAY: timetable(("5 7-19 * * 1-5",), "Europe/Paris"),
    "numerisation": timetable(("*/5 3-23 * * *",), "Europe/Paris"),
}


def test_what_never_ran_is_due_at_once_the_day_first() -> None:
    assert due({}, HOURS, NOW) == (Due(key=DAY, hour=EVER), Due(key="numerisation", hour=EVER))


def test_hours_that_were_missed_ask_for_one_run_at_the_first_of_them() -> None:
    runs = {DAY: _ran(DAY, hours=3), "numerisation": _ran("numerisation", minutes=1)}
    (missed,) = due(runs, HOURS, NOW)
    assert missed.hour == datetime(2026, 11, 27, 7, 5, tzinfo=UTC)


def test_a_day_cut_short_is_ended_before_another_one_begins() -> None:
    cut = _ran(DAY, minutes=4).begun(NOW - timedelta(minutes=4), "visa")
    later = NOW + timedelta(hours=1)
    for now in (NOW, later):
        assert due({DAY: cut, "numerisation": _ran("numerisation")}, HOURS, now)[0] == Due(key=DAY, hour=None)
    (next_one,) = due({DAY: cut.ended(later)}, {DAY: HOURS[DAY]}, later)
    assert next_one.hour == datetime(2026, 11, 27, 10, 5, tzinfo=UTC)


def test_a_step_cut_short_is_run_again_at_once_if_it_has_hours_of_its_own() -> None:
    cut = replace(_ran("numerisation", minutes=1), ended_at=None, attempts=1)
    (again,) = due({DAY: _ran(DAY), cut.id: cut}, HOURS, NOW)
    assert again == Due(key="numerisation", hour=cut.began_at)
    assert due({DAY: _ran(DAY), cut.id: cut}, {DAY: HOURS[DAY]}, NOW) == ()


def test_a_step_that_was_set_aside_waits_for_a_person_and_the_day_does_not() -> None:
    aside = replace(_ran("numerisation", hours=5), ended_at=None, attempts=PATIENCE).set_aside(NOW)
    runs = {DAY: _ran(DAY, hours=5), aside.id: aside}
    assert [one.key for one in due(runs, HOURS, NOW)] == [DAY]
    assert following(runs, HOURS, NOW).keys() == {DAY}


def test_what_the_ledger_knows_of_besides_is_never_run() -> None:
    walked = {JOURNAL: _ran(JOURNAL, hours=5, minutes=3)}
    assert [one.key for one in due(walked, HOURS, NOW)] == [DAY, "numerisation"]


def test_what_was_dated_before_the_clock_was_set_back_is_due_at_once_and_only_once() -> None:
    runs = {key: _ran(key, hours=-9) for key in HOURS}
    assert due(runs, HOURS, NOW) == (Due(key=DAY, hour=NOW), Due(key="numerisation", hour=NOW))
    assert not runs[DAY].has_begun_since(NOW, NOW)
    again = {key: Run(id=key, began_at=NOW, ended_at=NOW) for key in HOURS}
    assert not due(again, HOURS, NOW)


def test_a_clock_that_is_a_little_slow_asks_for_nothing_twice() -> None:
    assert not due({key: _ran(key, minutes=-9) for key in HOURS}, HOURS, NOW)


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Paris", 10), ("Indian/Reunion", 7)])
def test_what_comes_next_is_said_in_the_time_zone_of_the_collectivite(zone: str, hour: int) -> None:
    hours = {DAY: timetable(("5 11 * * *",), zone)}
    assert following({}, hours, NOW.replace(hour=0))[DAY] == datetime(2026, 11, 27, hour, 5, tzinfo=UTC)


def _ran(key: str, **ago: float) -> Run:
    at = NOW - timedelta(**ago)
    return Run(id=key, began_at=at, ended_at=at + timedelta(seconds=9))
