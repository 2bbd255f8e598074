"""What waits at the cut-off: invoices whose delay runs, or is stopped, those that are paid already, credit notes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from dematfin.domain.money import ZERO
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import NO_SERVICE
from dematfin.domain.tally.stage import STOPPED
from dematfin.domain.tally.stay import Stay


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in stock, told apart; `paid`: the money has left, only their mandat is waited for."""

    running: list[Stay] = field(default_factory=list)
    stopped: list[Stay] = field(default_factory=list)
    paid: list[Stay] = field(default_factory=list)
    credit_notes: list[Stay] = field(default_factory=list)

    @property
    def open(self) -> list[Stay]:
        """The invoices in stock, whether their delay runs or not."""
        return self.running + self.stopped + self.paid


def waiting(facts: Facts) -> Waiting:
    """Tell the stock of the cut-off apart."""
    return told_apart(facts.stock)


def told_apart(stays: Iterable[Stay]) -> Waiting:
    """Tell stays apart; an invoice of nothing (0.00) is paid from the start."""
    told = Waiting()
    for one in stays:
        _place(told, one).append(one)
    return told


def _place(told: Waiting, stay: Stay) -> list[Stay]:
    if stay.is_credit_note:
        return told.credit_notes
    if stay.owed <= 0:
        return told.paid
    return told.stopped if stay.stage in STOPPED else told.running


def amount(stays: Iterable[Stay]) -> Decimal:
    """Add the amounts of invoices."""
    return sum((one.ttc for one in stays), ZERO)


def to_pay(stays: Iterable[Stay]) -> Decimal:
    """Add what is still to be paid of them."""
    return sum((one.owed for one in stays), ZERO)


def service_of(stay: Stay) -> str:
    """Name the service that an invoice waits for."""
    return stay.service or NO_SERVICE
