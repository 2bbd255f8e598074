"""The figures of one day, kept as they were at its last run: a director compares them from one week to the next."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dematfin.domain.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Invoices that wait together: those of a service, or on a desk.

    Attributes:
        name: empty for all those that are not named.
        ttc: what is still to be paid of them.
        next_on: nearest deadline of payment among them; None where nothing waits.
    """

    name: str = ""
    invoices: int = 0
    ttc: Decimal = ZERO
    next_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """One invoice whose legal delay ends soon, or has ended; `ttc`: what is still to be paid of it."""

    invoice_id: str
    supplier: str
    number: str
    service: str
    stage: str
    ttc: Decimal
    deadline: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a director looks at in five minutes.

    Attributes:
        stock, stock_ttc: invoices that wait for something, credit notes apart.
        paid, paid_ttc, rejected: mandats paid, and turned down by the comptable or the gate, in the last seven days.
        month_paid: mandats paid in the running month, that `dgp` is the mean delay of; `beyond`: those past 30 days.
        late_visas: folders whose visa is late.
        interest: owed on what was paid late in the month, and on what is late now, were it paid today.
        become_late, week_costs: if nothing is done for a week, how many more invoices are late, and what it costs.
        unknown_rates: some rate of interest is not known: amounts owed are more than what is said.
        doubts: what of the journal could not be counted, in French.
        at_risk: by service, what has to be paid within five working days or is late already.
        pressing: the first of them; `desks`: late visas by desk.
        held: what an agent has to correct; `on_hold`: what the comptable has suspended.
    """

    stock: int = 0
    stock_ttc: Decimal = ZERO
    paid: int = 0
    paid_ttc: Decimal = ZERO
    rejected: int = 0
    month_paid: int = 0
    dgp: Decimal | None = None
    beyond: int = 0
    late_visas: int = 0
    interest: Decimal = ZERO
    become_late: int = 0
    week_costs: Decimal = ZERO
    unknown_rates: bool = False
    doubts: tuple[str, ...] = ()
    at_risk: tuple[Pile, ...] = ()
    pressing: tuple[Pressing, ...] = ()
    desks: tuple[Pile, ...] = ()
    held: Pile = Pile()
    on_hold: Pile = Pile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One day; the last run of the day has the last word, and a past day never changes.

    Attributes:
        id: ISO day.
        at: up to when the journal was counted.
    """

    id: str
    at: datetime
    figures: Figures

    @property
    def day(self) -> date:
        """The day that it tells of."""
        return date.fromisoformat(self.id)
