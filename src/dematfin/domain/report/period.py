"""A month, a quarter or a year, as people name it."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from dematfin.errors import RuleError

MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NAMED: Final = re.compile(r"(?P<year>20\d\d)(-(?P<month>0[1-9]|1[0-2])|-?T(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days, from `first` to `last`, both included; `key` names it in files, `label` in sentences."""

    key: str
    label: str
    first: date
    last: date

    def bounds(self, zone: tzinfo | None) -> tuple[datetime, datetime]:
        """Return its first instant, and the first one after it, by the watches of the collectivité."""
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), zone), datetime.combine(after, time(), zone)


def period(name: str) -> Period:
    """Return the period of a name: 2026-10, 2026-T4 or 2026.

    >>> period("2026-10").label, period("2026-T4").last
    ('octobre 2026', datetime.date(2026, 12, 31))

    Raises:
        RuleError: it names none.
    """
    found = NAMED.fullmatch(name.strip().upper())
    if found is None:
        message = f"« {name} » n'est pas une période : écrivez un mois (2026-10), un trimestre (2026-T4) ou une année."
        raise RuleError(message)
    year = int(found["year"])
    if found["month"]:
        month = int(found["month"])
        return _months(f"{year}-{month:02d}", f"{MONTHS[month - 1]} {year}", year, month, month)
    if found["quarter"]:
        quarter = int(found["quarter"])
        label = f"{quarter}{'er' if quarter == 1 else 'e'} trimestre {year}"
        return _months(f"{year}-T{quarter}", label, year, quarter * 3 - 2, quarter * 3)
    return _months(str(year), f"année {year}", year, 1, 12)


def month_of(day: date) -> Period:
    """Return the month of a day."""
    return period(f"{day:%Y-%m}")


def _months(key: str, label: str, year: int, first: int, last: int) -> Period:
    return Period(key=key, label=label, first=date(year, first, 1), last=date(year, last, monthrange(year, last)[1]))
