"""Collectivités of one base: whatever is asked, and however, nothing of one is told to another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as happens

import examples
from contracts.ledger import event
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.unattended.run import Run
from dematfin.errors import ComeBackLater, UnknownRecord
from dematfin.ports.ledger import Books, Ending, Holding, Ledger
from dematfin.store.ledger import SqlLedger
from dematfin.store.runs import SqlRuns
from dematfin.store.tables import RECORDS
from fakes.clock import FakeClock

OURS, THEIRS = examples.COMMUNE, examples.CCAS
KEY: Final = "F2026-000001"
NOW = FakeClock().now
INDEX: Final = "full_text_words"
"""The index of SQLite knows rows by their number only: one that was just read in our own table."""


def _indexed(books: Books) -> None:
    books.index_text(KEY, "chaudière")
    books.index_text(KEY, "chaudière neuve")


def _of(books: Books, key: str) -> Any:
    try:
        return books.get(Invoice, key)
    except UnknownRecord:
        return None


def _refused(books: Books) -> None:
    with pytest.raises(ComeBackLater):
        books.check_turn("import", "")


def _held(ledger: Ledger) -> None:
    with ledger.lease("import", "ici:1"):
        pass


IN_BOOKS: Final[dict[str, Callable[[Books], Any]]] = {
    "get": lambda books: _of(books, KEY),
    "find": lambda books: [books.find(kind) for kind in RECORDS],
    "last": lambda books: (
        books.last(Invoice, 9, "issued_on"),
        books.last(Invoice, 9, "issued_on", supplier_key=Holding("A")),
        books.last(Invoice, 9, "issued_on", supplier_key=Ending("E"), number_key=(KEY, "X")),
    ),
    "first": lambda books: books.first(Invoice, 9, "issued_on"),
    "total": lambda books: books.total(Invoice, "ttc"),
    "count": lambda books: books.count(Invoice, "state"),
    "find_text": lambda books: books.find_text("chaudiere", 9),
    "save": lambda books: books.save(Run(id="import", began_at=NOW())),
    "record": lambda books: books.record(event(KEY)),
    "index_text": _indexed,
    "next_number": lambda books: books.next_number("facture"),
    "pass_number": lambda books: books.pass_number("facture", 3),
    "check_turn": _refused,
}
"""Every way into the books; what only reads comes first."""
IN_LEDGER: Final[dict[str, Callable[[Ledger], Any]]] = {
    "transaction": lambda ledger: None,
    "reading": lambda ledger: None,
    "lease": _held,
    "history": lambda ledger: (ledger.history(), ledger.history(keys=[KEY])),
    "following": lambda ledger: ledger.following(0, 99),
    "sealed": lambda ledger: ledger.sealed([1]),
    "head": lambda ledger: ledger.head(),
    "end": lambda ledger: ledger.end(),
    "named_elsewhere": lambda ledger: ledger.named_elsewhere(frozenset()),
    "verify_journal": lambda ledger: ledger.verify_journal(),
}


def public(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """Lend what is said to the base meanwhile: each statement, and the values it is run with."""
    said: list[tuple[str, str]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append((statement, str(values)))

    happens.listen(engine, "before_cursor_execute", hear)
    yield said
    happens.remove(engine, "before_cursor_execute", hear)


def fill(ledger: SqlLedger) -> None:
    with ledger.transaction() as books:
        books.save(replace(examples.invoice(KEY, key=KEY), ttc=Decimal("1.00")), Run(id="journee", began_at=NOW()))
        books.index_text(KEY, "chaudière")
        books.record(event(KEY))
        books.next_number("facture")


def test_no_statement_forgets_whose_books_are_asked(engine: Engine) -> None:
    assert (set(IN_BOOKS), set(IN_LEDGER)) == (public(Books), public(Ledger)), "a new way in is to be tried here"
    ledger = SqlLedger(engine, OURS, NOW)
    with heard(engine) as said:
        for ask in IN_LEDGER.values():
            ask(ledger)
        with ledger.transaction() as books:
            for act in IN_BOOKS.values():
                act(books)
    ours = [(statement, values) for statement, values in said if INDEX not in statement or "SELECT" in statement]
    assert len(ours) > len(RECORDS)
    assert [statement for statement, values in ours if OURS not in values] == []


def test_where_another_keeps_the_same_keys_nothing_of_it_is_found(engine: Engine) -> None:
    theirs, ours = SqlLedger(engine, THEIRS, NOW), SqlLedger(engine, OURS, NOW)
    fill(theirs)
    with ours.reading() as books:
        reading = [ask(books) for name, ask in IN_BOOKS.items() if name in list(IN_BOOKS)[:7]]
    assert reading == [None, [()] * len(RECORDS), ((), (), ()), (), Decimal("0.00"), {}, ()]
    assert (ours.history(), ours.following(0, 9), ours.verify_journal().events) == ((), (), 0)
    with ours.transaction() as books:
        assert books.next_number("facture") == 1
        books.save(replace(examples.invoice("autre", key=KEY), ttc=Decimal("2.00")))
        books.index_text(KEY, "toiture")
        books.record(event(KEY), event(KEY))
    with ours.lease("import", "ici:1"), theirs.lease("import", "ici:1"):
        pass
    with theirs.reading() as books:
        assert (books.total(Invoice, "ttc"), books.find_text("toiture", 9)) == (Decimal("1.00"), ())
        assert books.find_text("chaudiere", 9) == (KEY,)
    assert (theirs.verify_journal().events, theirs.verify_journal().broken_at) == (1, 0)
    assert list(SqlRuns(engine).of(["journee"])) == [(THEIRS, "journee")]
