"""The figures of a period, for whoever reads them."""

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.report.period import Period
from dematfin.domain.report.table import Report
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of, report_of


def report(app: App, who: Person, period: Period) -> Report:
    """Return the tables of a period, as far as the journal has been counted (`steps.tally`)."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        facts = facts_of(app, books, period)
    return report_of(app, facts)
