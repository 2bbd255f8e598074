"""The invoices that wait at the cut-off: those whose delay runs, those whose delay is stopped, the credit notes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from dematfin.domain.money import ZERO
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import NO_SERVICE
from dematfin.domain.tally.stage import STOPPED
from dematfin.domain.tally.stay import Stay


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in stock, told apart."""

    running: list[Stay]
    stopped: list[Stay]
    credit_notes: list[Stay]

    @property
    def open(self) -> list[Stay]:
        """The invoices to pay, whether their delay runs or not."""
        return self.running + self.stopped


def waiting(facts: Facts) -> Waiting:
    """Tell the stock of the cut-off apart."""
    told = Waiting([], [], [])
    for one in facts.stock:
        if one.is_credit_note:
            told.credit_notes.append(one)
        else:
            (told.stopped if one.stage in STOPPED else told.running).append(one)
    return told


def amount(stays: Iterable[Stay]) -> Decimal:
    """Add what is owed."""
    return sum((one.ttc for one in stays), ZERO)


def grouped(stays: Iterable[Stay], key: Callable[[Stay], str]) -> dict[str, list[Stay]]:
    """Put together what has the same key, in the order of keys."""
    groups: dict[str, list[Stay]] = {}
    for one in stays:
        groups.setdefault(key(one), []).append(one)
    return dict(sorted(groups.items()))


def service_of(stay: Stay) -> str:
    """Name the service that an invoice waits for."""
    return stay.service or NO_SERVICE
