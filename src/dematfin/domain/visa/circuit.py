"""Circuits: which desks an invoice goes through, in which order, and which invoice takes which circuit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.invoice.invoice import Invoice

OWN_SERVICE: Final = "@service"
"""In a circuit, the desk of the invoice's own service."""


class Quorum(StrEnum):
    """Whether one desk of a step is enough."""

    ANY = "un"
    ALL = "tous"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """One step of a circuit; `days` replaces the usual delay of a visa."""

    desks: tuple[str, ...]
    quorum: Quorum = Quorum.ANY
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One version of a circuit: what a folder was opened with never changes under it.

    Attributes:
        id: `<key>/<version>`.
        version: 0 as long as no folder was opened with these steps.
    """

    id: str
    key: str
    version: int
    steps: tuple[StepRule, ...]


DEFAULT_KEY: Final = "service"
DEFAULT: Final = Circuit(id="service/0", key=DEFAULT_KEY, version=0, steps=(StepRule(desks=(OWN_SERVICE,)),))
"""One visa, of the service that ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitChoice:
    """Which invoices take a circuit; what is left empty accepts everything.

    Attributes:
        low, high: TTC in euros, both included.
        engagement: prefix of its number.
        supplier: SIREN.
    """

    circuit: str
    services: frozenset[str] = frozenset()
    low: Decimal | None = None
    high: Decimal | None = None
    engagement: str = ""
    supplier: str = ""

    def takes(self, invoice: Invoice) -> bool:
        """Say whether an invoice is of this kind."""
        return (
            (not self.services or invoice.service in self.services)
            and (self.low is None or invoice.ttc >= self.low)
            and (self.high is None or invoice.ttc <= self.high)
            and invoice.engagement.startswith(self.engagement)
            and self.supplier in {"", invoice.supplier_siren}
        )


def choose(invoice: Invoice, circuits: Sequence[Circuit], choices: Iterable[CircuitChoice]) -> Circuit:
    """Return the circuit of the first choice that takes the invoice, else the one named `service`, else the usual."""
    known = {circuit.key: circuit for circuit in (DEFAULT, *circuits)}
    key = next((choice.circuit for choice in choices if choice.takes(invoice)), DEFAULT_KEY)
    return known[key]


def version_of(circuit: Circuit, versions: Iterable[Circuit]) -> Circuit:
    """Return the version that has these steps: the last one kept, or the one after it when they have changed."""
    last = max(versions, key=lambda one: one.version, default=circuit)
    if last.version and last.steps == circuit.steps:
        return last
    number = last.version + 1
    return Circuit(id=f"{circuit.key}/{number}", key=circuit.key, version=number, steps=circuit.steps)


def desks_of(step: StepRule, own: str) -> tuple[str, ...]:
    """Return the desks of a step for an invoice of the service `own`, each once."""
    return tuple(dict.fromkeys(own if desk == OWN_SERVICE else desk for desk in step.desks))
