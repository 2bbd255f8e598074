"""Which backups are kept, and whether a collectivité is well saved."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dematfin.domain.backup.rotation import Retention, Taken, is_due, outdated
from dematfin.domain.backup.standing import Saved, Trial, worries

NOW = datetime(2026, 11, 29, 20, 35)  # noqa: DTZ001 - rotation knows the hours of a wall only


def taken(*ages: int, good: bool = True) -> list[Taken]:
    """Return two backups a day, so many days ago."""
    hours = (NOW - timedelta(days=age, hours=half) for age in ages for half in (0, 8))
    return [Taken(name=f"{at:%Y-%m-%dT%H}", at=at, good=good) for at in hours]


def test_two_a_day_are_kept_for_fourteen_days() -> None:
    gone = outdated(taken(*range(20)), Retention(days=14))
    assert gone == {one.name for one in taken(*range(14, 20))}


def test_nothing_goes_when_none_is_made_any_more_nor_when_the_clock_jumps() -> None:
    assert outdated(taken(300, 301, 302), Retention(days=14)) == frozenset()
    ahead = Taken(name="ahead", at=NOW + timedelta(days=4000), good=True)
    assert outdated([*taken(0, 1), ahead], Retention(days=14)) == frozenset()


def test_the_last_good_ones_stay_whatever_their_age() -> None:
    bad, good = taken(*range(30), good=False), taken(40, 41)
    assert outdated([*bad, *good], Retention(days=14)) >= {one.name for one in bad[28:]}
    assert not outdated([*bad, *good], Retention(days=14)) & {one.name for one in taken(40)}


def test_elsewhere_the_last_of_five_weeks_and_of_twelve_months_are_kept() -> None:
    weekly = [Taken(name=f"{week}", at=NOW - timedelta(weeks=week), good=True) for week in range(80)]
    kept = [one for one in weekly if one.name not in outdated(weekly, Retention(weeks=5, months=12))]
    assert [one.name for one in kept[:5]] == ["0", "1", "2", "3", "4"]
    assert len({(one.at.year, one.at.month) for one in kept}) == 12


def test_one_a_week_goes_elsewhere() -> None:
    assert is_due([], NOW)
    assert not is_due(taken(0), NOW - timedelta(days=6)), "a Monday, and NOW is the Sunday of its week"
    assert is_due(taken(0), NOW + timedelta(days=1))
    assert is_due(taken(0, good=False), NOW)


WELL = Saved(where="/s", last=NOW, trial=Trial(backup="2026-11-29", at=NOW, faults=()))


@pytest.mark.parametrize(
    ("saved", "grave"),
    [
        (WELL, []),
        (Saved(where="/s", away="droits insuffisants"), [True]),
        (Saved(where="/s"), [True]),
        (Saved(where="/s", last=NOW - timedelta(hours=27), missing=2, trial=WELL.trial), [True, True]),
        (replace(WELL, ahead=1), [True]),
        (replace(WELL, elsewhere=WELL), []),
        (replace(WELL, elsewhere=Saved(where="/a", last=NOW - timedelta(days=10))), [False]),
        (replace(WELL, elsewhere=Saved(where="/a")), [False]),
        (Saved(where="/s", last=NOW), [False]),
        (Saved(where="/s", last=NOW, trial=Trial(backup="x", at=NOW - timedelta(days=41), faults=())), [False]),
        (Saved(where="/s", last=NOW, trial=Trial(backup="x", at=NOW, faults=("la base est abîmée",))), [True]),
    ],
)
def test_what_is_wrong_with_backups_is_told_once_with_its_remedy(saved: Saved, grave: list[bool]) -> None:
    told = list(worries(saved, NOW))
    assert [one.grave for one in told] == grave
    assert all(one.found and one.remedy for one in told)
