"""The figures of a period, for whoever reads them."""

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.report.contents import tables
from dematfin.domain.report.period import Period
from dematfin.domain.report.table import Report
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of


def report(app: App, who: Person, period: Period) -> Report:
    """Return the tables of a period, as far as the journal has been counted (`steps.tally`)."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        facts = facts_of(app, books, period)
    closed = facts.cutoff >= period.bounds(facts.cutoff.tzinfo)[1]
    return Report(name=app.policy.name, period=period, cutoff=facts.cutoff, closed=closed, tables=tables(facts))
