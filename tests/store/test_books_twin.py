"""What a transaction remembers of what it has read is what the base would answer, whatever it has written meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.parties.person import Person, Role
from dematfin.ports.ledger import All, Between, Ending, Holding
from dematfin.store.books import SqlBooks
from dematfin.store.engine import writing
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock

CLOCK: Final = FakeClock()
KEYS: Final = ("a", "b", "ab")
WISHES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "id": st.sampled_from(["a", ("a", "ab"), ["b"], {"b", "a"}, frozenset({"ab"}), (), Ending("b"), Holding("a")]),
    "sequence": st.sampled_from([
        1, (1, 2), {0}, Between(low=1), Between(high=1), All((Between(low=1), Between(high=2)))
    ]),
    "state": st.sampled_from([IntentionState.OPEN, "DONE", tuple(IntentionState)[:2], Holding("O")]),
    "motif": st.sampled_from(["", "x", Holding("x"), All((Holding("x"), Ending("y"))), ("", "x")]),
}  # fmt: skip
WHERE: Final = st.fixed_dictionaries({}, optional=WISHES)
SAVED: Final = st.builds(
    Intention,
    id=st.sampled_from(KEYS),
    sequence=st.integers(0, 2),
    invoice_id=st.just("F1"),
    remote_id=st.just("1"),
    status=st.just(SupplierStatus.MANDATEE),
    motif=st.sampled_from(["", "x", "xy"]),
    state=st.sampled_from(IntentionState),
    formed_at=st.just(CLOCK.now()),
)
DONE: Final = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.lists(SAVED, min_size=1, max_size=3)),
        st.tuples(st.just("change"), st.tuples(st.sampled_from(KEYS), st.integers(0, 2))),
        st.tuples(st.just("other"), st.just(None)),
        st.tuples(st.just("ask"), WHERE),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(done=DONE, asked=st.lists(WHERE, min_size=1, max_size=3))
def _compare(engine: Engine, done: list[tuple[str, Any]], asked: list[dict[str, object]]) -> None:
    with writing(engine.connect()) as connection, connection.begin() as transaction:
        books = SqlBooks(connection, "1", CLOCK.now)
        for what, how in done:
            _do(books, what, how)
            bare = SqlBooks(connection, "1", CLOCK.now, writes=False)
            for where in asked:
                _same(books, bare, where)
        transaction.rollback()


def test_nothing_that_was_read_is_told_again_once_it_has_changed(engine: Engine) -> None:
    SqlLedger(engine, "1", CLOCK.now)
    _compare(engine)


def _do(books: SqlBooks, what: str, how: Any) -> None:
    match what:
        case "save":
            books.save(*how)
        case "change":
            key, sequence = how
            for one in books.find(Intention, id=key):
                books.save(replace(one, sequence=sequence), replace(one, motif="xy", attempts=one.attempts + 1))
        case "other":
            books.save(Person(id="p", name="P", roles=frozenset({Role.AGENT})))
        case _:
            books.find(Intention, **how)


def _same(books: SqlBooks, bare: SqlBooks, where: dict[str, object]) -> None:
    asks: tuple[Callable[[SqlBooks], object], ...] = (
        lambda one: one.find(Intention, **where),
        lambda one: one.first(Intention, 2, "sequence", **where),
        lambda one: one.last(Intention, 2, "sequence", **where),
        lambda one: one.count(Intention, "state", **where),
        lambda one: len(one.find(Person)),
    )
    told = [ask(books) for ask in asks]  # once all were asked, what was saved has been written
    assert told == [ask(bare) for ask in asks]
