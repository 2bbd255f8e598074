"""Facts of a town, made by hand: what figures are counted from, without the months that it takes to live them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from dematfin.domain.visa.task import VisaTask
from examples import COMMUNE

SUPPLIER_NAME = "PAPETERIE DU LAC"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def stay(key: str, stage: Stage, deadline: date, ttc: str = "100.00", /, **changes: Any) -> Stay:
    """Return an invoice that has stood in a stage since its arrival, thirty days before its deadline."""
    start = deadline - timedelta(days=30)
    usual: dict[str, Any] = {
        "id": f"{key}/1",
        "invoice_id": key,
        "stage": stage,
        "since": noon(start),
        "siret": COMMUNE,
        "service": "SCOLAIRE",
        "supplier": SUPPLIER_NAME,
        "supplier_siren": "910987650",
        "number": f"N-{key}",
        "origin": Origin.CHORUS,
        "ttc": Decimal(ttc),
        "start": start,
        "deadline": deadline,
        "true_start": start,
    }
    return Stay(**usual | changes)


def settlement(key: str, paid_on: date, days: int, ttc: str = "100.00", /, **changes: Any) -> Settlement:
    """Return a mandat paid after so many days, half of them the ordonnateur's; told on the day of its payment."""
    start = paid_on - timedelta(days=days)
    usual: dict[str, Any] = {
        "id": key,
        "known_at": noon(paid_on),
        "invoice_id": f"F-{key}",
        "number": f"N-{key}",
        "siret": COMMUNE,
        "service": "SCOLAIRE",
        "supplier": SUPPLIER_NAME,
        "supplier_siren": "910987650",
        "origin": Origin.CHORUS,
        "ttc": Decimal(ttc),
        "gross_start": start,
        "start": start,
        "deadline": start + timedelta(days=30),
        "days": 30,
        "true_start": start,
        "mandated_on": start + timedelta(days=days // 2),
        "paid_on": paid_on,
        "late_base": Decimal(ttc),
        "first_pass": True,
    }
    return Settlement(**usual | changes)


def happening(key: str, what: What, day: date, **changes: Any) -> Happening:
    usual: dict[str, Any] = {"id": key, "at": noon(day), "what": what, "about": key, "siret": COMMUNE}
    return Happening(**usual | changes)


def task(invoice_id: str, desk: str, due_on: date, pay_by: date, *, waiting: bool = True) -> VisaTask:
    folder = f"{invoice_id}/1"
    return VisaTask(
        id=f"{folder}/{desk}", folder=folder, invoice_id=invoice_id, desk=desk, waiting=waiting, due_on=due_on,
        pay_by=pay_by, urgency=f"{pay_by} {due_on} {folder}",
    )  # fmt: skip
