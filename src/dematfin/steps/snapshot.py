"""The snapshot of the day: what the director's home shows, and what next week is compared with.

Made from facts that never change, it may be made again at will until midnight; a past day keeps its own.
"""

from datetime import date, timedelta
from typing import Final

from dematfin.domain.report.period import month_of
from dematfin.domain.report.snapshot import Snapshot
from dematfin.domain.report.standing import last_days, standing
from dematfin.domain.visa.task import VisaTask
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books
from dematfin.steps.counted import counted_at, facts_of
from dematfin.steps.outcome import Outcome, Tally

NAME: Final = "chiffres du jour"


def snapshot(app: App) -> Outcome:
    """Keep the figures of today, once the journal has been counted today."""
    tally = Tally(NAME)
    today = app.clock.today()  # read once: midnight may strike meanwhile
    with tally.item(NAME):
        with app.ledger.reading() as books:
            counted = counted_at(app, books)
            made = _made(app, books, today) if counted and counted.date() == today else None
        if made is not None:
            with app.ledger.transaction() as books:
                books.save(made)
            tally.done(f"{made.day:%d/%m/%Y}")
    return tally.outcome()


def _made(app: App, books: Books, today: date) -> Snapshot:
    month = facts_of(app, books, month_of(today))
    late = books.find(VisaTask, waiting=True, due_on=Between(high=today - timedelta(days=1)))
    figures = standing(month, facts_of(app, books, last_days(today)), late)
    return Snapshot(id=today.isoformat(), at=month.cutoff, figures=figures)
