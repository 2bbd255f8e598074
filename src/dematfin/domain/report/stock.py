"""The invoices that wait at the cut-off, by stage and by age."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.money import french
from dematfin.domain.report.columns import count, euros, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import grouped
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.report.waiting import amount, waiting
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay

AGES: Final = ((10, "0 à 10 jours"), (20, "11 à 20 jours"), (30, "21 à 30 jours"))
OLDER: Final = "plus de 30 jours"
BRACKETS: Final = (*(name for _, name in AGES), OLDER)
AGE: Final = (
    "Âge : jours calendaires écoulés, au jour de l'arrêt des chiffres, depuis le départ du délai de paiement (CCP "
    "R. 2192-12 à 15), interruption comprise."
)
POPULATION: Final = (
    "Factures arrivées et ni payées, ni refusées, ni annulées à l'arrêt des chiffres, délai interrompu ou non. Les "
    "avoirs sont comptés à part. TTC entier, même déjà payé en partie ou d'avance (prélèvement, carte, régie)."
)
Day = Callable[[Stay], date]


def bracket(age: int) -> str:
    """Name the bracket of an age; a delay that has not begun has no age yet."""
    return next((name for last, name in AGES if age <= last), OLDER)


def stock(facts: Facts) -> Table:
    """Count what waits in each stage, by age since the start of the delay."""
    open_ = waiting(facts).open
    stages = grouped(open_, lambda one: one.stage.value)
    return Table(
        key="stock",
        title="Factures en attente par étape",
        definition=f"Nombre et montant TTC des factures dans chaque étape. {AGE}",
        population=POPULATION,
        columns=(
            text("etape", "Étape"),
            *(count(f"age_{rank}", name) for rank, name in enumerate(BRACKETS, 1)),
            count("factures", "Factures"),
            euros("ttc", "TTC"),
        ),
        rows=tuple(_row(stage.value, stages[stage.value], facts) for stage in Stage if stage.value in stages),
        total=_row("Total", open_, facts),
    )


def _row(name: str, stays: list[Stay], facts: Facts) -> tuple[Cell, ...]:
    ages = [bracket((facts.today - one.start).days) for one in stays]
    return (name, *(ages.count(one) for one in BRACKETS), len(stays), amount(stays))


def stock_by_age(facts: Facts) -> Table:
    """Count what waits by age, since the start of the delay and since the first coming."""
    told = waiting(facts)
    legal, true = (_by_age(told.open, facts.today, day) for day in (_start, _true_start))
    apart = told.credit_notes
    return Table(
        key="stock-age",
        title="Factures en attente par âge",
        definition=(
            f"{AGE} Âge réel : depuis l'arrivée de la facture, ou de celle, refusée ou renvoyée, qu'elle remplace. "
            f"À part : {len(apart)} avoir{'s' * (len(apart) > 1)} en attente ({french(amount(apart))})."
        ),
        population=POPULATION,
        columns=(
            text("age", "Âge"),
            count("factures", "Factures"),
            euros("ttc", "TTC"),
            count("factures_age_reel", "Factures (âge réel)"),
            euros("ttc_age_reel", "TTC (âge réel)"),
        ),
        rows=tuple((name, *legal[name], *true[name]) for name in BRACKETS),
        total=("Total", *_sums(told.open), *_sums(told.open)),
        chart=Chart(label="age", value="factures"),
    )


def _by_age(stays: Iterable[Stay], today: date, day: Day) -> dict[str, tuple[int, Decimal]]:
    groups = grouped(stays, lambda one: bracket((today - day(one)).days))
    return {name: _sums(groups.get(name, [])) for name in BRACKETS}


def _sums(stays: list[Stay]) -> tuple[int, Decimal]:
    return len(stays), amount(stays)


def _start(stay: Stay) -> date:
    return stay.start


def _true_start(stay: Stay) -> date:
    return stay.true_start
