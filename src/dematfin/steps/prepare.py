"""Prepare: from certified invoices to flows that only wait for the mayor."""

from dematfin.ports.app import App
from dematfin.ports.gate import check_open
from dematfin.steps.build import build_all
from dematfin.steps.complete import complete_all
from dematfin.steps.exercices import Choice
from dematfin.steps.liquidate import liquidate_all
from dematfin.steps.number import number_all
from dematfin.steps.outcome import Outcome, Tally


def prepare(app: App, choice: Choice | None = None) -> Outcome:
    """Liquidate, number, build, complete what was imported; whatever lacks something waits, with the reason.

    `choice` is what an agent says in January, when two exercices are open.
    Raises Barred: numbers that are given after a restoration may have been given before.
    """
    with app.ledger.reading() as books:
        check_open(books)
    tally = Tally("préparation des bordereaux")
    liquidate_all(app, tally, choice)
    number_all(app, tally)
    build_all(app, tally)
    complete_all(app, tally)
    return tally.outcome()
