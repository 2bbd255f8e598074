"""Stays, one after the other: the last one ends, another begins; what had ended stays as it is."""

from dataclasses import replace
from datetime import date, datetime

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.tally.stage import ENDED, Stage
from dematfin.domain.tally.stay import STILL, Stay


def stay_of(invoice: Invoice, stage: Stage, at: datetime, days: int, true_start: date, mandat: int = 0) -> Stay:
    """Return the stay of an invoice that begins now, first of its life, with what is known of it."""
    delay = invoice.delay(days)
    owed = invoice.signed_amount if invoice.admitted is None else invoice.admitted
    return Stay(
        id=_id(invoice.id, 1),
        invoice_id=invoice.id,
        stage=stage,
        since=at,
        until=at if stage in ENDED else STILL,
        siret=invoice.siret,
        service=invoice.service,
        supplier=invoice.content.supplier.name,
        supplier_siren=invoice.supplier_siren,
        number=invoice.number,
        origin=invoice.origin,
        ttc=owed,
        start=delay.start,
        deadline=delay.deadline,
        true_start=true_start,
        mandat=mandat,
    )


def after(last: Stay | None, now: Stay) -> tuple[Stay, ...]:
    """Return the stays that change when an invoice is found as `now` tells: none when it was so already.

    A clock that was set back never makes a stay end before it began.
    """
    if last is None:
        return (now,)
    at = max(now.since, last.since)
    until = at if now.stage in ENDED else STILL
    begun = replace(now, id=_id(last.invoice_id, _place(last) + 1), since=at, until=until)
    if last.stage in ENDED:
        return () if last.stage is now.stage else (begun,)
    if replace(begun, id=last.id, since=last.since, until=last.until) == last:
        return ()
    return replace(last, until=at), begun


def _id(invoice_id: str, place: int) -> str:
    return f"{invoice_id}/{place:04d}"


def _place(stay: Stay) -> int:
    return int(stay.id.rpartition("/")[2])
