"""Facts made up for figures, and tables read by the names of their columns."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

import counted_by_hand as by_hand
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.counts import COUNTS
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period, period
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay

TOWN: Final = "21870085000011"
WATER: Final = "21870085000029"
BUDGETS: Final = {TOWN: "Commune", WATER: "Eau"}
OCTOBER: Final = period("2026-10")
NOON: Final = datetime(2026, 10, 12, 12, tzinfo=UTC)
RANKS: Final = count(1)
OF_THE_ROADS: Final = {
    "siret": TOWN,
    "service": "VOIRIE",
    "supplier": "Enrobés du Lac",
    "supplier_siren": "732829320",
}


def happening(what: What, about: str = "", **other: Any) -> Happening:
    """Return something that happened on 12 October 2026, to an invoice of the roads' service unless told otherwise."""
    rank = next(RANKS)
    usual: dict[str, Any] = {
        "id": f"{rank:06d}-0",
        "at": NOON,
        "about": about or f"F{rank}",
        "invoice_id": f"F{rank}",
        "origin": Origin.CHORUS,
        **OF_THE_ROADS,
        "amount": Decimal("100.00"),
    }
    return Happening(what=what, **(usual | other))


def visa(desk: str, due: date | None, on: date | None, what: What = What.VISA) -> Happening:
    """Return what a desk decided, the last day that it had, and the day when it did."""
    return happening(what, code=desk, due_on=due, on=on)


def line(mandat: str, account: str, ttc: str, ht: str, **other: Any) -> Happening:
    """Return one line of a mandat; the first one tells the mandat."""
    return happening(What.MANDATED, mandat, code=account, amount=Decimal(ttc), ht=Decimal(ht), **other)


def settlement(ident: str, **other: Any) -> Settlement:
    """Return a mandat paid in October, from the roads' service, without a hitch unless told otherwise."""
    usual: dict[str, Any] = {"known_at": NOON, "number": ident, "mandated_on": date(2026, 10, 1), **OF_THE_ROADS}
    return by_hand.settlement(ident, date(2026, 10, 9), 24, **(usual | other))


def stay(ident: str, stage: Stage, **other: Any) -> Stay:
    """Return an invoice that waits in a stage since 5 October."""
    usual: dict[str, Any] = {"since": datetime(2026, 10, 5, 9, tzinfo=UTC), "number": ident, **OF_THE_ROADS}
    return by_hand.stay(ident, stage, date(2026, 10, 31), **(usual | other))


def facts(*happenings: Happening, of: Period = OCTOBER, **other: Any) -> Facts:
    """Return the facts of a month that is over and counted."""
    usual: dict[str, Any] = {"cutoff": of.bounds(UTC)[1], "budgets": BUDGETS}
    return Facts(period=of, happenings=happenings, **(usual | other))


def table(told: Facts, key: str) -> Table:
    """Return one table of those that count."""
    return next(one for one in (section(told) for section in COUNTS) if one.key == key)


def rows(told: Facts, key: str) -> list[tuple[Cell, ...]]:
    """Return the rows of a table, and its total last when it has one."""
    found = table(told, key)
    return [*found.rows, *([found.total] if found.total else [])]


def column(found: Table, key: str) -> list[Any]:
    """Return what one column holds."""
    place = [one.key for one in found.columns].index(key)
    return [row[place] for row in found.rows]


def last(found: Table, key: str) -> Any:
    """Return what the last line says in one column."""
    assert found.total is not None
    return found.total[[one.key for one in found.columns].index(key)]


def shuffled(told: Facts, order: Any) -> Facts:
    """Return the same facts in another order."""
    mixed: dict[str, Any] = {
        name: list(getattr(told, name)) for name in ("happenings", "settlements", "stock", "ended")
    }
    for some in mixed.values():
        order.shuffle(some)
    return replace(told, **mixed)
