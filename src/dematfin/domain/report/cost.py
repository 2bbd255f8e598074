"""What it costs to do nothing this week, and in the weeks after."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.money import french
from dematfin.domain.report.columns import count, day, euros, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import grouped
from dematfin.domain.report.owed import Claims, owed_on, total, warnings, written
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.report.waiting import Waiting, service_of, to_pay, told_apart, waiting
from dematfin.domain.tally.stay import Stay

WEEK: Final = timedelta(days=7)
WEEKS: Final = 4
DOING_NOTHING: Final = "Si rien n'est fait cette semaine :"
OWED: Final = (
    "Intérêts moratoires et indemnité de 40 € par facture (CCP L. 2192-13, R. 2192-31, D. 2192-35) qui seraient dus"
)
THIS_WEEK: Final = (
    f"{OWED} si tout était payé 7 jours après l'arrêt des chiffres, moins ceux qui le seraient en payant ce jour-là."
)
NEXT_WEEKS: Final = (
    f"{OWED} si tout était payé à la date de chaque ligne, moins ceux de la ligne d'avant ; pour la première semaine, "
    "moins ce qui serait dû en payant au jour de l'arrêt des chiffres."
)
POPULATION: Final = (
    "Factures en attente à l'arrêt des chiffres dont le délai court (ni interrompu, ni facture renvoyée), sans les "
    "avoirs ni ce qui a été payé d'avance ; TTC et intérêts : sur ce qui reste à payer, après un paiement partiel."
)


def become_late(told: Waiting, since: date, until: date) -> list[Stay]:
    """Return those that a payment on `until` makes late, and a payment on `since` does not."""
    return [one for one in told.running if since <= one.deadline < until]


def this_week(told: Waiting, facts: Facts) -> tuple[int, Decimal]:
    """Return how many invoices become late within a week of waiting, and what that week costs."""
    then = facts.today + WEEK
    return len(become_late(told, facts.today, then)), total(owed_on(told, then, facts)) - total(
        owed_on(told, facts.today, facts)
    )


def sentence(told: Waiting, facts: Facts) -> str:
    """Say it as one says it to a mayor."""
    then = owed_on(told, facts.today + WEEK, facts)
    number, cost = this_week(told, facts)
    if not then:
        return f"{DOING_NOTHING} aucune facture de plus en retard, aucun intérêt."
    least = "au moins " if any(one.owed is None for one in then) else ""
    sum_ = f"{least}{french(cost)} d'intérêts" if written(then) is not None else "des intérêts dont le taux manque"
    return f"{DOING_NOTHING} {number or 'aucune'} facture{'s' * (number > 1)} de plus en retard, {sum_}."


def cost(facts: Facts) -> Table:
    """Say what a week of waiting costs, by service."""
    told = waiting(facts)
    services = grouped(told.running, service_of)
    claims = owed_on(told, facts.today + WEEK, facts)
    rows = {name: _row(name, told_apart(stays), facts) for name, stays in services.items()}
    return Table(
        key="cout",
        title="Le coût de l'attente",
        definition=f"{sentence(told, facts)} {THIS_WEEK}",
        population=POPULATION,
        columns=(
            text("service", "Service"),
            count("deviennent_tardives", "Deviennent tardives"),
            euros("ttc", "TTC"),
            count("deja_tardives", "Déjà en retard"),
            euros("deja_du", "Déjà dû"),
            euros("du_dans_7_jours", "Dû dans 7 jours"),
            euros("cout", "Coût de la semaine"),
        ),
        rows=tuple(row for row in rows.values() if any(row[1:])),
        total=_row("Total", told, facts),
        warnings=warnings(claims),
        chart=Chart(label="service", value="cout"),
    )


def _row(name: str, told: Waiting, facts: Facts) -> tuple[Cell, ...]:
    now, then = (owed_on(told, facts.today + later, facts) for later in (timedelta(), WEEK))
    new = become_late(told, facts.today, facts.today + WEEK)
    return (name, len(new), to_pay(new), len(now), written(now), written(then), _more(then, now))


def _more(then: Claims, now: Claims) -> Decimal | None:
    return None if written(then) is None else total(then) - total(now)


def weeks(facts: Facts) -> Table:
    """Say what each of the next weeks of waiting costs."""
    told = waiting(facts)
    days = [facts.today + number * WEEK for number in range(WEEKS + 1)]
    owed = {one: owed_on(told, one, facts) for one in days}
    rows = tuple(_week(number, told, owed, days) for number in range(1, WEEKS + 1))
    return Table(
        key="cout-semaines",
        title="Le coût des quatre semaines à venir",
        definition=NEXT_WEEKS,
        population=POPULATION,
        columns=(
            text("semaine", "Semaine"),
            day("payees_le", "Si payées le"),
            count("deviennent_tardives", "Deviennent tardives"),
            euros("cout", "Coût de la semaine"),
            euros("cumul", "Coût depuis l'arrêt"),
        ),
        rows=rows,
        total=(
            "Total",
            None,
            len(become_late(told, days[0], days[-1])),
            _more(owed[days[-1]], owed[days[0]]),
            None,
        ),
        warnings=warnings(owed[days[-1]]),
        chart=Chart(label="semaine", value="cout"),
    )


def _week(number: int, told: Waiting, owed: Mapping[date, Claims], days: Sequence[date]) -> tuple[Cell, ...]:
    before, then = days[number - 1], days[number]
    new = become_late(told, before, then)
    return (
        f"Semaine {number}",
        then,
        len(new),
        _more(owed[then], owed[before]),
        _more(owed[then], owed[days[0]]),
    )
