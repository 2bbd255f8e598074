"""Whatever is changed, taken out of or put into any table behind the program's back is found, and named."""

from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, Table, delete, insert, select, text, update

import examples
from dematfin.domain.defect import LABELS, Defect, Wrong
from dematfin.store.codec import hints
from dematfin.store.engine import connect, writing
from dematfin.store.seals import CHAINED, NO_EVIDENCE, SEALED
from dematfin.store.tables import METADATA, RECORDS, SERIES
from dematfin.store.verification import Asked, verify
from store.filled import Filler
from store.tampering import found

KEPT: Final = sorted([*SEALED, SERIES.name])


def told(defects: tuple[Defect, ...], table: str) -> list[tuple[Wrong, str]]:
    return sorted((one.wrong, one.id) for one in defects if one.table == table)


def the_first(table: Table) -> Any:
    """Say which row is aimed at."""
    return (table.c.name if table is SERIES else table.c.id) == "A"


def otherwise(table: Table, name: str, connection: Connection) -> Any:
    """Return another value for a column of the first row."""
    kind: Any = next((kind for kind, one in RECORDS.items() if one is table), None)
    if kind is None or name in {"collectivite", "id"}:
        return 77 if name == "last" else "autre"
    before = connection.execute(select(table.c[name]).where(the_first(table))).scalar_one()
    filler = Filler()
    return next(one for one in iter(lambda: filler.value(hints(kind)[name]), None) if one != before)


@pytest.fixture(scope="module")
def changed(filled: Engine) -> dict[str, dict[str, tuple[Defect, ...]]]:
    """Change one column of each table at a time, then another one; return what is told of it, by table and column."""
    seen: dict[str, dict[str, tuple[Defect, ...]]] = {name: {} for name in KEPT}
    longest = max(len(METADATA.tables[name].c) for name in KEPT)
    with connect(filled) as connection:
        plans = [
            {
                table.name: (column := table.c.keys()[place], otherwise(table, column, connection))
                for table in map(METADATA.tables.__getitem__, KEPT)
                if place < len(table.c)
            }
            for place in range(longest)
        ]
    for plan in plans:
        statements = [
            update(table := METADATA.tables[name]).where(the_first(table)).values({column: value})
            for name, (column, value) in plan.items()
        ]
        defects = found(filled, *statements)
        for name, (column, _) in plan.items():
            seen[name][column] = tuple(one for one in defects if one.table == name)
        assert {one.table for one in defects} <= set(plan)
    return seen


def test_what_nobody_touched_is_intact(filled: Engine) -> None:
    assert found(filled) == ()


@pytest.mark.parametrize("name", KEPT)
def test_any_column_that_is_changed_is_told(name: str, changed: dict[str, dict[str, tuple[Defect, ...]]]) -> None:
    for column, defects in changed[name].items():
        wrongs = told(defects, name)
        if column == "collectivite":
            assert wrongs == [(Wrong.REMOVED, "A")], column
        elif column in {"id", "name"} and METADATA.tables[name].c[column].primary_key:
            assert wrongs == sorted([(Wrong.REMOVED, "A"), (Wrong.ADDED, "autre")]), column
        else:
            assert wrongs == [(Wrong.CHANGED, "A")], column
            assert defects[0].sequence and f"« {name} »" in defects[0].sentence and "« A »" in defects[0].sentence


@pytest.fixture(scope="module")
def removed(filled: Engine) -> tuple[Defect, ...]:
    """Take a row out of each table."""
    return found(filled, *(delete(table := METADATA.tables[name]).where(the_first(table)) for name in KEPT))


@pytest.mark.parametrize("name", KEPT)
def test_a_row_that_is_taken_out_is_told(name: str, removed: tuple[Defect, ...]) -> None:
    assert told(removed, name) == [(Wrong.REMOVED, "A")]


@pytest.fixture(scope="module")
def added(filled: Engine) -> tuple[Defect, ...]:
    """Put a row into each table."""
    filler, ours = Filler(first=10_000), {"collectivite": examples.COMMUNE}
    rows: dict[str, dict[str, Any]] = {SERIES.name: {"name": "C", "last": 4}}
    kinds: dict[str, Any] = SEALED
    for name, kind in kinds.items():
        record: Any = filler.record(kind, "C")
        rows[name] = {attribute: getattr(record, attribute) for attribute in hints(kind)}
    return found(filled, *(insert(METADATA.tables[name]).values(ours | row) for name, row in rows.items()))


@pytest.mark.parametrize("name", KEPT)
def test_a_row_that_is_put_in_is_told(name: str, added: tuple[Defect, ...]) -> None:
    assert told(added, name) == [(Wrong.ADDED, "C")]


def test_what_cannot_be_read_any_more_is_told_as_changed(filled: Engine) -> None:
    defects = found(filled, text("UPDATE invoice SET content = '{', issued_on = 'hier' WHERE id = 'A'"))
    assert told(defects, "invoice") == [(Wrong.CHANGED, "A")]


def test_rows_that_are_exchanged_are_told_both(filled: Engine) -> None:
    exchange = "UPDATE tiers SET id = CASE id WHEN 'A' THEN 'X' ELSE 'A' END; UPDATE tiers SET id = 'B' WHERE id = 'X'"
    defects = found(filled, *map(text, exchange.split("; ")))
    assert told(defects, "tiers") == [(Wrong.CHANGED, "A"), (Wrong.CHANGED, "B")]


def test_every_table_is_sealed_or_chained_or_said_to_prove_nothing() -> None:
    sealed = {METADATA.tables[name] for name in KEPT}
    assert sealed | CHAINED | set(NO_EVIDENCE) == set(METADATA.tables.values())
    assert not sealed & set(NO_EVIDENCE) and not CHAINED & set(NO_EVIDENCE)
    assert all(NO_EVIDENCE.values())
    assert set(LABELS) == set(KEPT)


@pytest.mark.parametrize("table", NO_EVIDENCE, ids=lambda table: table.name)
def test_what_proves_nothing_is_no_false_alarm(filled: Engine, table: Table) -> None:
    assert found(filled, delete(table)) == ()


def test_what_is_listed_is_bounded_and_the_rest_is_counted(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dematfin.store.verification.MOST", 5)
    with writing(connect(filled)) as connection, connection.begin() as passing:
        for table in (*map(METADATA.tables.__getitem__, KEPT),):
            connection.execute(delete(table))
        report = verify(connection, examples.COMMUNE, Asked())
        passing.rollback()
    assert (len(report.defects), report.untold) == (5, 2 * len(KEPT) - 5)
