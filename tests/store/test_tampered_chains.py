"""Events and seals: changed, taken out, put in, exchanged, cut off or written anew, each is found and named."""

from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, select, update

import examples
from dematfin.domain.defect import Defect, Thing, Wrong
from dematfin.domain.head import parse_head
from dematfin.errors import ConfigError
from dematfin.store.chain import heads
from dematfin.store.engine import connect
from dematfin.store.journal import seal as fold_event
from dematfin.store.ledger import SqlLedger
from dematfin.store.seals import fold as fold_seal
from dematfin.store.tables import CHAIN, EVENT, SEAL
from store.filled import NOW
from store.tampering import found

CHAINS: Final = {"event": Thing.EVENT, "seal": Thing.SEAL}
EXCHANGE: Final = (
    "UPDATE {0} SET sequence = -1 WHERE sequence = {1}",
    "UPDATE {0} SET sequence = {1} WHERE sequence = {2}",
    "UPDATE {0} SET sequence = {2} WHERE sequence = -1",
)
COPY: Final = {
    "event": "INSERT INTO event SELECT collectivite, {0}, subject, subject_id, before, after, at, by, motif, data, "
    "hash FROM event WHERE sequence = 5",
    "seal": "INSERT INTO seal SELECT collectivite, {0}, at, events, journal, content, hash FROM seal "
    "WHERE sequence = 5",
}
VALUES: Final = {"events": 1, "at": "2020-01-01T00:00:00.000000+00:00"}


def said(defects: tuple[Defect, ...], thing: Thing) -> list[tuple[Wrong, int]]:
    return [(one.wrong, one.sequence) for one in defects if one.thing is thing]


@pytest.mark.parametrize(
    ("name", "column"),
    [(table.name, column.name) for table in (EVENT, SEAL) for column in table.c if not column.primary_key],
)
def test_any_column_that_is_changed_is_told(filled: Engine, name: str, column: str) -> None:
    value = VALUES.get(column, "autre")
    defects = found(filled, f"UPDATE {name} SET {column} = '{value}' WHERE sequence = 7")
    assert said(defects, CHAINS[name]) == [(Wrong.CHANGED, 7)]
    assert "n° 7 a été modifié" in next(one.sentence for one in defects if one.thing is CHAINS[name])


@pytest.mark.parametrize("name", CHAINS)
def test_one_that_is_taken_out_is_told_with_what_it_was_about(filled: Engine, name: str) -> None:
    defects = found(filled, f"DELETE FROM {name} WHERE sequence = 7")
    (one,) = (one for one in defects if one.thing is CHAINS[name])
    assert (one.wrong, one.sequence, one.until) == (Wrong.REMOVED, 7, 7)
    assert one.at is not None and f"{one.at:%d/%m/%Y}" == "02/03/2026"
    assert one.about[0] == ("structure A" if name == "event" else "facture StructureRules A")
    assert "retiré" in one.sentence and one.about[0] in one.sentence


@pytest.mark.parametrize("name", CHAINS)
def test_several_that_are_taken_out_are_told_together_and_the_walk_goes_on(filled: Engine, name: str) -> None:
    column = "motif" if name == "event" else "journal"
    forged = f"UPDATE {name} SET {column} = 'faux' WHERE sequence = 20"
    defects = found(filled, f"DELETE FROM {name} WHERE sequence BETWEEN 7 AND 9", forged)
    told = [(one.wrong, one.sequence, one.until) for one in defects if one.thing is CHAINS[name]]
    assert told == [(Wrong.REMOVED, 7, 9), (Wrong.CHANGED, 20, 0)]


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize(("one", "two"), [(7, 8), (7, 12), (1, 2)])
def test_two_that_are_exchanged_are_told_both(filled: Engine, name: str, one: int, two: int) -> None:
    defects = found(filled, *(statement.format(name, one, two) for statement in EXCHANGE))
    assert said(defects, CHAINS[name]) == [(Wrong.MOVED, one), (Wrong.MOVED, two)]
    assert f"(il avait le n° {two})" in defects[0].sentence


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("place", [0, -3, 10_000])
def test_one_that_is_put_in_is_told(filled: Engine, name: str, place: int) -> None:
    defects = found(filled, COPY[name].format(place))
    wrongs = said(defects, CHAINS[name])
    if place <= 0:
        assert wrongs == [(Wrong.ADDED, place)]
    else:
        assert wrongs and {wrong for wrong, _ in wrongs} <= {Wrong.ADDED, Wrong.REMOVED, Wrong.CHANGED}


@pytest.mark.parametrize("name", CHAINS)
def test_an_end_that_is_cut_off_is_told(filled: Engine, name: str) -> None:
    defects = found(filled, f"DELETE FROM {name} WHERE sequence > 50")
    (one,) = (one for one in defects if one.thing is CHAINS[name])
    assert (one.wrong, one.sequence) == (Wrong.REMOVED, 51) and one.until > 51


