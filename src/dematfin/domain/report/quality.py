"""What went right at once, and what was stopped in time."""

from collections.abc import Sequence

from dematfin.domain.money import ZERO
from dematfin.domain.report.averages import share
from dematfin.domain.report.columns import count, euros, rate, text
from dematfin.domain.report.counted import (
    added,
    counted,
    credit_notes,
    happened,
    invoices,
    only,
    service_of,
    supplier_key,
    supplier_name,
    told,
)
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import Labels, Weight, groups, lines, whole
from dematfin.domain.report.paid import payments
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement


def first_pass(facts: Facts) -> Table:
    """Return what was paid without coming back once, service by service."""
    paid = payments(facts).counted
    apart = len(facts.settlements) - len(paid)
    found = groups(paid, service_of, weight=_halting)

    def figures(items: Sequence[Settlement]) -> tuple[Cell, ...]:
        straight = sum(one.first_pass for one in items)
        ttc = sum((one.ttc for one in items if one.first_pass), ZERO)
        return len(items), straight, share(straight, len(items)), ttc

    return Table(
        key="premier-passage",
        title="Payées du premier coup",
        definition=(
            "Part = mandats payés sans une correction, une interruption, un refus ni un rejet sur leur chemin ÷ "
            "mandats payés. C'est la mesure de la qualité de la chaîne entière : rien n'a été fait deux fois."
        ),
        population=(
            "Les mandats « comptés dans les délais » du tableau « Mandats payés ». Les autres (avoirs, payés d'avance, "
            f"annulés, démentis) sont à part : {apart}."
        ),
        columns=(
            text("service", "Service"),
            count("payes", "Mandats payés"),
            count("premier_coup", "Du premier coup"),
            rate("part", "Part"),
            euros("ttc", "Montant TTC du premier coup"),
        ),
        rows=lines(found, figures),
        total=whole(paid, figures),
        warnings=few(((group.labels[0], len(group.items)) for group in found), "mandats payés"),
        chart=Chart(label="service", value="part"),
    )


def duplicates(facts: Facts) -> Table:
    """Return the doubles that were stopped, and the money that was not paid twice."""
    kinds = (What.DUPLICATE, What.DUPLICATE_CONFIRMED)
    items = invoices(facts, *kinds)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        stopped, confirmed = (only(items, kind) for kind in kinds)
        return len(stopped), added(stopped), len(confirmed), added(confirmed)

    return Table(
        key="doublons",
        title="Doublons arrêtés",
        definition=(
            "Arrêtée : la facture ressemble à une autre du même fournisseur (même numéro, même fichier, ou même "
            "montant à la même date) et attend qu'un agent tranche. Confirmée : un agent a reconnu le double ; son "
            "montant n'a pas été payé deux fois."
        ),
        population=(
            "Les factures arrêtées, et celles qui ont été confirmées, pendant la période : une confirmation peut "
            "porter sur une facture arrêtée avant. " + credit_notes(facts, *kinds)
        ),
        columns=(
            text("fournisseur", "Fournisseur"),
            count("arretees", "Arrêtées"),
            euros("ttc_arrete", "Montant TTC arrêté"),
            count("confirmees", "Confirmées"),
            euros("ttc_evite", "Montant TTC non payé deux fois"),
        ),
        rows=lines(groups(items, supplier_key, shown=supplier_name, weight=_saved), figures),
        total=whole(items, figures),
    )


def accounts(facts: Facts) -> Table:
    """Return the alerts on bank accounts, and how they ended."""
    kinds = (What.ACCOUNT_ALERT, What.ACCOUNT_CLEARED, What.ACCOUNT_REFUSED)
    items = happened(facts, *kinds)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return *(counted(only(items, kind)) for kind in kinds), added(only(items, What.ACCOUNT_REFUSED))

    return Table(
        key="comptes-bancaires",
        title="Alertes sur les comptes bancaires",
        definition=(
            "Alerte : le compte d'un fournisseur est nouveau ou a changé. Rien n'est payé avant que deux personnes "
            "l'aient vérifié par un contre-appel au numéro du contrat, jamais à celui du courrier (consignes de la "
            "DGFiP contre les faux ordres de virement). Levée : le compte est bien le sien. Refusée : il ne l'est pas."
        ),
        population=(
            "Les alertes nées, levées ou refusées pendant la période : une alerte peut être née avant d'être levée. "
            "Celles que dit le registre des tiers n'ont pas de budget : elles ne sont pas dans un rapport restreint."
        ),
        columns=(
            text("fournisseur", "Fournisseur"),
            count("alertes", "Alertes"),
            count("levees", "Levées après contre-appel"),
            count("refusees", "Comptes refusés"),
            euros("ttc_refuse", "Montant TTC des factures au compte refusé"),
        ),
        rows=lines(groups(items, _holder, shown=supplier_name, weight=_fraud), figures),
        total=whole(items, figures),
    )


def _holder(one: Happening) -> Labels:
    """Return the firm of an account; the register tells its SIREN alone."""
    return (one.supplier_siren or one.supplier or one.about,)


def _halting(items: Sequence[Settlement]) -> Weight:
    return sum(not one.first_pass for one in items), len(items)


def _saved(items: Sequence[Happening]) -> Weight:
    confirmed = only(items, What.DUPLICATE_CONFIRMED)
    return added(confirmed), len(items)


def _fraud(items: Sequence[Happening]) -> Weight:
    return told(items, What.ACCOUNT_REFUSED), told(items, What.ACCOUNT_ALERT), len(items)
