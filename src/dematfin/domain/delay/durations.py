"""How many days a delay has, and who may use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

BY_LAW: Final = {30: 10, 50: 15}
"""Days of the comptable in a whole delay (décret 2013-269, art. 12): 20 + 10, and 35 + 15 in public health."""
A_THIRD: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorter:
    """Delays that contracts shorten; none can lengthen one (CCP R. 2192-10).

    Attributes:
        budgets: days, by SIRET.
        marches: days, by normalised number.
    """

    budgets: Mapping[str, int] = field(default_factory=dict)
    marches: Mapping[str, int] = field(default_factory=dict)

    def days_for(self, siret: str, marche: str, usual: int) -> int:
        """Return the days of a request on one budget, under a marché or none.

        >>> Shorter(marches={"202517": 20}).days_for("21990042000015", "202517", 30)
        20
        """
        return min(usual, self.budgets.get(siret, usual), self.marches.get(marche, usual))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Days that each may use, inside; towards the supplier there is one delay."""

    ordonnateur: int
    comptable: int


def shares(days: int, agreed: int | None = None) -> Shares:
    """Share a delay between ordonnateur and comptable: as agreed between them, else as the law does.

    Of a delay that the law does not share, the comptable has a third, as of thirty days.

    >>> shares(30), shares(50, agreed=20)
    (Shares(ordonnateur=20, comptable=10), Shares(ordonnateur=30, comptable=20))
    """
    comptable = min(days, BY_LAW.get(days, days // A_THIRD) if agreed is None else agreed)
    return Shares(ordonnateur=days - comptable, comptable=comptable)
