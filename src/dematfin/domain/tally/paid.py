"""A mandat is paid: what its delay was made of, as it is known when the payment is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from dematfin.domain.delay.dgp import restarted
from dematfin.domain.delay.parts import received_by_comptable
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.tally.settlement import Settlement

DaysFor: TypeAlias = Callable[[Invoice], int]
"""Days of the legal delay of an invoice, where its mandat does not state them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What the journal and the flow tell of the way of a mandat.

    Attributes:
        known_at: instant of the event that tells the payment; `known_on`: its day, where the payment has none.
        acknowledged: day of the acquit of its flow; `deposited`: day of its deposit; `emitted`: that of its bordereau.
    """

    known_at: datetime
    known_on: date
    acknowledged: date | None
    deposited: date | None
    emitted: date | None
    suspended: int
    first_pass: bool


def settlement(
    mandat: Mandat, invoices: Mapping[str, Invoice], course: Course, true_starts: Mapping[str, date], days_for: DaysFor
) -> Settlement | None:
    """Return what is counted of a paid mandat; None when no invoice asks for it, or nothing was paid by it."""
    invoice = _last_to_start(mandat, invoices, days_for)
    if mandat.kind is MandatKind.REDUCTION or invoice is None:
        return None
    lasts = mandat.dgp.days if mandat.dgp else days_for(invoice)  # what the mandat states comes first
    delay, paid_on = invoice.delay(lasts), mandat.paid_on or course.known_on
    return Settlement(
        id=mandat.id,
        known_at=course.known_at,
        invoice_id=invoice.id,
        number=invoice.number,
        invoices=len(mandat.invoice_ids),
        siret=mandat.siret,
        service=invoice.service,
        supplier=invoice.content.supplier.name,
        supplier_siren=invoice.supplier_siren,
        origin=invoice.origin,
        ttc=mandat.amount,
        gross_start=delay.start,
        start=_start(invoice, lasts),
        deadline=delay.deadline,
        days=lasts,
        true_start=true_starts[invoice.id],
        mandated_on=_received(mandat, course, paid_on),
        suspended=course.suspended,
        paid_on=paid_on,
        late_base=mandat.amount,
        first_pass=course.first_pass,
        after_payment=mandat.paid_before is not None,
    )


def _last_to_start(mandat: Mandat, invoices: Mapping[str, Invoice], days_for: DaysFor) -> Invoice | None:
    """Return the invoice whose delay is the mandat's: the one that started last."""
    asked = [invoices[key] for key in mandat.invoice_ids if not invoices[key].is_credit_note]
    return max(asked, key=lambda one: (_start(one, days_for(one)), one.id), default=None)


def _start(invoice: Invoice, days: int) -> date:
    """Return the first day of the delay that counts: a new one, once all that an interruption asked for has come."""
    return restarted(invoice.delay(days), invoice.interrupted_on, invoice.resumed_on)


def _received(mandat: Mandat, course: Course, paid_on: date) -> date:
    """Return when the comptable had it; what he did with it shows that he did."""
    recorded = course.acknowledged or course.deposited
    told = received_by_comptable(recorded, course.emitted) if course.emitted else recorded or paid_on
    return min(told, mandat.taken_on or told, paid_on)
