"""The invoices whose last day is near, or behind, by service."""

from typing import Final

from dematfin.domain.report.columns import count, euros, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import grouped
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.report.waiting import Waiting, service_of, to_pay, told_apart, waiting
from dematfin.domain.tally.stage import AT_THE_COMPTABLE
from dematfin.domain.tally.stay import Stay

SOON: Final = 5
"""Working days."""
NAMED: Final = 5
"""Invoices named for a service."""


def late(told: Waiting, facts: Facts) -> list[Stay]:
    """Return those whose last day has passed."""
    return [one for one in told.running if one.deadline < facts.today]


def soon(told: Waiting, facts: Facts) -> list[Stay]:
    """Return those whose last day comes within five working days, today's included."""
    limit = facts.calendar.add_working_days(facts.today, SOON)
    return [one for one in told.running if facts.today <= one.deadline <= limit]


def at_risk(facts: Facts) -> Table:
    """Say which services have invoices to hurry."""
    told = waiting(facts)
    limit = facts.calendar.add_working_days(facts.today, SOON)
    return Table(
        key="a-risque",
        title=f"Factures à risque sous {SOON} jours ouvrés",
        definition=(
            f"À risque : le dernier jour du délai de paiement tombe entre le {facts.today:%d/%m/%Y} et le "
            f"{limit:%d/%m/%Y} ({SOON} jours ouvrés). En retard : il est passé, les intérêts courent (CCP L. 2192-13). "
            "TTC : ce qui reste à payer, après un paiement partiel. "
            f"Les plus urgentes : les {NAMED} premières échéances."
        ),
        population=(
            "Factures en attente à l'arrêt des chiffres, sans les avoirs. Quand le délai est interrompu ou la facture "
            "renvoyée au fournisseur, le délai ne court pas : ni à risque, ni en retard, mais « délai arrêté ». "
            "« Déjà payées » (prélèvement, carte, régie) : il ne manque que leur mandat."
        ),
        columns=(
            text("service", "Service"),
            count("a_risque", "À risque"),
            euros("ttc_a_risque", "TTC à risque"),
            count("en_retard", "En retard"),
            euros("ttc_en_retard", "TTC en retard"),
            count("au_comptable", "dont chez le comptable"),
            count("dans_les_temps", "Dans les temps"),
            count("arretees", "Délai arrêté"),
            count("deja_payees", "Déjà payées"),
            count("factures", "En attente"),
            text("urgentes", "Les plus urgentes"),
        ),
        rows=tuple(_row(name, stays, facts) for name, stays in grouped(told.open, service_of).items()),
        total=_row("Total", told.open, facts),
        chart=Chart(label="service", value="a_risque"),
    )


def _row(name: str, stays: list[Stay], facts: Facts) -> tuple[Cell, ...]:
    told = told_apart(stays)
    behind, near = late(told, facts), soon(told, facts)
    urgent = sorted(behind + near, key=lambda one: (one.deadline, one.invoice_id))
    return (
        name,
        len(near),
        to_pay(near),
        len(behind),
        to_pay(behind),
        sum(one.stage in AT_THE_COMPTABLE for one in urgent),
        len(told.running) - len(urgent),
        len(told.stopped),
        len(told.paid),
        len(stays),
        ", ".join(one.invoice_id for one in urgent[:NAMED]),
    )
