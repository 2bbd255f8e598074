"""Every kind of record goes to a row and back unchanged, whatever it holds."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

import examples
from dematfin.domain.registers import StructureRules
from dematfin.store.codec import dumps, hints, loads, remembering
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.store.tables import RECORDS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

st.register_type_strategy(Decimal, st.decimals(min_value=0, max_value=10**9, places=2))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(str, st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=12))
st.register_type_strategy(int, st.integers(0, 2**53))


class KeepTheBaseEmpty(Exception):
    """Undoes the transaction of one example."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> SqlLedger:
    base: Path = tmp_path_factory.mktemp("codec") / "registre.db"
    return SqlLedger(open_engine(str(base)), examples.COMMUNE, lambda: NOON)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_record_survives_the_table(kind: type[Any], data: st.DataObject, ledger: SqlLedger) -> None:
    record = data.draw(st.from_type(kind))
    with pytest.raises(KeepTheBaseEmpty), ledger.transaction() as books:
        books.save(record)
        assert books.get(kind, record.id) == record
        raise KeepTheBaseEmpty


def test_amounts_keep_all_their_decimals_inside_a_document() -> None:
    content = examples.content()
    precise = Decimal("3245.681450")
    assert loads(type(content.amounts), dumps(content.amounts)) == content.amounts
    assert str(loads(Decimal, dumps(precise))) == "3245.681450"


def test_what_can_be_changed_is_read_anew() -> None:
    read = remembering(hints(StructureRules)["services"])
    assert read("{}") == read("{}") == {}
    assert read("{}") is not read("{}")
