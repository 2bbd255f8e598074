"""All that the tables of one period are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dematfin.domain.delay.calendar import METROPOLE, Calendar
from dematfin.domain.report.period import Period
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of a period, whatever their order.

    Attributes:
        cutoff: local instant; what is in stock is in stock then.
        settlements, happenings: those that the journal told during the period.
        ended: stays that ended during the period; `stock`: those that hold at the cut-off and wait for something.
        rates: late interest in per cent a year, by half-year ("2026-S1"): the ECB's rate plus 8 points.
        comptable_days: his part of the delay as agreed with him, None: that of the law (`delay.durations.shares`).
        budgets: names, by SIRET; people: names, by id.
        doubts: what of the journal is not in them, in French: as long as there is any, nothing is closed.
    """

    period: Period
    cutoff: datetime
    settlements: Sequence[Settlement] = ()
    happenings: Sequence[Happening] = ()
    ended: Sequence[Stay] = ()
    stock: Sequence[Stay] = ()
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    comptable_days: int | None = None
    budgets: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    calendar: Calendar = METROPOLE
    doubts: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the period is over and counted whole."""
        return self.cutoff >= self.period.bounds(self.cutoff.tzinfo)[1] and not self.doubts

    @property
    def today(self) -> date:
        """The day of the cut-off: of a period that is over, its last one."""
        return min(self.cutoff.date(), self.period.last)
