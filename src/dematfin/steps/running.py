"""How the last run of each step went, and of the whole day: written down as it begins and as it ends."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from dematfin.domain.unattended.run import Run
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

Then = Callable[[Books, Run], None]
"""What joins the transaction that ends a run: an engine that keeps a queue puts what follows in it."""
First = Callable[[Books], None]
"""What is looked at in the transaction that begins a run; what it raises keeps the run from beginning."""
PATIENCE: Final = 5
"""Deaths of a process in one step, one after the other, before the step waits for a person."""


def nothing(_: Books, __: Run) -> None:
    """Add nothing to the end of a run."""


def at_once(_: Books) -> None:
    """Keep no run from beginning."""


def begin(app: App, key: str, first: First) -> Run:
    """Write down that a step begins."""
    now = app.clock.now()
    with app.ledger.transaction() as books:
        first(books)
        begun = last_run(books, key, now).begun(now)
        books.save(begun)
    return begun


def end(app: App, key: str, sentences: tuple[str, ...], then: Then) -> None:
    """Write down that a step has ended, and what failed in it."""
    now = app.clock.now()
    with app.ledger.transaction() as books:
        ended = last_run(books, key, now).told(len(sentences), sentences).ended(now)
        books.save(ended)
        then(books, ended)


def begun_since(app: App, key: str, hour: datetime) -> bool:
    """Say whether a step has begun since an hour, and ended; under its lease, one that has not has died."""
    now = app.clock.now()
    with app.ledger.reading() as books:
        return any(one.has_begun_since(hour, now) and one.ended_at for one in books.find(Run, id=key))


def last_run(books: Books, key: str, now: datetime) -> Run:
    """Return the last run of a step or of the day; one that never was has neither an end nor an attempt."""
    for found in books.find(Run, id=key):
        return found
    return Run(id=key, began_at=now)


def said_of(error: BaseException) -> str:
    """Say in French what stopped a whole step."""
    if isinstance(error, DematfinError):
        return str(error)
    return f"Erreur imprévue ({type(error).__name__}). Rien n'est perdu ; prévenez l'exploitant."
