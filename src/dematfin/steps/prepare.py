"""Prepare: from certified invoices to flows that only wait for the mayor."""

from dematfin.ports.app import App
from dematfin.steps.build import build_all
from dematfin.steps.liquidate import liquidate_all
from dematfin.steps.number import number_all
from dematfin.steps.outcome import Outcome, Tally


def prepare(app: App) -> Outcome:
    """Liquidate, number, build; whatever lacks something waits, with the reason."""
    tally = Tally("préparation des bordereaux")
    liquidate_all(app, tally)
    number_all(app, tally)
    build_all(app, tally)
    return tally.outcome()
