"""Year-end: what was done in one year and is charged on the next, what is still to attach."""

from collections.abc import Sequence
from typing import Final

from dematfin.domain.money import ZERO
from dematfin.domain.report.columns import count, euros, text
from dematfin.domain.report.counted import added, counted, happened
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import NO_SERVICE, Labels, Weight, groups, lines, whole
from dematfin.domain.report.mandated import account_of
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay

TO_MANDATE: Final = frozenset({Stage.SERVICE_FAIT, Stage.LIQUIDATED, Stage.REFUSED_AT_GATE, Stage.REJECTED})
"""The service is certified, and no mandat of the year stands."""
RUNNING: Final = "6"
"""Accounts of running expenses: the others (1, 2) are carried over, not attached."""
DECEMBER: Final = 12
LABELS: Final = (text("service", "Service"), text("fournisseur", "Fournisseur"))
RULE: Final = (
    "Une dépense de fonctionnement dont le service est fait en N appartient à l'exercice N (indépendance des "
    "exercices, instruction M57). "
)


def attached(facts: Facts) -> Table:
    """Return what was done in an earlier year than that on which it was mandated."""
    late = [one for one in happened(facts, What.MANDATED) if _is_late(one)]

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return counted(items), added(items)

    return Table(
        key="rattachements",
        title="Service fait en N, mandat en N+1",
        definition=RULE
        + "Mandatée sur l'exercice suivant, elle devait être rattachée à la clôture : c'est la liste à comparer en "
        "janvier avec les rattachements passés.",
        population=(
            "Les lignes en classe 6 des mandats numérotés pendant la période dont le jour du service fait est d'une "
            "année antérieure à leur exercice. Un mandat de la journée complémentaire est de l'exercice N : il n'y est "
            "pas. Les factures dont le jour du service fait n'est pas connu n'y sont pas."
        ),
        columns=(*LABELS, count("mandats", "Mandats"), euros("ttc", "Montant TTC")),
        rows=lines(groups(late, _key, shown=_names, weight=_weight), figures),
        total=whole(late, figures, width=2),
    )


def to_attach(facts: Facts) -> Table:
    """Return what is still to attach at the end of a year: the service is certified, no mandat was made."""
    ends = facts.period.last.month == DECEMBER
    stock = [stay for stay in facts.stock if ends and stay.stage in TO_MANDATE and not stay.is_credit_note]

    def figures(items: Sequence[Stay]) -> tuple[Cell, ...]:
        return len(items), sum((stay.ttc for stay in items), ZERO)

    return Table(
        key="a-rattacher",
        title="Ce qui reste à rattacher",
        definition=RULE
        + "Ces factures ont leur service fait certifié et n'ont pas de mandat qui tienne à l'arrêté : à mandater "
        "pendant la journée complémentaire (jusqu'au 31 janvier), sinon à rattacher. Une dépense d'investissement "
        "n'est pas à rattacher mais à reporter : écartez-la à la main.",
        population=(
            "Seulement dans le rapport de décembre, du 4e trimestre ou de l'année. Les factures au service fait "
            "certifié, au mandat préparé sans numéro, ou au mandat revenu, à l'instant de l'arrêté ; sans les avoirs. "
            "Un service fait qui n'est pas encore certifié ne peut pas y être : demandez-le aux services."
        ),
        columns=(*LABELS, count("factures", "Factures"), euros("ttc", "Montant TTC")),
        rows=lines(groups(stock, _key, shown=_names, weight=_owed), figures),
        total=whole(stock, figures, width=2),
    )


def _is_late(one: Happening) -> bool:
    exercice, _, nature = account_of(one)
    return one.on is not None and one.on.year < exercice and nature.startswith(RUNNING)


def _key(one: Happening | Stay) -> Labels:
    return one.service, one.supplier_siren or one.supplier


def _names(one: Happening | Stay) -> Labels:
    return one.service or NO_SERVICE, one.supplier


def _weight(items: Sequence[Happening]) -> Weight:
    return added(items), len(items)


def _owed(items: Sequence[Stay]) -> Weight:
    return sum((stay.ttc for stay in items), ZERO), len(items)