@pytest.mark.parametrize(
    "change",
    ["genesis = 'autre'", "sequence = 3", "sequence = 999", "hash = 'x'", "seals = 3", "seals = 999", "seal = 'x'"],
)
def test_a_head_that_is_changed_is_told(filled: Engine, change: str) -> None:
    defects = found(filled, f"UPDATE chain SET {change}")
    assert [(one.thing, one.wrong) for one in defects] == [(Thing.CHAIN, Wrong.CHANGED)]
    assert "« chain »" in defects[0].sentence


def test_a_head_that_is_taken_out_is_told(filled: Engine) -> None:
    assert [(one.thing, one.wrong) for one in found(filled, "DELETE FROM chain")] == [(Thing.CHAIN, Wrong.REMOVED)]


def test_all_that_is_taken_out_leaves_records_that_nobody_sealed(filled: Engine) -> None:
    defects = found(filled, "DELETE FROM chain", "DELETE FROM seal", "DELETE FROM event")
    assert {(one.thing, one.wrong) for one in defects} == {(Thing.RECORD, Wrong.ADDED)}


def forge_event(connection: Connection) -> None:
    """Change an event, and write the whole journal anew after it, with its head."""
    connection.execute(update(EVENT).where(EVENT.c.sequence == 7).values(motif="faux"))
    last = anew(connection, EVENT, fold_event)
    connection.execute(update(CHAIN).values(hash=last))


def forge_seals(connection: Connection) -> None:
    """Write the seals anew too, so that nothing that is in the base tells on it."""
    for row in connection.execute(select(EVENT.c.sequence, EVENT.c.hash)).all():
        connection.execute(update(SEAL).where(SEAL.c.events == row.sequence).values(journal=row.hash))
    connection.execute(update(CHAIN).values(seal=anew(connection, SEAL, fold_seal)))


def anew(connection: Connection, table: Any, fold: Any) -> str:
    last = str(connection.execute(select(CHAIN.c.genesis)).scalar_one())
    for row in connection.execute(select(table).order_by(table.c.sequence)).mappings().all():
        last = fold(last, row)
        connection.execute(update(table).where(table.c.sequence == row["sequence"]).values(hash=last))
    return last


def test_a_journal_that_is_written_anew_is_betrayed_by_the_seals(filled: Engine) -> None:
    defects = found(filled, forge_event)
    assert said(defects, Thing.EVENT)[0] == (Wrong.CHANGED, 7)


def test_a_base_that_is_written_anew_is_betrayed_by_what_was_printed_before(filled: Engine) -> None:
    head = SqlLedger(filled, examples.COMMUNE, lambda: NOW).head()
    printed = parse_head(f" {str(head).upper()} ")
    assert found(filled, heads=(printed,)) == ()
    assert found(filled, forge_event, forge_seals) == ()
    (one,) = found(filled, forge_event, forge_seals, heads=(printed,))
    assert (one.thing, one.wrong, one.id) == (Thing.HEAD, Wrong.CHANGED, str(head))


def cut(connection: Connection) -> None:
    """Take the last transaction out, with all that tells of it."""
    known = heads(connection, examples.COMMUNE)
    assert known is not None
    connection.execute(SEAL.delete().where(SEAL.c.sequence == known.seals))
    before = connection.execute(select(SEAL.c.hash).where(SEAL.c.sequence == known.seals - 1)).scalar_one()
    connection.execute(update(CHAIN).values(seals=known.seals - 1, seal=before))
    connection.exec_driver_sql("DELETE FROM series WHERE name = 'B'")


def test_a_base_that_is_cut_is_betrayed_by_what_was_printed_before(filled: Engine) -> None:
    head = SqlLedger(filled, examples.COMMUNE, lambda: NOW).head()
    assert found(filled, cut) == ()
    (one,) = found(filled, cut, heads=(head,))
    assert (one.thing, one.wrong) == (Thing.HEAD, Wrong.REMOVED)
    assert "coupée" in one.sentence


def test_what_was_printed_is_read_back_or_refused_in_words() -> None:
    for typed in ("", "12", "12:abc", "-1:" + "a" * 32, "12:" + "g" * 32):
        with pytest.raises(ConfigError, match="n'est pas une empreinte"):
            parse_head(typed)


def test_a_seal_is_written_once_and_an_older_program_is_told_to_begin_again(filled: Engine) -> None:
    for statement, why in {
        "UPDATE seal SET content = ''": "ne se modifie pas",
        "DELETE FROM seal": "ne se retire pas",
        "UPDATE chain SET sequence = sequence + 1": "plus récente",
    }.items():
        with connect(filled) as connection, pytest.raises(Exception, match=why):
            connection.exec_driver_sql(statement)
