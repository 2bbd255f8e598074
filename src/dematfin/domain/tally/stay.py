"""A stay: one invoice in one stage, from an instant to another, with what was known of it then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.money import ZERO
from dematfin.domain.tally.stage import Stage

STILL: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a stay that has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One line of the life of an invoice; while something is waited for, its stays follow one another without a gap.

    A new one begins when the stage changes, or anything else that is written here. Once ended it never changes, so
    that what was in stock on a past day stays what it was: `since <= instant < until`. In a stage that ends its life it
    lasts no time: `until` is `since`.

    Attributes:
        id: the invoice's, and the place of the stay in its life.
        siret: the budget that pays.
        supplier, supplier_siren: as the invoice names it; no SIREN for who has none.
        ttc: what is owed, in euros: negative for a credit note, admitted in part when the visa said so.
        paid: what of it has gone to the supplier already, by a mandat paid in part, or before any mandat (direct debit,
            card, régie).
        start: first day of the legal delay, after an interruption as before (CCP R. 2192-12 to 15); `deadline`: its
            last day.
        true_start: day when the invoice, or the refused one that it replaces, first came.
        mandat: number of the mandat on which it waits, 0 before.
    """

    id: str
    invoice_id: str
    stage: Stage
    since: datetime
    until: datetime = STILL
    siret: str
    service: str
    supplier: str
    supplier_siren: str
    number: str
    origin: Origin
    ttc: Decimal
    start: date
    deadline: date
    true_start: date
    mandat: int = 0
    paid: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        """What is still to be paid: what is at risk, and what interest is counted on."""
        return self.ttc - self.paid

    @property
    def is_credit_note(self) -> bool:
        """Whether it lessens what is due: never counted in delays."""
        return self.ttc < 0
