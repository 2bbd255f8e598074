"""The figures of a period, for whoever reads them."""

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.registers import StructureRules
from dematfin.domain.report.contents import tables
from dematfin.domain.report.period import Period
from dematfin.domain.report.scope import WHOLE, Scope
from dematfin.domain.report.table import Report
from dematfin.domain.visa.delegation import staffed
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of


def report(app: App, who: Person, period: Period, scope: Scope = WHOLE) -> Report:
    """Return the tables of a period, as far as the journal has been counted (`steps.tally`)."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        facts = facts_of(app, books, period)
    closed = facts.cutoff >= period.bounds(facts.cutoff.tzinfo)[1]
    return Report(
        name=app.policy.name,
        period=period,
        cutoff=facts.cutoff,
        closed=closed,
        scope=scope.label(facts.budgets),
        tables=tables(scope.narrowed(facts)),
    )


def services(app: App, who: Person) -> dict[str, str]:
    """Return the names of the services that a report may be narrowed to, by code: those of Chorus Pro, and of desks."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        structures, desks = books.find(StructureRules), staffed(books.find(Person))
    named = {code: rule.name for one in structures for code, rule in one.services.items()}
    return dict(sorted((dict.fromkeys(desks, "") | named).items()))
