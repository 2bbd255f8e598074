"""Many small things in a few transactions: one that cannot be done stops no other, and leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

import examples
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import RuleError
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally
from dematfin.steps.together import SOME, together
from fakes.ledger import FakeBooks, FakeLedger

MANY = 2 * SOME + 3


class CountingLedger(FakeLedger):
    """Counts what was committed."""

    commits = 0

    @contextmanager
    def transaction(self) -> Iterator[FakeBooks]:
        with super().transaction() as books:
            yield books
        self.commits += 1


@pytest.fixture
def ledger() -> CountingLedger:
    return CountingLedger()


def invoices(ledger: CountingLedger) -> list[str]:
    with ledger.reading() as books:
        return [one.number for one in books.find(Invoice)]


def save(books: Books, number: int) -> str:
    """Save an invoice; the seventh is refused once it is half done."""
    books.save(examples.invoice(f"N{number:03d}", key=f"F2026-{number:06d}"))
    if number == 7:
        message = "La septième est refusée."
        raise RuleError(message)
    return f"N{number:03d}"


def run(ledger: CountingLedger, items: Any, tally: Tally) -> list[tuple[int, str]]:
    app: Any = SimpleNamespace(ledger=ledger)
    return list(together(app, items, save, tally, "Facture {}".format))


def test_what_goes_well_is_written_some_at_a_time(ledger: CountingLedger) -> None:
    tally = Tally("essai")
    done = run(ledger, range(100, 100 + MANY), tally)
    assert [item for item, _ in done] == list(range(100, 100 + MANY))
    assert invoices(ledger) == [name for _, name in done]
    assert (ledger.commits, tally.outcome().failures) == (3, ())


def test_one_that_fails_is_named_and_its_companions_are_done(ledger: CountingLedger) -> None:
    tally = Tally("essai")
    done = run(ledger, range(MANY), tally)
    assert [item for item, _ in done] == [number for number in range(MANY) if number != 7]
    assert invoices(ledger) == [name for _, name in done]
    (failure,) = tally.outcome().failures
    assert (failure.item, failure.sentence) == ("Facture 7", "Facture 7 : La septième est refusée.")


def test_nothing_is_told_before_it_is_written(ledger: CountingLedger) -> None:
    app: Any = SimpleNamespace(ledger=ledger)
    for _, name in together(app, range(100, 100 + MANY), save, Tally("essai"), str):
        assert name in invoices(ledger)


def test_a_death_undoes_the_last_few_only(ledger: CountingLedger) -> None:
    def dying(books: Books, number: int) -> str:
        if number == SOME + 5:
            raise KeyboardInterrupt
        return save(books, 100 + number)

    app: Any = SimpleNamespace(ledger=ledger)
    with pytest.raises(KeyboardInterrupt):
        list(together(app, range(MANY), dying, Tally("essai"), str))
    assert len(invoices(ledger)) == SOME
