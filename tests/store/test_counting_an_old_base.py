"""A base of the version before has a journal that nobody counted: the first run counts it, each fact in its month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from dematfin.acts.figures import report
from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.report.period import period
from dematfin.domain.report.table import Report
from dematfin.ports.app import App
from dematfin.steps.day import run
from dematfin.steps.tally import tally
from dematfin.store.engine import open_engine, writing
from dematfin.store.ledger import SqlLedger
from examples import AGENT, COMMUNE, invoice, mandat
from fakes.clock import FakeClock
from fakes.hall import Hall
from store import journal_before
from store.test_migration import brought_up, fill

F: Final = InvoiceState
M: Final = MandatState
BILL: Final = [F.RECEIVED, F.IN_VISA, F.SERVICE_FAIT, F.TO_PAY]
ORDER: Final = [M.PREPARED, M.IN_BORDEREAU, M.SENT, M.TAKEN_IN_CHARGE, M.PAID]
"""The invoice came on 23 February; a step a week, and its mandat was paid on 20 April."""


def old_base(engine: Engine) -> None:
    """Make a base of the seventh version: a life told to its payment, without a word of what is counted today."""
    paid = mandat(state=M.PAID, paid=mandat().amount, paid_on=date(2026, 4, 20))
    fill(engine, "0007", replace(invoice(), state=F.TO_PAY), paid)
    moves: list[tuple[Subject, str, str, str]] = [
        (Subject.INVOICE, invoice().id, before, after) for before, after in zip(["", *BILL], BILL, strict=False)
    ]
    moves += [(Subject.MANDAT, paid.id, before, after) for before, after in zip(["", *ORDER], ORDER, strict=False)]
    at = datetime(2026, 2, 23, 9, tzinfo=UTC)
    with writing(engine.connect()) as connection, connection.begin():
        for week, (subject, key, before, after) in enumerate(moves):
            when = at + timedelta(weeks=week)
            event = Event(subject=subject, subject_id=key, before=before, after=after, at=when, by="agent", motif="")
            journal_before.append(connection, COMMUNE, event)


def opened(engine: Engine, folder: Path) -> App:
    """Open it with the program of today, in June."""
    clock = FakeClock(datetime(2026, 6, 1, 8, tzinfo=UTC))
    return replace(Hall.build(folder).app, ledger=SqlLedger(engine, COMMUNE, clock.now), clock=clock)


def figure(told: Report, table: str, column: str) -> object:
    """Return what the total of a table says in a column."""
    found = next(one for one in told.tables if one.key == table)
    assert found.total is not None
    return found.total[[one.key for one in found.columns].index(column)]


def test_the_first_run_counts_the_whole_journal_and_the_second_nothing(base: str, tmp_path: Path) -> None:
    engine = open_engine(base)
    old_base(engine)
    app = opened(brought_up(engine), tmp_path)
    assert run(app, tally).done == ("9 événements du journal",)
    assert run(app, tally).done == ()
    assert app.ledger.verify_journal().intact
    february, april, may = (report(app, AGENT, period(f"2026-0{month}")) for month in (2, 4, 5))
    assert (figure(february, "origines", "factures"), figure(february, "stock-age", "factures")) == (1, 1)
    assert (figure(april, "payes", "mandats"), figure(april, "payes", "ttc")) == (1, mandat().amount)
    assert figure(april, "hors-delai", "part") == 1
    assert figure(april, "dgp-budgets", "moyen") == (date(2026, 4, 20) - date(2026, 2, 22)).days
    assert figure(may, "payes", "mandats") == 0
    assert all(one.closed for one in (february, april, may))
    said = "Le journal commence le 23/02/2026 : ce qui s'est passé avant n'est pas compté."
    assert [said in one.tables[0].warnings for one in (february, april, may)] == [True, False, False]
    engine.dispose()
