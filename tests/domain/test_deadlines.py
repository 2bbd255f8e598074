"""J+5, public holidays, and the legal delay of payment."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.calendar import Calendar, Zone, easter
from dematfin.domain.delay.dgp import delay
from dematfin.domain.visa.deadline import DeadlineMode, DeadlineRule, due_on

METROPOLE, ALSACE = Zone.METROPOLE, Zone.ALSACE_MOSELLE
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))

VECTORS = [
    ("2026-03-02", METROPOLE, "2026-03-07", "2026-03-09", "2026-03-09"),
    ("2026-02-27", METROPOLE, "2026-03-04", "2026-03-04", "2026-03-06"),
    ("2026-04-01", METROPOLE, "2026-04-06", "2026-04-07", "2026-04-09"),
    ("2026-04-01", ALSACE, "2026-04-06", "2026-04-07", "2026-04-10"),
    ("2025-04-13", ALSACE, "2025-04-18", "2025-04-22", "2025-04-22"),
    ("2025-12-21", METROPOLE, "2025-12-26", "2025-12-26", "2025-12-29"),
    ("2025-12-21", ALSACE, "2025-12-26", "2025-12-29", "2025-12-30"),
    ("2026-05-07", METROPOLE, "2026-05-12", "2026-05-12", "2026-05-18"),
    ("2026-05-11", METROPOLE, "2026-05-16", "2026-05-18", "2026-05-19"),
    ("2026-07-09", METROPOLE, "2026-07-14", "2026-07-15", "2026-07-17"),
    ("2026-12-24", METROPOLE, "2026-12-29", "2026-12-29", "2027-01-04"),
    ("2026-05-22", Zone.GUADELOUPE, "2026-05-27", "2026-05-28", "2026-06-02"),
    ("2026-05-17", Zone.MARTINIQUE, "2026-05-22", "2026-05-26", "2026-05-26"),
    ("2026-06-05", Zone.GUYANE, "2026-06-10", "2026-06-11", "2026-06-15"),
    ("2026-04-22", Zone.MAYOTTE, "2026-04-27", "2026-04-28", "2026-04-30"),
    ("2027-12-15", Zone.REUNION, "2027-12-20", "2027-12-21", "2027-12-23"),
    ("2026-10-04", Zone.SAINT_BARTHELEMY, "2026-10-09", "2026-10-12", "2026-10-12"),
    ("2028-12-21", ALSACE, "2028-12-26", "2028-12-27", "2029-01-02"),
]


@pytest.mark.parametrize(("start", "zone", "plain", "rolled", "working"), VECTORS)
def test_known_terms(start: str, zone: Zone, plain: str, rolled: str, working: str) -> None:
    calendar, day = Calendar(zone=zone), date.fromisoformat(start)
    assert due_on(day, DeadlineRule(roll=False, calendar=calendar)) == date.fromisoformat(plain)
    assert due_on(day, DeadlineRule(calendar=calendar)) == date.fromisoformat(rolled)
    assert due_on(day, DeadlineRule(mode=DeadlineMode.WORKING, calendar=calendar)) == date.fromisoformat(working)


@given(day=DAYS, zone=st.sampled_from(Zone), days=st.integers(1, 10))
def test_a_term_falls_on_a_working_day_and_never_early(day: date, zone: Zone, days: int) -> None:
    calendar = Calendar(zone=zone)
    rolled = due_on(day, DeadlineRule(days=days, calendar=calendar))
    working = due_on(day, DeadlineRule(days=days, mode=DeadlineMode.WORKING, calendar=calendar))
    assert calendar.is_working_day(rolled)
    assert calendar.is_working_day(working)
    assert day + timedelta(days=days) <= rolled <= working
    between = (day + timedelta(days=n) for n in range(1, (working - day).days + 1))
    assert sum(map(calendar.is_working_day, between)) == days


@given(day=DAYS, later=st.integers(0, 20))
def test_who_gets_it_later_is_never_due_earlier(day: date, later: int) -> None:
    rule = DeadlineRule()
    assert due_on(day, rule) <= due_on(day + timedelta(days=later), rule)


@pytest.mark.parametrize("year", range(2019, 2042))
def test_metropole_agrees_with_another_calendar(year: int) -> None:
    assert Calendar().holidays(year) == set(holidays.country_holidays("FR", years=year))


ELSEWHERE = {
    METROPOLE: None,
    ALSACE: "6AE",
    Zone.GUADELOUPE: "971",
    Zone.MARTINIQUE: "972",
    Zone.GUYANE: "973",
    Zone.REUNION: "974",
    Zone.MAYOTTE: "976",
    Zone.SAINT_MARTIN: "MF",
    Zone.SAINT_BARTHELEMY: "BL",
}
CUSTOMARY = {"Fête de Victor Schoelcher", "Mi-Carême", "Vendredi saint"}
"""Days kept in the Antilles without being public holidays there: a matter of configuration (fermetures)."""
CUSTOM_OF = {Zone.GUADELOUPE, Zone.MARTINIQUE, Zone.SAINT_MARTIN}


def closed(zone: Zone, years: range) -> set[date]:
    """Return the public holidays of a zone, as an independent package knows them."""
    known = holidays.country_holidays("FR", subdiv=ELSEWHERE[zone], years=years, language="fr")
    return {day for day, name in known.items() if zone not in CUSTOM_OF or name not in CUSTOMARY}


@pytest.mark.parametrize("zone", Zone)
def test_each_zone_agrees_with_another_calendar(zone: Zone) -> None:
    for year in (2018, *range(2026, 2033)):
        assert Calendar(zone=zone).holidays(year) == closed(zone, range(year, year + 1))


@pytest.mark.parametrize("zone", Zone)
def test_each_term_agrees_with_another_calendar(zone: Zone) -> None:
    shut = closed(zone, range(2026, 2034))
    calendar = Calendar(zone=zone)
    day = date(2026, 1, 1)
    while day.year < 2033:
        open_days = [one for n in range(1, 20) if (one := day + timedelta(days=n)).weekday() < 5 and one not in shut]
        rolled = next(one for one in open_days if one >= day + timedelta(days=5))
        assert due_on(day, DeadlineRule(calendar=calendar)) == rolled
        assert due_on(day, DeadlineRule(mode=DeadlineMode.WORKING, calendar=calendar)) == open_days[4]
        day += timedelta(days=1)


def test_good_friday_and_closing_days_are_settings() -> None:
    good_friday = date(2026, 4, 3)
    assert not Calendar(zone=ALSACE).is_working_day(good_friday)
    assert Calendar(zone=ALSACE, good_friday=False).is_working_day(good_friday)
    assert not Calendar(extra=frozenset({date(2026, 5, 15)})).is_working_day(date(2026, 5, 15))


def test_easter() -> None:
    known = ["2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2032-03-28"]
    assert [easter(int(day[:4])).isoformat() for day in known] == known


@given(notified=DAYS, executed=st.none() | DAYS)
def test_the_legal_delay_runs_from_the_later_day_and_no_holiday_moves_it(notified: date, executed: date | None) -> None:
    dgp = delay(notified, executed)
    assert dgp.start in {notified, executed}
    assert dgp.start >= notified
    assert executed is None or dgp.start >= executed
    assert dgp.deadline - dgp.start == timedelta(days=30)
