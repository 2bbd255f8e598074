"""The figures of a period, for whoever reads them."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.registers import StructureRules
from dematfin.domain.report.period import Period
from dematfin.domain.report.scope import EVERYTHING, Scope, narrowed
from dematfin.domain.report.table import Report
from dematfin.domain.tally.reached import JOURNAL, Reached
from dematfin.domain.visa.delegation import staffed
from dematfin.errors import ComeBackLater
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of, report_of
from dematfin.steps.day import run
from dematfin.steps.tally import tally

A_MINUTE: Final = timedelta(minutes=1)


def report(app: App, who: Person, period: Period, scope: Scope = EVERYTHING) -> Report:
    """Return the tables of a period; what the journal has told since the last run is counted first.

    Raises:
        RoutingError: the scope names no budget of the configuration.
    """
    who.require(Act.OVERSEE)
    budget = app.policy.budget_named(scope.budget) if scope.budget else None
    _count_the_rest(app)
    with app.ledger.reading() as books:
        everything = facts_of(app, books, period)
    facts = narrowed(everything, budget.siret if budget else "", scope.service)
    words = (f"budget {budget.label}" if budget else "", f"service {scope.service}" if scope.service else "")
    return report_of(app, facts, ", ".join(filter(None, words)))


def services(app: App, who: Person) -> dict[str, str]:
    """Return the names of the services that a report may be narrowed to, by code: those of Chorus Pro, and of desks."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        structures, desks = books.find(StructureRules), staffed(books.find(Person))
    named = {code: rule.name for one in structures for code, rule in one.services.items()}
    return dict(sorted((dict.fromkeys(desks, "") | named).items()))


def _count_the_rest(app: App) -> None:
    """Count what the journal has told since the last run; when a run is doing so, what it has counted is told."""
    if _is_counted(app):
        return
    with suppress(ComeBackLater):
        run(app, tally)


def _is_counted(app: App) -> bool:
    """Say whether nothing was told since a count of this minute: who only looks keeps no daily run from counting."""
    with app.ledger.reading() as books:
        found = books.find(Reached, id=JOURNAL)
    now = app.clock.now()
    return any(now - one.at < A_MINUTE and not app.ledger.following(one.sequence, 1) for one in found)
