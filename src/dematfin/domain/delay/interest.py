"""Late interest: due of right, without request, from the day after the deadline (CCP L. 2192-13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.money import ZERO, euros
from dematfin.errors import RuleError

FLAT: Final = Decimal("40.00")
"""For recovery costs, once for each late request, whatever its amount (CCP D. 2192-35)."""
DAYS_OF_THE_YEAR: Final = 365

YEARS_AT_ZERO: Final = range(2016, 2023)
VERIFIED: Final[Mapping[str, Decimal]] = {
    **{f"{year}-S{half}": Decimal("8.00") for year in YEARS_AT_ZERO for half in (1, 2) if (year, half) != (2016, 1)},
    "2023-S1": Decimal("10.50"),
}
"""In per cent a year: the ECB's rate was zero from 16 March 2016 to July 2022, then 2.50 on 1 January 2023; plus 8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What waiting costs on one request; all is zero when it is not late.

    Attributes:
        days_late: from the day after the deadline, the last day included.
        rate: in per cent a year.
        interest: to the cent; `flat`: for recovery costs.
    """

    days_late: int
    rate: Decimal
    interest: Decimal
    flat: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.interest + self.flat


NOTHING: Final = Interest(days_late=0, rate=ZERO, interest=ZERO, flat=ZERO)


def interest(base: Decimal, deadline: date, until: date, rates: Mapping[str, Decimal]) -> Interest:
    """Return what is owed on `base` (TTC less retenue de garantie) if it is paid on the day `until`.

    That day counts (décret 2013-269, art. 8-I). One rate serves for the whole delay, that of the half-year in which
    interest began to run (CCP R. 2192-31). The same sum is due when `until` is the payment, to provision when it is
    the cut-off of the figures, and the cost of waiting when it is a day to come.

    >>> owed = interest(Decimal("10000.00"), date(2025, 8, 1), date(2025, 8, 13), {"2025-S2": Decimal("10.15")})
    >>> owed.interest, owed.total
    (Decimal('33.37'), Decimal('73.37'))

    Raises:
        RuleError: nobody has entered the rate of that half-year; an older one is never used in its place.
    """
    days_late = (until - deadline).days
    if days_late <= 0 or base <= 0:
        return NOTHING
    rate = rate_from(deadline + timedelta(days=1), rates)
    amount = euros(base * rate * days_late / (100 * DAYS_OF_THE_YEAR))
    return Interest(days_late=days_late, rate=rate, interest=amount, flat=FLAT)


def rate_from(day: date, rates: Mapping[str, Decimal]) -> Decimal:
    """Return the rate of interest that begins to run on a day, or raise RuleError."""
    named = half_year(day)
    if named in rates:
        return rates[named]
    message = (
        f"Le taux des intérêts moratoires du {_ordinal(named)} semestre {day.year} n'est pas connu : ajoutez "
        f'"{named}" à la ligne taux de la section [interets] de la configuration (taux directeur de la BCE au '
        f"{'1er janvier' if named.endswith('1') else '1er juillet'} {day.year}, plus 8 points)."
    )
    raise RuleError(message)


def half_year(day: date) -> str:
    """Name the half-year of a day.

    >>> half_year(date(2026, 6, 30)), half_year(date(2026, 7, 1))
    ('2026-S1', '2026-S2')
    """
    return f"{day.year}-S{1 if day.month <= 6 else 2}"  # noqa: PLR2004 - the sixth month


def _ordinal(named: str) -> str:
    return "1er" if named.endswith("1") else "2e"
