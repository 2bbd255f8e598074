"""Invoices that the finance software was handed: not to be paid any more, or still without a mandat."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from dematfin.domain.exchange.hand_over import HandOver, HandOverState
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE, InvoiceState
from dematfin.domain.mandat.meaning import IMPORT

NOT_TO_PAY: Final = (InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.SENT_BACK)
"""One that is followed elsewhere may well be so because it was mandated there."""
NOT_NOW: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA, InvoiceState.INTERRUPTED)
WATCHED: Final = frozenset({*NOT_TO_PAY, *NOT_NOW, InvoiceState.SERVICE_FAIT})
"""States in which the finance software may be about to pay what it must not, or forgets what it must."""
ABSENT: Final = "dematfin echange absente"
SHOWN: Final = 5


def of_handed(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield what the finance software must not mandate, then what it has not mandated; `now` is in local time."""
    invoices = {one.id: one for one in held.invoices}
    there = [one for one in held.handed if one.state in {HandOverState.DONE, HandOverState.GONE}]
    for one in there:
        invoice = invoices[one.key]
        if invoice.state in NOT_TO_PAY:
            yield f"{gone(one, invoice, now)} Une fois retirée, dites-le : {ABSENT} {invoice.id}"
        elif invoice.state in NOT_NOW:
            yield (
                f"{_since(one, invoice, now)} Qu'elle n'y soit pas mandatée avant d'être visée de nouveau. Si vous "
                f"l'en retirez, dites-le, elle y sera remise une fois visée : {ABSENT} {invoice.id}"
            )
    limit = now - timedelta(days=held.mandated_within)
    late = [
        one
        for one in there
        if one.state is HandOverState.DONE
        and invoices[one.key].state is InvoiceState.SERVICE_FAIT
        and _given_at(one) <= limit
    ]
    for _, records in groupby(sorted(late, key=lambda one: (one.delivery, one.key)), lambda one: one.delivery):
        found = tuple(records)
        yield _without_mandat(found, [invoices[one.key] for one in found], held.days_for, now)


def gone(one: HandOver, invoice: Invoice, now: datetime) -> str:
    """Say that an invoice is not to be paid any more, and is in the finance software."""
    return f"{_since(one, invoice, now)} Qu'elle n'y soit pas mandatée : retirez-la là-bas."


def _since(one: HandOver, invoice: Invoice, now: datetime) -> str:
    state = INVOICE_MACHINE.words[invoice.state]
    day = f"{_given_at(one).astimezone(now.tzinfo):%d/%m/%Y}"
    return f"Facture {invoice.id} : {state} depuis sa remise au logiciel financier le {day} ({one.names[-1]})."


def _given_at(one: HandOver) -> datetime:
    return one.done_at or one.staged_at


def _without_mandat(
    found: Iterable[HandOver], invoices: list[Invoice], days_for: Callable[[Invoice], int], now: datetime
) -> str:
    first, *_ = found
    keys = ", ".join(one.id for one in invoices[:SHOWN]) + (", …" if len(invoices) > SHOWN else "")
    passed = (now - _given_at(first)).days
    deadline = min(one.delay(days_for(one)).deadline for one in invoices)
    many = f"{len(invoices)} factures remises" if len(invoices) > 1 else "1 facture remise"
    return (
        f"{many} au logiciel financier il y a {passed} jours ({first.names[-1]}) et sans mandat ici : {keys}. "
        f"À payer au plus tard le {deadline:%d/%m/%Y}. Mandatez là-bas, exportez le flux, importez-le ({IMPORT}) ; "
        f"celle qui n'y est pas sera remise de nouveau : {ABSENT} {invoices[0].id}"
    )
