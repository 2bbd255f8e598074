"""Whatever the facts: parts make the whole, tables agree, neither their order nor what comes later changes anything."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.report import contents
from dematfin.domain.report.at_risk import at_risk
from dematfin.domain.report.cost import cost, weeks
from dematfin.domain.report.dgp import beyond, dgp
from dematfin.domain.report.dgp_parts import by_budget, by_service, by_supplier
from dematfin.domain.report.essentials import essentials
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.interests import interests, provisions
from dematfin.domain.report.paid import paid
from dematfin.domain.report.period import period
from dematfin.domain.report.stages import of_the_ordonnateur, stages
from dematfin.domain.report.stock import stock, stock_by_age
from dematfin.domain.report.table import Kind, Table
from dematfin.domain.tally.stay import STILL
from domain.facts_by_hand import column, said, total
from domain.invoices_of_a_year import year

SECTIONS: Final = (
    essentials,
    paid,
    dgp,
    beyond,
    by_budget,
    by_service,
    by_supplier,
    stages,
    of_the_ordonnateur,
    stock,
    stock_by_age,
    at_risk,
    cost,
    weeks,
    interests,
    provisions,
)
YEAR: Final = period("2026")
OCTOBER: Final = period("2026-10")
NOW: Final = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
A_FEW: Final = settings(max_examples=25)
ADDED: Final = (Kind.COUNT, Kind.EUROS)
NOT_ADDED: Final = {("cout-semaines", "cumul"), ("interets", "jours"), ("interets-provision", "jours")}

told = st.builds(
    lambda seed, count, asked: year(seed, count).facts(asked, NOW),
    st.integers(0, 10**6),
    st.integers(0, 60),
    st.sampled_from([YEAR, OCTOBER]),
)


def test_a_report_has_them_in_that_order() -> None:
    assert [section for section in contents.SECTIONS if section in SECTIONS] == [*SECTIONS]


def figures(facts: Facts) -> tuple[Table, ...]:
    return tuple(section(facts) for section in SECTIONS)


def shuffled(ones: Any, drawn: Random) -> list[Any]:
    return drawn.sample(list(ones), len(ones))


@A_FEW
@given(told)
def test_the_parts_of_a_table_add_up_to_its_total(facts: Facts) -> None:
    for table in figures(facts):
        if table.total:
            for one in table.columns:
                if one.kind in ADDED and (table.key, one.key) not in NOT_ADDED:
                    parts = [cell for cell in column(table, one.key) if cell is not None]
                    assert sum(parts, Decimal()) == total(table, one.key), (table.key, one.key)


@A_FEW
@given(told, st.integers())
def test_the_order_of_facts_changes_nothing(facts: Facts, seed: int) -> None:
    drawn = Random(seed)
    mixed = replace(
        facts,
        settlements=shuffled(facts.settlements, drawn),
        happenings=shuffled(facts.happenings, drawn),
        ended=shuffled(facts.ended, drawn),
        stock=shuffled(facts.stock, drawn),
    )
    assert figures(mixed) == figures(facts)


@A_FEW
@given(told)
def test_what_is_learnt_after_the_cut_off_changes_nothing(facts: Facts) -> None:
    still = [replace(one, until=STILL) for one in facts.stock]
    assert figures(replace(facts, stock=still)) == figures(facts)


@A_FEW
@given(told)
def test_delays_are_in_order_and_the_parts_make_the_whole(facts: Facts) -> None:
    table = dgp(facts)
    middle, ninth = (said(table, name)["jours"] for name in ("Délai médian", "9 mandats sur 10 (90e centile)"))
    if isinstance(middle, Decimal) and isinstance(ninth, int):
        assert ninth >= middle
    whole, *_, ours, theirs, stopped, _, _ = column(table, "cumul")
    assert whole == ours + theirs + stopped


@A_FEW
@given(told)
def test_tables_of_what_was_paid_agree(facts: Facts) -> None:
    counted = said(paid(facts), "Comptés dans les délais")
    for table in (beyond(facts), by_budget(facts), by_service(facts), by_supplier(facts)):
        assert (total(table, "mandats"), total(table, "ttc")) == (counted["mandats"], counted["ttc"])
    assert len(interests(facts).rows) == total(beyond(facts), "apres_echeance")
    assert total(by_service(facts), "hors_delai") == said(beyond(facts), "À plus de 30 jours")["mandats"]


@A_FEW
@given(told)
def test_tables_of_what_waits_agree(facts: Facts) -> None:
    held = total(stock(facts), "factures")
    assert held == total(stock_by_age(facts), "factures") == total(at_risk(facts), "factures")
    assert total(at_risk(facts), "en_retard") == len(provisions(facts).rows) == total(cost(facts), "deja_tardives")
    assert total(provisions(facts), "total") == total(cost(facts), "deja_du")
    assert column(weeks(facts), "cout")[0] == total(cost(facts), "cout")


@A_FEW
@given(told)
def test_the_headlines_are_those_of_the_tables(facts: Facts) -> None:
    table = essentials(facts)
    slow = said(beyond(facts), "À plus de 30 jours")
    expected = {
        "Délai moyen de paiement": ("jours", said(dgp(facts), "Délai moyen")["jours"]),
        "dont chez l'ordonnateur": ("jours", column(dgp(facts), "jours")[4]),
        "Mandats payés à plus de 30 jours": ("part", slow["part"]),
        "Factures en attente (âge moyen)": ("montant", total(stock(facts), "ttc")),
        "dont à risque sous 5 jours ouvrés": ("nombre", total(at_risk(facts), "a_risque")),
        "dont en retard": ("montant", total(at_risk(facts), "ttc_en_retard")),
        "Intérêts dus sur les mandats payés en retard": ("montant", total(interests(facts), "total")),
        "Coût d'une semaine d'attente (factures de plus en retard)": ("montant", total(cost(facts), "cout")),
    }
    assert {name: (key, said(table, name)[key]) for name, (key, _) in expected.items()} == expected
    assert len(table.rows) == len(expected)


@A_FEW
@given(told)
def test_each_table_says_what_it_counts_and_has_a_name_for_a_sheet(facts: Facts) -> None:
    tables = figures(facts)
    assert len({table.key for table in tables}) == len(tables)
    for table in tables:
        assert table.key.isascii()
        assert len(table.key) <= 31
        assert table.definition.endswith((".", "»"))
        assert table.population.endswith(".")
        assert all(len(row) == len(table.columns) for row in (*table.rows, table.total or table.columns))
        keys = {one.key for one in table.columns}
        assert table.chart is None or {table.chart.label, table.chart.value} <= keys
