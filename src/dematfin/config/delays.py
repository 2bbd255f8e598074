"""`[delais]` and `[interets]`: what contracts change to the legal delay of payment, and what it costs to miss it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dematfin.domain.delay.durations import Shorter
from dematfin.domain.delay.interest import VERIFIED
from dematfin.domain.invoice.invoice import normalised
from dematfin.support.settings import Section

HalfYear = Annotated[str, Field(pattern=r"^20[0-9]{2}-S[12]$")]
Rate = Annotated[Decimal, Field(ge=0, le=30)]
Days = Annotated[int, Field(ge=1)]


class DelaySettings(Section):
    """`[delais]`: agreed with suppliers, or with the comptable.

    Attributes:
        marches: days, by number of marché.
        part_comptable: days of the comptable, by convention.
    """

    marches: dict[str, Days] = Field(default_factory=dict)
    part_comptable: int | None = Field(default=None, ge=0)

    def shorter(self, budgets: Mapping[str, int]) -> Shorter:
        """Return what the rules need of it, with the delays of budgets."""
        return Shorter(budgets=budgets, marches={normalised(key): days for key, days in self.marches.items()})


class InterestSettings(Section):
    """`[interets]`: rates of late interest in per cent a year, by half-year; they complete those that were verified."""

    taux: dict[HalfYear, Rate] = Field(default_factory=dict)

    def rates(self) -> Mapping[str, Decimal]:
        """Return what the rules need of it."""
        return {**VERIFIED, **self.taux}
