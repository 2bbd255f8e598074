"""What one of many does, in a process of its own, on the books that all share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from dematfin.acts import visa
from dematfin.domain.visa.decision import Motive
from dematfin.errors import Conflict
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import COMMUNE, VISEUR
from fakes.clock import FakeClock
from fakes.hall import Hall
from visa.desks import FIRST


@contextmanager
def on_disk(hall: Hall, base: str) -> Iterator[Hall]:
    """Lend the hall with its books in a real base: a file of SQLite, or the URL of a PostgreSQL."""
    engine = open_engine(base)
    try:
        yield replace(hall, app=replace(hall.app, ledger=SqlLedger(engine, COMMUNE, FakeClock().now)))
    finally:
        engine.dispose()


def click(base: str, scratch: str, number: int) -> str:
    """Decide, as one of many; return what came of it."""
    folder = Path(scratch) / f"p{number}"
    folder.mkdir()
    with on_disk(Hall.build(folder), base) as hall:
        try:
            decide(hall, number)
        except Conflict:
            return "conflict"
    return "taken"


def decide(hall: Hall, number: int) -> None:
    """Say yes, or no."""
    if number % 2:
        visa.refuse(hall.app, VISEUR, FIRST, Motive.OTHER, f"Non, dit {number}.")
    else:
        visa.approve(hall.app, VISEUR, FIRST, visa.ServiceFait(executed_on=date(2026, 3, 1)), f"Oui, dit {number}.")
