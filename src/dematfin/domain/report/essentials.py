"""The few figures that a director says in front of the mayor."""

from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.delay.durations import shares
from dematfin.domain.report.at_risk import SOON, late, soon
from dematfin.domain.report.averages import mean, share
from dematfin.domain.report.columns import count, days, euros, rate, text
from dematfin.domain.report.cost import WEEK, sentence, this_week
from dematfin.domain.report.delays import Delays, delays
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.owed import due, owed_on, warnings, written
from dematfin.domain.report.paid import payments
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.report.waiting import Waiting, amount, to_pay, waiting

NOBODY_SAYS: Final = (None, None)


def essentials(facts: Facts) -> Table:
    """Put the headlines of the other tables together."""
    told, all_ = waiting(facts), delays(payments(facts).counted)
    claims = due(payments(facts).counted, facts)
    open_ = ("factures en attente", len(told.open))
    lacking = (*claims, *owed_on(told, facts.today + WEEK, facts))
    return Table(
        key="essentiel",
        title="L'essentiel",
        definition=(
            f"{sentence(told, facts)} Délai moyen : du départ du délai de paiement à la mise en paiement (CCP "
            f"R. 2192-10 à 15). À plus de {DAYS} jours : l'indicateur de l'État, 20 % au plus en 2027. Intérêts : avec "
            "l'indemnité de 40 € par demande (L. 2192-13, D. 2192-35). Chaque chiffre a son tableau, plus loin."
        ),
        population=(
            "Mandats dont le paiement a été connu pendant la période, et factures en attente à l'arrêt des chiffres ; "
            "sans les avoirs, les mandats annulés ou démentis par le comptable, ni ce qui avait été payé d'avance."
        ),
        columns=(
            text("chiffre", "Chiffre"),
            count("nombre", "Nombre"),
            euros("montant", "Montant"),
            days("jours", "Jours"),
            rate("part", "Part"),
            text("repere", "Repère"),
        ),
        rows=(
            *_paid(all_, facts),
            *_waiting(told, facts),
            ("Intérêts dus sur les mandats payés en retard", len(claims), written(claims), *NOBODY_SAYS, ""),
            ("Coût d'une semaine d'attente (factures de plus en retard)", *_week(told, facts), *NOBODY_SAYS, ""),
        ),
        warnings=(*facts.doubts, *few([("mandats payés", all_.count), open_], "éléments"), *warnings(lacking)),
    )


def _week(told: Waiting, facts: Facts) -> tuple[Cell, ...]:
    number, cost = this_week(told, facts)
    return number, cost if written(owed_on(told, facts.today + WEEK, facts)) is not None else None


def _paid(all_: Delays, facts: Facts) -> tuple[tuple[Cell, ...], ...]:
    part, due_days = mean(all_.ordonnateur, all_.count), shares(DAYS, facts.comptable_days)
    return (
        ("Délai moyen de paiement", all_.count, all_.ttc, all_.mean, None, f"{DAYS} jours au plus"),
        ("dont chez l'ordonnateur", all_.count, all_.ttc, part, None, f"{due_days.ordonnateur} jours au plus"),
        (
            f"Mandats payés à plus de {DAYS} jours",
            all_.beyond,
            all_.beyond_ttc,
            None,
            share(all_.beyond, all_.count),
            "20 % au plus",
        ),
    )


def _waiting(told: Waiting, facts: Facts) -> tuple[tuple[Cell, ...], ...]:
    whole = len(told.open)
    ages = mean(sum((facts.today - one.start).days for one in told.open), whole)
    near, behind = soon(told, facts), late(told, facts)
    return (
        ("Factures en attente (âge moyen)", whole, amount(told.open), ages, None, ""),
        (f"dont à risque sous {SOON} jours ouvrés", len(near), to_pay(near), None, share(len(near), whole), ""),
        ("dont en retard", len(behind), to_pay(behind), None, share(len(behind), whole), "aucune"),
    )
