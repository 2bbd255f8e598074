"""Suites of the steps and acts that are run again with their town halls' books in a real base, of each engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any, Final

import pytest
from sqlalchemy import Engine

import official
from dematfin.store.ledger import SqlLedger
from fakes.hall import Axe

AGAIN: Final = frozenset({
    "test_progress",
    "test_money_safety",
    "test_preparation",
    "test_exercices",
    "test_doubles",
})  # fmt: skip
"""Where records, numbers and the journal have to agree in one transaction."""


class WatchedSql(SqlLedger):
    """Books in a base, whose commits are counted as those of the fake are."""

    axe: Axe | None = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as books:
            yield books
            if self.axe:
                self.axe.calls += 1
                self.axe.strike("before")
        if self.axe:
            self.axe.strike("after")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run these suites in memory, as anywhere else, then in a base of each engine; tests that draw are too long."""
    drawn = getattr(metafunc.function, "is_hypothesis_test", False)
    if metafunc.module.__name__.rpartition(".")[2] in AGAIN and not drawn:
        metafunc.fixturenames.insert(0, "kept_in")
        bases = ["memory", "sqlite", pytest.param("postgresql", marks=official.needs_postgres)]
        metafunc.parametrize("kept_in", bases, indirect=True)


@pytest.fixture
def kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each town hall built keep books of its own in the base."""
    if request.param != "memory":
        engine: Engine = request.getfixturevalue(request.param)
        numbers = count(1)

        def made(now: Callable[[], datetime]) -> SqlLedger:
            return WatchedSql(engine, f"{next(numbers)}", now)

        monkeypatch.setattr("fakes.hall.WatchedLedger", made)
