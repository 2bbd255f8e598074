"""What the payment delays of some mandats come to (CCP R. 2192-10 to 15; décret 2013-269, art. 12 and 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.delay.parts import parts
from dematfin.domain.money import ZERO
from dematfin.domain.report.averages import mean, median, ninth_decile
from dematfin.domain.report.paid import total
from dematfin.domain.tally.settlement import Settlement

TARGET: Final = Decimal("0.20")
"""Share of mandats beyond 30 days that the State wants nobody to exceed by 2027."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """Days are sums, of whole days; amounts in euros.

    Attributes:
        days: from the start of the delay to the payment: `ordonnateur` + `comptable` + `suspended`.
        amount_days: each euro times the days that it was waited for.
        beyond, late: paid more than 30 days after the start; paid after its own last day, which a contract or an
            interruption may have moved.
    """

    count: int
    ttc: Decimal
    days: int
    amount_days: Decimal
    median: Decimal | None
    ninth: int | None
    ordonnateur: int
    comptable: int
    suspended: int
    gross: int
    true_age: int
    beyond: int
    beyond_ttc: Decimal
    late: int
    late_ttc: Decimal

    @property
    def mean(self) -> Decimal | None:
        """The DGP that is published: one mandat, one voice."""
        return mean(self.days, self.count)

    @property
    def weighted(self) -> Decimal | None:
        """The same, one euro, one voice."""
        return mean(self.amount_days, self.ttc)


def waited(settlement: Settlement) -> int:
    """Return the days of one delay."""
    return _days(settlement.start, settlement.paid_on)


def _days(since: date, until: date) -> int:
    """What was paid before its delay began waited for no time."""
    return max(0, (until - since).days)


def delays(mandats: Sequence[Settlement]) -> Delays:
    """Measure the delays of mandats paid."""
    days = [waited(one) for one in mandats]
    shared = [parts(one.start, one.mandated_on, one.paid_on, one.suspended) for one in mandats]
    beyond = [one for one, lasted in zip(mandats, days, strict=True) if lasted > DAYS]
    late = [one for one in mandats if one.late]
    return Delays(
        count=len(mandats),
        ttc=total(mandats),
        days=sum(days),
        amount_days=sum((one.ttc * lasted for one, lasted in zip(mandats, days, strict=True)), ZERO),
        median=median(sorted(days)),
        ninth=ninth_decile(sorted(days)),
        ordonnateur=sum(one.ordonnateur for one in shared),
        comptable=sum(one.comptable for one in shared),
        suspended=sum(one.suspended for one in shared),
        gross=sum(_days(one.gross_start, one.paid_on) for one in mandats),
        true_age=sum(_days(one.true_start, one.paid_on) for one in mandats),
        beyond=len(beyond),
        beyond_ttc=total(beyond),
        late=len(late),
        late_ttc=total(late),
    )
