"""Facts written by hand, and what a table says of them by the names of its columns."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.domain.invoice.invoice import Origin
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


def facts(**changes: Any) -> Facts:
    """Return the facts of October 2026 as they were known on Friday 30."""
    return Facts(**{"period": OCTOBER, "cutoff": FRIDAY, "rates": RATES, **changes})


def settlement(name: str, waited: int, ttc: str = "100.00", **changes: Any) -> Settlement:
    """Return a mandat paid on 15 October, so many days after the start of its delay; two thirds of them were ours."""
    start = date(2026, 10, 15) - timedelta(days=waited)
    known: dict[str, Any] = {
        "id": name,
        "known_at": datetime(2026, 10, 16, 8, 0, tzinfo=UTC),
        "invoice_id": f"F-{name}",
        "number": f"N-{name}",
        "siret": "21350001700013",
        "service": "Voirie",
        "supplier": "Dupont",
        "supplier_siren": "732829320",
        "origin": Origin.CHORUS,
        "ttc": Decimal(ttc),
        "gross_start": start,
        "start": start,
        "deadline": start + timedelta(days=30),
        "days": 30,
        "true_start": start,
        "mandated_on": start + timedelta(days=waited * 2 // 3),
        "paid_on": date(2026, 10, 15),
        "late_base": Decimal(ttc),
        "first_pass": True,
    }
    return Settlement(**(known | changes))


def stay(name: str, age: int, ttc: str = "100.00", **changes: Any) -> Stay:
    """Return an invoice that waits for its visa at the cut-off, and whose delay began so many days before."""
    start = TODAY - timedelta(days=age)
    known: dict[str, Any] = {
        "id": f"{name}/1",
        "invoice_id": name,
        "stage": Stage.IN_VISA,
        "since": datetime(2026, 10, 20, 8, 0, tzinfo=UTC),
        "siret": "21350001700013",
        "service": "Voirie",
        "supplier": "Dupont",
        "supplier_siren": "732829320",
        "number": f"N-{name}",
        "origin": Origin.CHORUS,
        "ttc": Decimal(ttc),
        "start": start,
        "deadline": start + timedelta(days=30),
        "true_start": start,
    }
    return Stay(**(known | changes))


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
