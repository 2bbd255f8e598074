"""What holds of every count, whatever the facts: parts make the whole, order is nothing, budgets make the town."""

from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.exceptional import Exceptional
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.counts import COUNTS
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import MOST
from dematfin.domain.report.period import period
from dematfin.domain.report.scope import narrowed
from dematfin.domain.report.table import Kind, Table
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from domain.tallied import OCTOBER, TOWN, WATER, column, facts, happening, last, settlement, shuffled, stay, table

ACCOUNTS: Final = ("2026/011/60612", "2026/011/6156", "2025/011/60612", "2026/21/2188")
CODES: Final = ("05", "07", "ERREUR_SIRET", "PJ-RIB", "ABANDON", "REDUCTION", "")
CODES_OF: Final = {What.MANDATED: ACCOUNTS, What.EXCEPTION: tuple(Exceptional)}
"""What is counted under codes that are closed, or that say more."""
NOT_ADDED: Final = frozenset({("pieces", "mandats"), ("pieces", "ttc")})
"""A mandat that lacks two documents is in two lines, and once in the total: the definition says so."""
UNRELATED: Final = frozenset({"numerisation", "exceptions"})
"""The lines of one count batches, then sheets; those of the other are what persons did: they have no sum."""
YEAR: Final = period("2026")
DAYS: Final = st.none() | st.dates(min_value=OCTOBER.first, max_value=OCTOBER.last)
AMOUNTS: Final = st.decimals(min_value=-50, max_value=5000, places=2)


def of_someone() -> dict[str, st.SearchStrategy[Any]]:
    """Whose fact it is: two budgets, more suppliers than a table tells one by one."""
    return {
        "siret": st.sampled_from((TOWN, WATER)),
        "service": st.sampled_from(("VOIRIE", "ECOLES", "")),
        "supplier": st.sampled_from(("Firme", "FIRME", "<script>", "=1+1", "")),
        "supplier_siren": st.sampled_from(("", *(f"{rank:09d}" for rank in range(40)))),
        "origin": st.sampled_from(tuple(Origin)),
    }


@st.composite
def happenings(draw: st.DrawFn) -> Happening:
    """Draw anything that may be counted."""
    what = draw(st.sampled_from(tuple(What)))
    said = {name: draw(one) for name, one in of_someone().items()}
    amount = draw(AMOUNTS)
    code = draw(st.sampled_from(CODES_OF.get(what, CODES)))
    return happening(
        what,
        f"X{draw(st.integers(0, 15))}",
        **said,
        amount=amount,
        ht=draw(AMOUNTS),
        count=draw(st.integers(0, 3)),
        code=code,
        motif=draw(st.sampled_from(("doublon", "prix", ""))),
        due_on=draw(DAYS),
        on=draw(DAYS),
    )


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """Draw the facts of a month."""
    paid = [_settlement(draw, rank) for rank in range(draw(st.integers(0, 6)))]
    stock = [_stay(draw, rank) for rank in range(draw(st.integers(0, 6)))]
    month = draw(st.sampled_from((OCTOBER, YEAR)))
    return facts(*draw(st.lists(happenings(), max_size=60)), of=month, settlements=paid, stock=stock)


def _settlement(draw: st.DrawFn, rank: int) -> Settlement:
    said = {name: draw(one) for name, one in of_someone().items()}
    after, first = draw(st.booleans()), draw(st.booleans())
    return settlement(f"S{rank}", **said, after_payment=after, first_pass=first, ttc=abs(draw(AMOUNTS)))


def _stay(draw: st.DrawFn, rank: int) -> Stay:
    said = {name: draw(one) for name, one in of_someone().items()}
    return stay(f"F{rank}", draw(st.sampled_from(tuple(Stage))), **said, ttc=draw(AMOUNTS))


def added(found: Table) -> list[str]:
    """Name the columns that add up."""
    kinds = (Kind.COUNT, Kind.EUROS)
    return [one.key for one in found.columns if one.kind in kinds and (found.key, one.key) not in NOT_ADDED]


