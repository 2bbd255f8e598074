"""What the payment delays of some mandats come to (CCP R. 2192-10 to 15; décret 2013-269, art. 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dematfin.domain.delay.dgp import DAYS
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
        days: from the start of the delay to the payment: `ordonnateur` + `comptable`.
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


def delays(mandats: Sequence[Settlement]) -> Delays:
    """Measure the delays of mandats paid."""
    days = [(one.paid_on - one.start).days for one in mandats]
    ordered = sorted(days)
    beyond = [one for one, waited in zip(mandats, days, strict=True) if waited > DAYS]
    late = [one for one in mandats if one.paid_on > one.deadline]
    return Delays(
        count=len(mandats),
        ttc=total(mandats),
        days=sum(days),
        amount_days=sum((one.ttc * waited for one, waited in zip(mandats, days, strict=True)), ZERO),
        median=median(ordered),
        ninth=ninth_decile(ordered),
        ordonnateur=sum((one.mandated_on - one.start).days for one in mandats),
        comptable=sum((one.paid_on - one.mandated_on).days for one in mandats),
        gross=sum((one.paid_on - one.gross_start).days for one in mandats),
        true_age=sum((one.paid_on - one.true_start).days for one in mandats),
        beyond=len(beyond),
        beyond_ttc=total(beyond),
        late=len(late),
        late_ttc=total(late),
    )
