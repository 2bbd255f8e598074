"""The figures of a period, for whoever reads them."""

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.report.contents import tables
from dematfin.domain.report.period import Period
from dematfin.domain.report.scope import EVERYTHING, Scope, narrowed
from dematfin.domain.report.table import Report
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of


def report(app: App, who: Person, period: Period, scope: Scope = EVERYTHING) -> Report:
    """Return the tables of a period, as far as the journal has been counted (`steps.tally`).

    Raises:
        RoutingError: the scope names no budget of the configuration.
    """
    who.require(Act.OVERSEE)
    budget = app.policy.budget_named(scope.budget) if scope.budget else None
    with app.ledger.reading() as books:
        everything = facts_of(app, books, period)
    facts = narrowed(everything, budget.siret if budget else "", scope.service)
    words = (f"budget {budget.label}" if budget else "", f"service {scope.service}" if scope.service else "")
    return Report(
        name=app.policy.name,
        period=period,
        cutoff=facts.cutoff,
        closed=facts.cutoff >= period.bounds(facts.cutoff.tzinfo)[1],
        scope=", ".join(word for word in words if word),
        tables=tables(facts),
    )