@given(some_facts())
@settings(max_examples=80)
def test_parts_make_the_whole_in_every_table(told: Facts) -> None:
    for found in (section(told) for section in COUNTS):
        assert (found.total is None) == (not found.rows or found.key in UNRELATED)
        assert all(len(row) == len(found.columns) for row in (*found.rows, found.total or found.columns))
        if found.total is not None:
            for key in added(found):
                assert sum(column(found, key)) == last(found, key), (found.key, key)


@given(some_facts(), st.integers())
@settings(max_examples=60)
def test_the_order_in_which_facts_are_read_changes_no_figure(told: Facts, seed: int) -> None:
    assert [section(shuffled(told, Random(seed))) for section in COUNTS] == [section(told) for section in COUNTS]


@given(some_facts())
@settings(max_examples=60)
def test_budgets_one_by_one_make_the_whole(told: Facts) -> None:
    parts = [narrowed(told, siret=siret) for siret in (TOWN, WATER)]
    for name in ("happenings", "settlements", "stock"):
        assert sum(len(getattr(part, name)) for part in parts) == len(getattr(told, name))
    for section in COUNTS:
        found, ours = section(told), [one for one in map(section, parts) if one.total]
        for key in added(found) if found.total else ():
            assert sum(last(one, key) for one in ours) == last(found, key), (found.key, key)


@given(some_facts())
@settings(max_examples=60)
def test_rates_lie_beside_their_counts_and_every_table_says_what_it_is(told: Facts) -> None:
    for found in (section(told) for section in COUNTS):
        assert found.definition.endswith(".")
        assert found.population.endswith(".")
        assert len(found.key) <= 31
        assert found.key.isascii()
        assert len(found.rows) <= MOST + 1
        kinds = {one.kind for one in found.columns}
        assert Kind.RATE not in kinds or Kind.COUNT in kinds
        assert found.chart is None or {found.chart.label, found.chart.value} <= {one.key for one in found.columns}


def test_a_month_without_any_fact_keeps_its_tables_and_says_nothing_in_them() -> None:
    found = [section(facts()) for section in COUNTS]
    assert [one.key for one in found if one.rows or one.total or one.warnings] == []
    assert len({one.key for one in found}) == len(COUNTS)


def test_narrowing_to_a_service_takes_its_facts_alone_whatever_the_case() -> None:
    told = facts(happening(What.CAME), happening(What.CAME, service="ECOLES"), happening(What.BATCH_CUT, service=""))
    assert [one.service for one in narrowed(told, service="ecoles").happenings] == ["ECOLES"]
    assert narrowed(told, siret=WATER, service="ECOLES").happenings == []
    assert narrowed(told).happenings == list(told.happenings)


@pytest.mark.parametrize(
    ("what", "key"),
    [(What.REFUSED, "rejets-fournisseurs"), (What.DUPLICATE, "doublons"), (What.ACCOUNT_ALERT, "comptes-bancaires")],
)
def test_a_long_table_tells_twenty_lines_and_the_others_together(what: What, key: str) -> None:
    many = [
        happening(what, supplier=f"Firme {rank:02d}", supplier_siren=str(rank), amount=Decimal(rank))
        for rank in range(1, 26)
        for _ in range(1 + (rank <= 22))
    ]
    found = table(facts(*many), key)
    assert len(found.rows) == MOST + 1
    assert found.rows[-1][0] == "autres (5)"
    for name in added(found):
        assert sum(column(found, name)) == last(found, name)


def test_a_firm_that_writes_its_name_in_two_ways_has_one_line() -> None:
    names = ("Enrobés du Lac", "ENROBES DU LAC", "Enrobés du Lac")
    found = table(facts(*(happening(What.DUPLICATE, supplier=name) for name in names)), "doublons")
    assert column(found, "fournisseur") == ["Enrobés du Lac"]
