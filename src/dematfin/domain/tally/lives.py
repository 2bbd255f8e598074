"""Stays, one after the other: the last one ends, another begins; what had ended stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeAlias

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.tally.stage import ENDED, Stage
from dematfin.domain.tally.stay import STILL, Stay

Known: TypeAlias = Mapping[str, Any]
"""What a stay tells of its invoice, by the names of its attributes."""


def known_of(invoice: Invoice, days: int, true_start: date) -> Known:
    """Return what is known of an invoice; `days` is the duration of its legal delay."""
    delay = invoice.delay(days)
    return {
        "siret": invoice.siret,
        "service": invoice.service,
        "supplier": invoice.content.supplier.name,
        "supplier_siren": invoice.supplier_siren,
        "number": invoice.number,
        "origin": invoice.origin,
        "ttc": invoice.signed_amount if invoice.admitted is None else invoice.admitted,
        "start": delay.start,
        "deadline": delay.deadline,
        "true_start": true_start,
    }


def stay(invoice_id: str, last: Stay | None, stage: Stage, at: datetime, known: Known) -> Stay:
    """Return the stay that begins; a clock that was set back never makes one begin before the last one did."""
    since = max(at, last.since) if last else at
    until = since if stage in ENDED else STILL
    place = int(last.id.rpartition("/")[2]) + 1 if last else 1
    return Stay(id=f"{invoice_id}/{place:04d}", invoice_id=invoice_id, stage=stage, since=since, until=until, **known)


def after(last: Stay, begun: Stay) -> tuple[Stay, ...]:
    """Return what changes when a stay follows another one, whose end is settled by itself when it was over."""
    return (begun,) if last.stage in ENDED else (replace(last, until=begun.since), begun)


def goes_on(last: Stay | None, stage: Stage, known: Known) -> bool:
    """Say whether nothing changes: an end stays the same one, whatever else is learnt."""
    if last is None or last.stage is not stage:
        return False
    return stage in ENDED or all(getattr(last, name) == value for name, value in known.items())
