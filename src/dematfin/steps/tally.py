"""Tally: the journal is counted, page after page, into the facts that figures are made of.

A page and how far it goes are saved together: killed anywhere, nothing is counted twice and nothing is left out. What
cannot be counted is put off, named at each run, and tried again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from dematfin.domain.tally.reached import JOURNAL, Reached
from dematfin.domain.tally.uncounted import Uncounted, uncounted_id
from dematfin.errors import ComeBackLater
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, WrittenEvent
from dematfin.steps.counted import TALLY
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.tally_page import rows

PAGE: Final = 500
AGAIN: Final = 200
"""Events put off that one run tries again, the oldest first."""


def tally(app: App, page: int = PAGE) -> Outcome:
    """Count what the journal has told since the last run, `page` events at a time."""
    account = Tally(TALLY)
    _try_again(app, account)
    counted: list[int] = []
    size = page
    while size:
        size = _go_on(app, size, page, counted, account)
    if total := sum(counted):
        account.done(f"{total} {'événement' if total == 1 else 'événements'} du journal")
    return account.outcome()


def _go_on(app: App, size: int, page: int, counted: list[int], account: Tally) -> int:
    """Count the next events; return how many to count next, 0 at the end. A page that fails is halved, down to one."""
    trial, done = Tally(TALLY), list[int]()
    busy: ComeBackLater | None = None
    with trial.item("Journal"):
        try:
            done.append(_count(app, size))
        except ComeBackLater as error:
            busy = error
    if busy:
        raise busy
    counted += done
    if done:
        return min(page, 2 * size) if done[0] == size else 0
    if size == 1:
        _put_off(app, trial.outcome(), account)
    return max(1, size // 2)


def _count(app: App, size: int) -> int:
    """Count a page in one transaction; return how many events it had."""
    now = app.clock.now()  # before the books are opened: what others write next is later
    with app.ledger.transaction() as books:
        reached = _reached(books)
        page = app.ledger.following(reached.sequence if reached else 0, size)
        found = rows(app, books, page, not_before=_month_of(app, reached)) if page else ()
        books.save(*found, _after(reached, page, now if len(page) < size else None))
    return len(page)


def _month_of(app: App, reached: Reached | None) -> datetime:
    """Return the first instant of the month that is being counted: those before are closed, whatever comes late.

    A clock that was once ahead by years does not keep everything for that day.
    """
    now = app.clock.now()
    day = app.clock.local(min(reached.at, now)) if reached else datetime.min.replace(tzinfo=UTC)
    return day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _after(reached: Reached | None, page: Sequence[WrittenEvent], now: datetime | None) -> Reached:
    """Return how far the journal is counted: nothing later than what was counted is ever claimed."""
    at = now or page[-1].event.at
    sequence = page[-1].sequence if page else reached.sequence if reached else 0
    return Reached(sequence=sequence, at=max(at, reached.at) if reached else at)


def _put_off(app: App, why: Outcome, account: Tally) -> None:
    """Leave an event for later, and go on behind it."""
    with app.ledger.transaction() as books:
        reached = _reached(books)
        page = app.ledger.following(reached.sequence if reached else 0, 1)
        one = page[0]
        about = f"{one.event.subject} {one.event.subject_id}"
        put_off = Uncounted(id=uncounted_id(one.sequence), sequence=one.sequence, at=one.event.at, about=about)
        books.save(put_off, _after(reached, page, None))
    account.absorb(why)
    account.note(f"{_label(put_off)} : il n'est pas compté, les chiffres sont sans lui. Il est repris chaque jour.")


def _try_again(app: App, account: Tally) -> None:
    with app.ledger.reading() as books:
        waiting = books.find(Uncounted, waiting=True)
    for one in waiting[:AGAIN]:
        with account.item(_label(one)):
            _count_late(app, one)
            account.done(_label(one))


def _count_late(app: App, one: Uncounted) -> None:
    with app.ledger.transaction() as books:
        page = app.ledger.following(one.sequence - 1, 1)
        books.save(*rows(app, books, page), replace(one, waiting=False))


def _label(one: Uncounted) -> str:
    return f"Événement n° {one.sequence} du journal ({one.about})"


def _reached(books: Books) -> Reached | None:
    return next(iter(books.find(Reached, id=JOURNAL)), None)
