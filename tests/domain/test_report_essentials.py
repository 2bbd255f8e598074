"""The headlines, against figures worked out by hand."""

from decimal import Decimal

from dematfin.domain.report.essentials import essentials
from domain.facts_by_hand import column, facts, settlement, stay

LATE = settlement("M1", 40, "3650.00")
"""Ten days late: 10 EUR of interest at 10 %."""


def test_what_a_director_says_in_front_of_the_mayor() -> None:
    told = facts(
        settlements=[LATE, *(settlement(f"M{one}", 12) for one in range(2, 6))],
        stock=[stay("F1", 4, "50.00"), stay("F2", 30, "3650.00"), stay("F3", 32, "3650.00"), stay("A1", 90, "-9.00")],
    )
    table = essentials(told)
    assert column(table, "nombre") == [5, 5, 1, 3, 1, 1, 1, 1]
    assert column(table, "montant") == [
        Decimal("4050.00"),
        Decimal("4050.00"),
        Decimal("3650.00"),
        Decimal("7350.00"),
        Decimal("3650.00"),
        Decimal("3650.00"),
        Decimal("50.00"),
        Decimal("54.00"),  # F2 7 + 40, F3 7 more days
    ]
    assert column(table, "jours")[:4] == [Decimal("17.6"), Decimal("11.6"), None, Decimal("22.0")]
    assert column(table, "part")[2:6] == [Decimal("0.2000"), None, Decimal("0.3333"), Decimal("0.3333")]
    assert table.definition.startswith("Si rien n'est fait cette semaine : 1 facture de plus en retard, 54,00\xa0€")


def test_few_mandats_and_an_unknown_rate_are_told_there_too() -> None:
    table = essentials(facts(settlements=[LATE], rates={}))
    assert "mandats payés (1)" in table.warnings[0]
    assert "2e semestre 2026" in table.warnings[1]
    assert column(table, "montant")[-2:] == [None, Decimal("0.00")]
