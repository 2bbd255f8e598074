"""A record has one hash, however it was made and whichever base keeps it; only what it says counts."""

from dataclasses import dataclass, field, make_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

import examples
from dematfin.store.digest import canonical
from dematfin.store.documents import FolderDocuments
from dematfin.store.ledger import SqlLedger
from dematfin.store.seals import SEALED
from store import tampering
from store.filled import NOW, TWICE, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a record."""

    amount: Decimal
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record."""

    id: str
    amount: Decimal
    lines: tuple[Line, ...] = ()
    at: datetime = NOW
    places: dict[str, int] = field(default_factory=dict)


WHOLE = Kept(id="A", amount=Decimal("10.00"), lines=(Line(amount=Decimal("0.50")),), places={"b": 1, "a": 2})


def test_the_same_said_otherwise_is_the_same() -> None:
    assert canonical(WHOLE) == '{"amount":"10","id":"A","lines":[{"amount":"0.5"}],"places":{"a":2,"b":1}}'
    paris = timezone(timedelta(hours=1))
    again = Kept(
        id="A",
        amount=Decimal("1E+1"),
        lines=(Line(amount=Decimal("0.500"), said=()),),
        at=NOW.astimezone(paris),
        places={"a": 2, "b": 1},
    )
    assert canonical(again) == canonical(WHOLE)
    assert canonical(replace(WHOLE, amount=Decimal("-0.00"))) == canonical(replace(WHOLE, amount=Decimal(0)))


@pytest.mark.parametrize(
    "other",
    [
        {"amount": Decimal("10.01")},
        {"lines": ()},
        {"lines": (Line(amount=Decimal("0.50"), said=("",)),)},
        {"at": datetime(2026, 3, 2, 9, 30, 0, 1, tzinfo=UTC)},
        {"places": {}},
        {"id": "a"},
    ],
)
def test_anything_else_is_something_else(other: dict[str, Any]) -> None:
    assert canonical(replace(WHOLE, **other)) != canonical(WHOLE)


def test_an_attribute_that_a_version_adds_changes_no_hash() -> None:
    line = make_dataclass("Line", [("rate", Decimal, field(default=Decimal("20.0")))], bases=(Line,), frozen=True)
    kept = make_dataclass("Kept", [("new", str, field(default=""))], bases=(Kept,), frozen=True)
    values = {"id": "A", "amount": Decimal(10), "places": {"a": 2, "b": 1}}
    newer = kept(**values, lines=(line(amount=Decimal("0.50")),))
    assert canonical(newer) == canonical(WHOLE)
    assert canonical(replace(newer, new="x")) != canonical(WHOLE)


def test_the_same_hash_on_both_engines_and_what_is_done_behind_is_found(engine: Engine, tmp_path: Any) -> None:
    documents = FolderDocuments(tmp_path / "documents", 0)
    ledger = fill(engine, documents)
    report = ledger.verify_journal(documents=documents, heads=(ledger.head(),))
    assert report.intact and report.records == len(TWICE) * (len(SEALED) + 1)
    told = tampering.found(
        engine,
        "UPDATE invoice SET ttc = ttc + 1 WHERE id = 'A'",
        "DELETE FROM mandat WHERE id = 'A'",
        "UPDATE series SET last = 9 WHERE name = 'B'",
        "UPDATE event SET sequence = -1 WHERE sequence = 4",
        "UPDATE event SET sequence = 4 WHERE sequence = 6",
        "UPDATE event SET sequence = 6 WHERE sequence = -1",
    )
    assert [(one.thing, one.wrong, one.table, one.id) for one in told] == [
        ("évènement", "déplacé", "", "6"),
        ("évènement", "déplacé", "", "4"),
        ("ligne", "modifié", "invoice", "A"),
        ("ligne", "modifié", "series", "B"),
        ("ligne", "retiré", "mandat", "A"),
    ]
    assert SqlLedger(engine, examples.COMMUNE, lambda: NOW).verify_journal(only_end=True).intact
