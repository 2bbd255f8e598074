"""How long a supplier has really waited: an invoice refused and sent again starts a new legal delay, not a new wait.

Building federations call it « délai caché »: refused for want of a number, the same work comes back under another
invoice whose clock is at zero.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from dematfin.domain.invoice.chorus import Stage, stage
from dematfin.domain.invoice.duplicates import OVER
from dematfin.domain.invoice.invoice import Invoice

ONE_WORK: Final = timedelta(days=45)
"""Two bills on one engagement, alike to the cent and written further apart, are two terms of a subscription."""


def true_start(invoice: Invoice, earlier: Iterable[Invoice]) -> date:
    """Return the day when it first came, or when the refused ones that it replaces did, one after the other.

    `earlier` are invoices that may be of other firms, or not refused: whatever their order, they are sorted out
    here. Those of the same firm that were not refused make it surer: a replacement that is there already is not
    taken for another.
    """
    others = [one for one in earlier if one.id != invoice.id and _of_one_kind(one, invoice)]
    everybody = [*others, invoice]
    replaced_by = {one.id: _replacement(one, everybody) for one in others if one.state in OVER}
    chain = [invoice]
    for one in chain:
        chain += [former for former in others if replaced_by.get(former.id) == one.id]
    return min(one.notified_on for one in chain)


def _of_one_kind(one: Invoice, other: Invoice) -> bool:
    """One firm, wherever it bills from; a credit note replaces credit notes only."""
    return "" != one.supplier_siren == other.supplier_siren and one.is_credit_note == other.is_credit_note


def _replacement(former: Invoice, candidates: Sequence[Invoice]) -> str:
    """Return the id of the first that came in its place, its own number sooner than another; empty: none did."""
    after = max(former.notified_on, _refused_on(former))
    fit = [
        (one.number_key != former.number_key, one.notified_on, one.id)
        for one in candidates
        if one.notified_on >= after and (one.notified_on, one.id) > (former.notified_on, former.id)
        if one.number_key == former.number_key or _for_one_work(one, former)
    ]
    return min(fit)[-1] if fit else ""


def _refused_on(former: Invoice) -> date:
    """The day of the refusal, as far as Chorus Pro showed it."""
    return max((one.on for one in former.passages if one.on and stage(one.status) is Stage.REJECTED), default=date.min)


def _for_one_work(one: Invoice, former: Invoice) -> bool:
    """Another number for the same thing: one order, one amount, and no sign that it was done on another day."""
    days = {one.content.delivered_on, former.content.delivered_on} - {None}
    return (
        "" != one.engagement_key == former.engagement_key
        and one.ttc == former.ttc
        and abs(one.issued_on - former.issued_on) <= ONE_WORK
        and len(days) <= 1
    )
