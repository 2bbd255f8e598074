"""What came back from the comptable and from Hélios: mandats suspended, rejected, flows refused."""

from collections.abc import Sequence
from typing import Final

from dematfin.domain.report.averages import share
from dematfin.domain.report.columns import count, euros, rate, text
from dematfin.domain.report.counted import added, distinct, happened, reason_key, told
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import groups, lines, whole
from dematfin.domain.report.reasons import anomaly, anomaly_key
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.tally.happening import Happening, What

BY_THE_COMPTABLE: Final = (What.MANDAT_HELD, What.MANDAT_REJECTED)


def turned_down(facts: Facts) -> list[Happening]:
    """Return each mandat that the gate refused or the comptable rejected: the ordonnateur has to act."""
    return happened(facts, What.MANDAT_REFUSED, What.MANDAT_REJECTED)


def by_the_comptable(facts: Facts) -> Table:
    """Return the mandats that the comptable suspended or rejected, by code and motif."""
    sent = distinct(happened(facts, What.MANDAT_SENT))
    back = happened(facts, *BY_THE_COMPTABLE)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        counts = [told(items, kind) for kind in BY_THE_COMPTABLE]
        return *counts, len(items), added(items), share(distinct(items), sent)

    return Table(
        key="rejets-comptable",
        title="Mandats suspendus ou rejetés par le comptable",
        definition=(
            "Part = mandats suspendus ou rejetés (chacun une fois) ÷ mandats transmis pendant la période. Le comptable "
            "suspend le paiement quand une irrégularité l'y oblige (décret 2012-1246, art. 38). Un historique propre "
            "obtient des contrôles plus légers : le contrôle hiérarchisé de la dépense suit les risques qu'il "
            "constate (même décret, art. 42)."
        ),
        population=(
            "Les suspensions et les rejets que les retours d'Hélios ont dits pendant la période, même sur un mandat "
            f"transmis avant ; un mandat suspendu puis rejeté compte deux fois. Mandats transmis : {sent}."
        ),
        columns=(
            text("code", "Code"),
            text("motif", "Motif"),
            count("suspendus", "Suspensions"),
            count("rejetes", "Rejets"),
            count("ensemble", "Ensemble"),
            euros("ttc", "Montant TTC"),
            rate("part", "Part des mandats transmis"),
        ),
        rows=lines(groups(back, reason_key, shown=lambda one: (one.code, one.motif)), figures),
        total=whole(back, figures, width=2),
        warnings=few([("ensemble", sent)], "mandats transmis") if back else (),
        chart=Chart(label="motif", value="ensemble"),
    )


def flows(facts: Facts) -> Table:
    """Return the flows that the TdT or the gate refused, by anomaly."""
    sent = distinct(happened(facts, What.FLUX_SENT))
    back = happened(facts, What.FLUX_REFUSED)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return len(items), share(distinct(items), sent)

    return Table(
        key="anomalies",
        title="Flux refusés par le TdT ou au guichet d'Hélios",
        definition=(
            "Part = flux refusés ÷ flux transmis pendant la période. Le code est celui de la DGFiP (NumAnoAck), ou le "
            "mot du tiers de télétransmission (TdT)."
        ),
        population=(
            f"Les refus appris pendant la période, même d'un flux transmis avant. Flux transmis : {sent}. Un flux a un "
            "budget et pas de service : ce tableau est vide dans le rapport d'un seul service."
        ),
        columns=(
            text("code", "Code"),
            text("motif", "Ce qu'il veut dire"),
            count("flux", "Flux refusés"),
            rate("part", "Part des flux transmis"),
        ),
        rows=lines(groups(back, anomaly_key, shown=anomaly), figures),
        total=whole(back, figures, width=2),
        warnings=few([("ensemble", sent)], "flux transmis") if back else (),
        chart=Chart(label="code", value="flux"),
    )


def at_the_gate(facts: Facts) -> Table:
    """Return the mandats that the gate refused, by anomaly."""
    sent = distinct(happened(facts, What.MANDAT_SENT))
    back = happened(facts, What.MANDAT_REFUSED)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return len(items), added(items), share(distinct(items), sent)

    return Table(
        key="anomalies-mandats",
        title="Mandats refusés au guichet d'Hélios",
        definition=(
            "Part = mandats refusés au guichet (chacun une fois) ÷ mandats transmis pendant la période. Un seul mandat "
            "en anomalie fait refuser tout son bordereau : les autres reviennent avec lui, sans code."
        ),
        population=f"Les refus appris pendant la période, même d'un mandat transmis avant. Mandats transmis : {sent}.",
        columns=(
            text("code", "Code"),
            text("motif", "Ce qu'il veut dire"),
            count("mandats", "Mandats refusés"),
            euros("ttc", "Montant TTC"),
            rate("part", "Part des mandats transmis"),
        ),
        rows=lines(groups(back, anomaly_key, shown=anomaly), figures),
        total=whole(back, figures, width=2),
        warnings=few([("ensemble", sent)], "mandats transmis") if back else (),
    )
