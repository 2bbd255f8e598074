"""A transaction that remembers what it has read says at each moment what the base would, and writes what it said."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from dematfin.domain.event import Event, Subject
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.ports.ledger import Between, Books
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from examples import COMMUNE
from fakes.clock import FakeClock
from fakes.ledger import FakeLedger

STATES = (ReceptionState.LISTED, ReceptionState.READ, ReceptionState.GONE)
KEYS = [str(number) for number in range(12)]
NAMES = ("N1", "N2", "N3")


def reception(key: str, **more: Any) -> Reception:
    return Reception(**{"id": key, "number": "N1", "status": "", "status_at": "", "state": STATES[0]} | more)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path / "registre.db"))
    yield opened
    opened.dispose()


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine, COMMUNE, FakeClock().now)


def wish(chance: random.Random) -> dict[str, Any]:
    """Return some way of asking: by one value, by several, by a range, by two attributes."""
    few = chance.sample(KEYS, chance.randint(0, 4))
    ways: tuple[dict[str, Any], ...] = (
        {"id": chance.choice(KEYS)},
        {"id": few},
        {"id": few, "number": chance.choice(NAMES)},
        {"id": chance.choice(KEYS), "state": chance.choice(STATES)},
        {"state": chance.choice(STATES)},
        {"state": chance.sample(STATES, 2), "number": chance.choice(NAMES)},
        {"number": chance.sample(NAMES, 2), "state": chance.sample(STATES, 2)},
        {"number": Between(low="N2")},
        {"id": few, "number": Between(high="N2")},
        {"raw": None, "number": chance.choice(NAMES)},
        {},
    )
    return chance.choice(ways)


def act(books: Books, chance: random.Random) -> object:
    """Do one thing of those that steps do, and return what was said."""
    asked = wish(chance)
    what = chance.randrange(8)
    if what == 0:
        books.save(reception(chance.choice(KEYS), number=chance.choice(NAMES), state=chance.choice(STATES)))
    elif what == 1:
        books.save(*(replace(one, state=chance.choice(STATES)) for one in books.find(Reception, **asked)))
    elif what == 2:
        return books.last(Reception, 3, "number", **asked)
    elif what == 3:
        return books.first(Reception, 3, "number", **asked)
    elif what == 4:
        return books.count(Reception, "state", **asked)
    elif what == 5:
        return books.next_number(chance.choice(NAMES), 7)
    return books.find(Reception, **asked)


@pytest.mark.parametrize("seed", range(12))
def test_it_says_what_the_base_would(ledger: SqlLedger, seed: int) -> None:
    model = FakeLedger()
    ours, theirs = random.Random(seed), random.Random(seed)
    for _ in range(6):
        with ledger.transaction() as books, model.transaction() as expected:
            for _ in range(40):
                assert act(books, ours) == act(expected, theirs)
        with ledger.reading() as books, model.reading() as expected:
            assert books.find(Reception) == expected.find(Reception)


def test_what_is_asked_at_once_is_not_asked_again(engine: Engine, ledger: SqlLedger) -> None:
    with ledger.transaction() as books:
        books.save(*(reception(key, number=f"N{key}") for key in KEYS[:6]))
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2].split()[0]))
    with ledger.transaction() as books:
        books.find(Reception, id=KEYS)
        books.find(Reception, number=[f"N{key}" for key in KEYS])
        before = len(said)
        for key in KEYS:
            for one in (*books.find(Reception, id=key), *books.find(Reception, number=f"N{key}")):
                books.save(replace(one, state=ReceptionState.READ))
                books.record(
                    Event(subject=Subject.INVOICE, subject_id=key, before="", after="", at=FakeClock().now(), by="s")
                )
                books.next_number("lu")
        assert said[before:] == ["SELECT"]  # the last number of the series
    assert said[before + 1 :] == ["UPDATE", "INSERT", "SELECT", "INSERT", "INSERT", "UPDATE"]  # one of them is the seal
    with ledger.reading() as books:
        assert books.count(Reception, "state") == {ReceptionState.READ: 6}
    assert len(ledger.history()) == 12


def test_a_transaction_that_fails_writes_nothing(ledger: SqlLedger) -> None:
    with pytest.raises(RuntimeError), ledger.transaction() as books:
        books.save(reception("1"))
        books.next_number("lu")
        raise RuntimeError
    with ledger.transaction() as books:
        assert (books.find(Reception), books.next_number("lu")) == ((), 1)
