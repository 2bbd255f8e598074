"""Public holidays and working days, computed for each year and zone.

Eleven national days (code du travail, L. 3133-1); Alsace-Moselle adds Good Friday and 26 December
(ordinance of 16 August 1892); overseas each territory keeps the day of the abolition of slavery.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

SATURDAY: Final = 5


class Zone(StrEnum):
    """Where the collectivité lives."""

    METROPOLE = "metropole"
    ALSACE_MOSELLE = "alsace-moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"
    SAINT_MARTIN = "saint-martin"
    SAINT_BARTHELEMY = "saint-barthelemy"


FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER: Final = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
GOOD_FRIDAY: Final = -2
SAINT_MARTIN_CHANGE: Final = 2018

LOCAL: Final[dict[Zone, Callable[[int], date]]] = {
    Zone.GUADELOUPE: lambda year: date(year, 5, 27),
    Zone.MARTINIQUE: lambda year: date(year, 5, 22),
    Zone.GUYANE: lambda year: date(year, 6, 10),
    Zone.REUNION: lambda year: date(year, 12, 20),
    Zone.MAYOTTE: lambda year: date(year, 4, 27),
    Zone.SAINT_MARTIN: lambda year: date(year, 5, 28 if year >= SAINT_MARTIN_CHANGE else 27),
    Zone.SAINT_BARTHELEMY: lambda year: date(year, 10, 9),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The working days of one collectivité.

    Attributes:
        good_friday: in Alsace-Moselle it is a holiday only where there is a Protestant or mixed church.
        extra: closing days decided on the spot.
    """

    zone: Zone = Zone.METROPOLE
    good_friday: bool = True
    extra: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Say whether offices are open: Monday to Friday, no holiday."""
        return day.weekday() < SATURDAY and day not in self.extra and day not in self.holidays(day.year)

    def holidays(self, year: int) -> frozenset[date]:
        """Return the public holidays of a year."""
        sunday = easter(year)
        days = {date(year, month, day) for month, day in FIXED}
        days |= {sunday + timedelta(days=shift) for shift in AFTER_EASTER}
        if self.zone is Zone.ALSACE_MOSELLE:
            days.add(date(year, 12, 26))
            if self.good_friday:
                days.add(sunday + timedelta(days=GOOD_FRIDAY))
        if self.zone in LOCAL:
            days.add(LOCAL[self.zone](year))
        return frozenset(days)

    def next_working_day(self, day: date) -> date:
        """Return the day itself when offices are open, else the first one after."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def previous_working_day(self, day: date) -> date:
        """Return the day itself when offices are open, else the last one before."""
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day that comes `count` working days after `day`."""
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1))
        return day


METROPOLE: Final = Calendar()


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (anonymous algorithm).

    >>> easter(2027)
    datetime.date(2027, 3, 28)
    """
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, short = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - correction + 15) % 30
    week = (32 + 2 * short + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
