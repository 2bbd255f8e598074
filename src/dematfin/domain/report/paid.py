"""The mandats paid in a period: those whose delay is counted, and those that are counted apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.money import ZERO
from dematfin.domain.report.columns import count, euros, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.table import Table
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.settlement import Settlement

POPULATION: Final = (
    "Mandats dont le paiement a été connu pendant la période, quelle que soit la date du paiement. Sont laissés de "
    "côté les avoirs, les mandats annulés et ce qui avait été payé d'avance (prélèvement, carte, régie) : le tableau "
    "« Mandats payés » les compte."
)


class Paid(StrEnum):
    """Why a mandat is counted in delays, or apart."""

    COUNTED = "Comptés dans les délais"
    CREDIT_NOTE = "Avoirs"
    BEFORE = "Payés d'avance (prélèvement, carte, régie)"
    CANCELLED = "Annulés"


@dataclass(frozen=True, slots=True)
class Payments:
    """The settlements of a period, told apart."""

    told: Mapping[Paid, list[Settlement]]

    @property
    def counted(self) -> list[Settlement]:
        """Those that somebody waited for."""
        return self.told[Paid.COUNTED]


def payments(facts: Facts) -> Payments:
    """Tell the settlements of a period apart."""
    taken_back: dict[str, Decimal] = {}
    for one in facts.happenings:
        if one.what is What.MANDAT_CANCELLED:
            taken_back[one.about] = taken_back.get(one.about, ZERO) + one.amount
    told: dict[Paid, list[Settlement]] = {kind: [] for kind in Paid}
    for settlement in facts.settlements:
        told[_kind(settlement, taken_back)].append(settlement)
    return Payments(told)


def _kind(settlement: Settlement, taken_back: Mapping[str, Decimal]) -> Paid:
    """A mandat that was only reduced keeps its delay: what is left of it was paid."""
    if settlement.ttc < 0:
        return Paid.CREDIT_NOTE
    if settlement.after_payment:
        return Paid.BEFORE
    if settlement.id in taken_back and taken_back[settlement.id] >= settlement.ttc:
        return Paid.CANCELLED
    return Paid.COUNTED


def paid(facts: Facts) -> Table:
    """Count the mandats paid, whatever they are."""
    told = payments(facts).told
    return Table(
        key="payes",
        title="Mandats payés",
        definition=(
            "Nombre et montant TTC des mandats payés. Seuls les mandats « comptés dans les délais » entrent dans les "
            "délais, les taux et les intérêts."
        ),
        population="Tous les mandats dont le paiement a été connu pendant la période, une fois chacun.",
        columns=(text("sorte", "Sorte"), count("mandats", "Mandats"), euros("ttc", "TTC")),
        rows=tuple((kind.value, len(ones), total(ones)) for kind, ones in told.items()),
        total=("Total", len(facts.settlements), total(facts.settlements)),
    )


def total(settlements: Iterable[Settlement]) -> Decimal:
    """Add the amounts of settlements."""
    return sum((one.ttc for one in settlements), ZERO)
