"""Whatever is read, kept aside, changed and saved, in whatever order, the SQL ledger and the fake tell the same."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

import examples
from contracts.ledger import event
from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.ports.ledger import All, Between, Books, Ending, Holding, Ledger
from dematfin.store import queries
from dematfin.store.ledger import SqlLedger
from fakes.clock import FakeClock
from fakes.ledger import FakeLedger

KEYS: Final = ("A", "B", "C")
AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FLUX: Final = Flux(
    id="A", siret=examples.COMMUNE, bordereaux=(), pieces=(), unsigned=DocumentRef(sha256="0" * 64, size=1)
)
REASON: Final = Reason(speaker=Speaker.COMPTABLE, code="09", text="Pièce manquante")


def changes(of: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=of)


CHANGES: Final = {
    Flux: changes(
        {
            "state": st.sampled_from((FluxState.BUILT, FluxState.SIGNED, FluxState.TRANSMITTED)),
            "message": st.sampled_from(("", "é", "Un mot", "Z" * 1_100)),
            "bordereaux": st.sampled_from(((), ("B-1",), ("B-1", "B-2"))),
            "signed": st.sampled_from((None, DocumentRef(sha256="1" * 64, size=2))),
            "sent_at": st.sampled_from((None, AT)),
            "arrived": st.booleans(),
        }
    ),
    Mandat: changes(
        {
            "state": st.sampled_from((MandatState.SENT, MandatState.PAID)),
            "number": st.sampled_from((0, 1, 7, 100_000)),
            "paid": st.sampled_from((Decimal("0.00"), Decimal("120.00"), Decimal("0.01"))),
            "reasons": st.sampled_from(((), (REASON,), (REASON, REASON))),
            "taken_on": st.sampled_from((None, date(2026, 3, 5))),
            "paid_shown": st.booleans(),
            "lines": st.sampled_from((examples.mandat().lines, examples.mandat().lines * 2)),
        }
    ),
}
BORN: Final[dict[type[Any], Any]] = {Flux: FLUX, Mandat: examples.mandat()}
WISHES: Final[dict[type[Any], tuple[dict[str, Any], ...]]] = {
    Flux: (
        {"state": FluxState.BUILT},
        {"message": Holding("o")},
        {"message": All((Holding("U"), Ending("mot")))},
        {"sent_at": None},
        {"id": ("A", "C", "A", "B", "A")},
        {"state": (FluxState.BUILT, FluxState.SIGNED), "id": {"A", "B", "C", "D"}},
    ),
    Mandat: (
        {"state": {MandatState.PAID}},
        {"paid": Between(low=Decimal("0.01"))},
        {"taken_on": Between(high=date(2026, 3, 5))},
        {"number": [7, 0, 7, 1]},
        {"paid_shown": True, "number": (1, 7, 100_000)},
    ),
}

KIND: Final = st.sampled_from((Flux, Mandat))
READ: Final = KIND.flatmap(
    lambda kind: st.tuples(
        st.just("read"),
        st.just(kind),
        st.sampled_from(("find", "find", "first", "last")),
        st.sampled_from(({}, *WISHES[kind])),
    )
)
SAVE: Final = st.tuples(
    st.just("save"), st.integers(0, 5), st.lists(st.fixed_dictionaries(dict(CHANGES)), min_size=1, max_size=2)
)
COPY: Final = st.tuples(st.just("copy"), st.integers(0, 5))
NEW: Final = KIND.flatmap(
    lambda kind: st.tuples(
        st.just("new"), st.just(kind), st.lists(st.sampled_from(KEYS), min_size=1, max_size=3), CHANGES[kind]
    )
)
RECORD: Final = st.tuples(st.just("record"), st.integers(0, 3))
ENDING: Final = st.sampled_from(("kept", "kept", "given up", "only read"))
PROGRAM: Final = st.lists(st.tuples(ENDING, st.lists(READ | SAVE | COPY | NEW | RECORD, max_size=8)), max_size=6)


@dataclass
class Desk:
    """Somebody who does all twice, and keeps in hand what the SQL ledger gave, the latest first."""

    ours: Ledger
    fake: Ledger
    hand: list[Any] = field(default_factory=list)

    def run(self, ending: str, acts: list[Any]) -> None:
        reads = ending == "only read"
        with (
            suppress(ZeroDivisionError),
            (self.ours.reading if reads else self.ours.transaction)() as books,
            (self.fake.reading if reads else self.fake.transaction)() as twin,
        ):
            for act, *said in acts:
                if act == "read" or not reads:
                    getattr(self, act)((books, twin), *said)
            if ending == "given up":
                raise ZeroDivisionError

    def read(self, both: tuple[Books, Books], kind: type[Any], way: str, where: dict[str, Any]) -> None:
        order = {} if way == "find" else {"count": 2, "by": "id"}
        found, told = (getattr(books, way)(kind, **order, **where) for books in both)
        assert found == told
        self.hand[:0] = found

    def save(self, both: tuple[Books, Books], place: int, changed: list[dict[type[Any], dict[str, Any]]]) -> None:
        """Save what is in hand, changed once or twice over."""
        for books in both:
            books.save(*(replace(one, **change[type(one)]) for one in self.hand[place:][:2] for change in changed))

    def copy(self, both: tuple[Books, Books], place: int) -> None:
        """Save something equal to what is in hand, which may be old by now."""
        for books in both:
            books.save(*deepcopy(self.hand[place:][:2]))

    def new(self, both: tuple[Books, Books], kind: type[Any], keys: list[str], changed: dict[str, Any]) -> None:
        """Save a record that nobody looked for, under an id that may be taken."""
        for books in both:
            books.save(*(replace(BORN[kind], id=key, **changed) for key in keys))

    def record(self, both: tuple[Books, Books], number: int) -> None:
        for books in both:
            books.record(*(event(f"F{order}", motif="é") for order in range(number)))


@pytest.fixture
def opened(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], SqlLedger]]:
    """Return new ledgers of one base, each of its own collectivité; more than two values are asked for in parts."""
    monkeypatch.setattr(queries, "LONGEST_LIST", 2)
    numbers = count(1)
    yield lambda: SqlLedger(engine, f"{next(numbers)}", FakeClock().now)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(program=PROGRAM)
def test_two_ledgers_tell_the_same(opened: Callable[[], SqlLedger], program: list[tuple[str, list[Any]]]) -> None:
    desk = Desk(opened(), FakeLedger())
    for ending, acts in program:
        desk.run(ending, acts)
        desk.run("only read", [("read", kind, "find", {}) for kind in BORN])
    assert [one.event for one in desk.ours.history()] == [one.event for one in desk.fake.history()]
    report = desk.ours.verify_journal()
    assert (report.events, report.broken_at) == (len(desk.fake.history()), 0)
