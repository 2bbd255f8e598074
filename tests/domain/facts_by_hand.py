"""Facts written by hand, and what a table says of them by the names of its columns."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import counted_by_hand as by_hand
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import period
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay

PARIS: Final = ZoneInfo("Europe/Paris")
OCTOBER: Final = period("2026-10")
FRIDAY: Final = datetime(2026, 10, 30, 18, 0, tzinfo=PARIS)
"""The cut-off; the next Sunday is All Saints' Day."""
TODAY: Final = FRIDAY.date()
RATES: Final = {"2026-S1": Decimal("10.15"), "2026-S2": Decimal("10.00")}

DUPONT: Final = {
    "siret": "21350001700013",
    "service": "Voirie",
    "supplier": "Dupont",
    "supplier_siren": "732829320",
}


def facts(**changes: Any) -> Facts:
    """Return the facts of October 2026 as they were known on Friday 30."""
    return Facts(**{"period": OCTOBER, "cutoff": FRIDAY, "rates": RATES, **changes})


def settlement(name: str, waited: int, ttc: str = "100.00", **changes: Any) -> Settlement:
    """Return a mandat paid on 15 October, so many days after the start of its delay; two thirds of them were ours."""
    paid_on = date(2026, 10, 15)
    ordered = paid_on - timedelta(days=waited - waited * 2 // 3)
    known = {"known_at": datetime(2026, 10, 16, 8, 0, tzinfo=UTC), "mandated_on": ordered, **DUPONT}
    return by_hand.settlement(name, paid_on, waited, ttc, **(known | changes))


def stay(name: str, age: int, ttc: str = "100.00", **changes: Any) -> Stay:
    """Return an invoice that waits for its visa at the cut-off, and whose delay began so many days before."""
    deadline = TODAY - timedelta(days=age - 30)
    known = {"since": datetime(2026, 10, 20, 8, 0, tzinfo=UTC), **DUPONT}
    return by_hand.stay(name, changes.pop("stage", Stage.IN_VISA), deadline, ttc, **(known | changes))


def said(table: Table, row: str) -> dict[str, Cell]:
    """Return the line of a table that begins so, by the keys of its columns; the total too."""
    lines = (*table.rows, *((table.total,) if table.total else ()))
    (line,) = [one for one in lines if one[0] == row]
    return dict(zip((column.key for column in table.columns), line, strict=True))


def column(table: Table, key: str) -> list[Any]:
    """Return what a column holds, without its total."""
    place = [one.key for one in table.columns].index(key)
    return [row[place] for row in table.rows]


def total(table: Table, key: str) -> Any:
    """Return the total of a column."""
    assert table.total
    return table.total[[one.key for one in table.columns].index(key)]
