"""When a service can have been done: not tomorrow, not years ago, not long before it was ordered."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from dematfin.domain.registers import Engagement

YEARS: Final = 5
"""A debt of a public body lapses after four whole years (loi 68-1250): an older day is a slip of the pen."""


def doubt(day: date, today: date, orders: Iterable[Engagement], before_order: int) -> str:
    """Say why a day cannot be that of a service fait, or an empty text.

    `orders` are those of the invoice; a service may precede its order by `before_order` days.
    """
    what = f"la date du service fait ({day:%d/%m/%Y})"
    if day > today:
        return f"{what} est dans le futur"
    if day.year < today.year - YEARS:
        return f"{what} est trop ancienne"
    for order in orders:
        if order.engaged_on and day < order.engaged_on - timedelta(days=before_order):
            return f"{what} est bien avant l'engagement {order.number} ({order.engaged_on:%d/%m/%Y})"
    return ""
