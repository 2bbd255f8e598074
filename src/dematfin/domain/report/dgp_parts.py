"""The same delays by budget, by service and by supplier."""

from collections.abc import Iterable, Sequence
from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.report.averages import mean, share
from dematfin.domain.report.columns import count, days, euros, rate, text
from dematfin.domain.report.delays import TARGET, Delays, delays, waited
from dematfin.domain.report.dgp import DEFINITION
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import NO_SERVICE, grouped
from dematfin.domain.report.paid import POPULATION, payments
from dematfin.domain.report.table import Cell, Chart, Column, Table
from dematfin.domain.tally.settlement import Settlement

SLOWEST: Final = 20
OUT: Final = (
    " Hors délai : payés plus de 30 jours après le départ du délai, 20 % au plus selon la cible de l'État ; après "
    "échéance : payés après leur propre dernier jour."
)


def by_budget(facts: Facts) -> Table:
    """Tell budgets apart: the State publishes the mean of each."""
    groups = grouped(payments(facts).counted, lambda one: facts.budgets.get(one.siret, one.siret))
    return _table(("dgp-budgets", "budget", "Budget"), list(groups.items()), Chart(label="budget", value="moyen"))


def by_service(facts: Facts) -> Table:
    """Tell services apart."""
    groups = grouped(payments(facts).counted, lambda one: one.service or NO_SERVICE)
    chart = Chart(label="service", value="taux", target=TARGET)
    return _table(("dgp-services", "service", "Service"), list(groups.items()), chart)


def by_supplier(facts: Facts) -> Table:
    """Name the suppliers whose money waited most, and put the others together."""
    groups = grouped(payments(facts).counted, lambda one: one.supplier_siren or one.supplier)
    ranked = sorted(groups.items(), key=lambda group: (-sum(_euro_days(one) for one in group[1]), group[0]))
    first = [(_named(mandats), mandats) for _, mandats in ranked[:SLOWEST]]
    others = [one for _, mandats in ranked[SLOWEST:] for one in mandats]
    rest = [(f"Autres fournisseurs ({len(ranked) - SLOWEST})", others)] if others else []
    return _table(("dgp-fournisseurs", "fournisseur", "Fournisseur"), first + rest, None)


def _euro_days(settlement: Settlement) -> int:
    """Euro-days, in cents: a mandat paid at once weighs nothing."""
    return int(waited(settlement) * settlement.ttc * 100)


def _named(mandats: Iterable[Settlement]) -> str:
    """One name of those that a supplier signs with, whatever the order of its invoices."""
    name, siren = min((one.supplier, one.supplier_siren) for one in mandats)
    return f"{name} ({siren})" if siren else name


def _table(named: tuple[str, str, str], groups: Sequence[tuple[str, list[Settlement]]], chart: Chart | None) -> Table:
    key, column, title = named
    parts = [(name, delays(mandats)) for name, mandats in groups]
    whole = delays([one for _, mandats in groups for one in mandats])
    slowest = f" Les {SLOWEST} dont l'argent a le plus attendu (montant × jours), puis les autres." if not chart else ""
    return Table(
        key=key,
        title=f"Délai global de paiement par {title.lower()}",
        definition=DEFINITION + OUT + slowest,
        population=POPULATION,
        columns=_columns(column, title),
        rows=tuple(_row(name, part) for name, part in parts),
        total=_row("Total", whole),
        warnings=few(((name, part.count) for name, part in parts), "mandats"),
        chart=chart,
    )


def _columns(key: str, title: str) -> tuple[Column, ...]:
    return (
        text(key, title),
        count("mandats", "Mandats"),
        euros("ttc", "TTC"),
        days("moyen", "Délai moyen"),
        count("hors_delai", f"> {DAYS} jours"),
        rate("taux", f"Part > {DAYS} jours"),
        euros("ttc_hors_delai", f"TTC > {DAYS} jours"),
        count("apres_echeance", "Après échéance"),
        days("pondere", "Pondéré"),
        days("median", "Médian"),
        days("neuf_sur_dix", "9 sur 10"),
        days("ordonnateur", "Ordonnateur"),
        days("comptable", "Comptable"),
        days("suspendu", "Suspendu"),
    )


def _row(name: str, part: Delays) -> tuple[Cell, ...]:
    return (
        name,
        part.count,
        part.ttc,
        part.mean,
        part.beyond,
        share(part.beyond, part.count),
        part.beyond_ttc,
        part.late,
        part.weighted,
        part.median,
        part.ninth,
        mean(part.ordonnateur, part.count),
        mean(part.comptable, part.count),
        mean(part.suspended, part.count),
    )
