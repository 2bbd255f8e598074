"""Payment delays against figures worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dematfin.domain.report.averages import mean, median, ninth_decile, share
from dematfin.domain.report.dgp import beyond, dgp
from dematfin.domain.report.dgp_parts import by_budget, by_service, by_supplier
from dematfin.domain.report.few import few
from dematfin.domain.report.paid import paid
from dematfin.domain.tally.happening import Happening, What
from domain.facts_by_hand import column, facts, said, settlement, total

FOUR = (
    settlement("M1", 12, "1000.00"),
    settlement("M2", 30, "200.00", service="Écoles"),
    settlement("M3", 31, "300.00", service=""),
    settlement("M4", 60, "500.00", service="Écoles", supplier="Aux Fleurs", supplier_siren=""),
)


def told_of(mandat: str, what: What) -> Happening:
    """Tell what happened to a mandat after its payment."""
    at = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
    return Happening(id=f"E-{mandat}", at=at, what=what, about=mandat, amount=Decimal("80.00"))


def days(measure: str, *settlements: object) -> tuple[object, object]:
    """Return the days of a measure, and their sum."""
    line = said(dgp(facts(settlements=settlements)), measure)
    return line["jours"], line["cumul"]


def test_the_delay_of_four_mandats_is_told_in_each_way() -> None:
    table = dgp(facts(settlements=FOUR))
    assert column(table, "jours") == [
        Decimal("33.3"),  # 133 / 4 = 33.25
        Decimal("28.7"),  # (12 000 + 6 000 + 9 300 + 30 000) / 2 000 = 28.65
        Decimal("30.5"),  # (30 + 31) / 2
        60,  # rank 4 of 4: 0.9 x 4 = 3.6
        Decimal("22.0"),  # 8 + 20 + 20 + 40 = 88
        Decimal("11.3"),  # 4 + 10 + 11 + 20 = 45, 11.25
        Decimal("0.0"),
        Decimal("33.3"),
        Decimal("33.3"),
    ]
    assert column(table, "cumul") == [133, None, None, None, 88, 45, 0, 133, 133]
    assert column(table, "mandats") == [4] * 9
    assert column(table, "ttc") == [Decimal("2000.00")] * 9


def test_gross_and_true_age_count_from_before_the_interruption_and_the_refusal() -> None:
    one = settlement("M1", 20, gross_start=date(2026, 8, 16), true_start=date(2026, 7, 17))
    assert days("Délai moyen", one) == (Decimal("20.0"), 20)
    assert days("Délai brut, interruptions comprises", one) == (Decimal("60.0"), 60)
    assert days("Âge réel, refus et renvois compris", one) == (Decimal("90.0"), 90)


def test_the_days_of_a_suspension_are_nobodys_and_the_three_parts_make_the_whole() -> None:
    """30 days: 20 of ours, 10 at the comptable's desk of which he had stopped 4."""
    stopped = settlement("M1", 30, suspended=4)
    assert days("dont part de l'ordonnateur (au plus 20)", stopped) == (Decimal("20.0"), 20)
    assert days("dont part du comptable (au plus 10)", stopped) == (Decimal("6.0"), 6)
    assert days("dont suspension par le comptable", stopped) == (Decimal("4.0"), 4)


def test_the_parts_that_were_agreed_with_the_comptable_are_shown() -> None:
    table = dgp(facts(settlements=FOUR, comptable_days=8))
    assert "dont part de l'ordonnateur (au plus 22)" in column(table, "mesure")


def test_what_was_paid_before_its_delay_began_waited_for_no_time() -> None:
    early = settlement("M1", -3, mandated_on=date(2026, 10, 14))
    assert column(dgp(facts(settlements=[early])), "cumul") == [0, None, None, None, 0, 0, 0, 0, 0]


def test_nine_in_ten_is_a_rank_and_not_a_point_between_two() -> None:
    assert days("9 mandats sur 10 (90e centile)", *(settlement(f"M{one}", one) for one in range(1, 11))) == (9, None)
    assert days("9 mandats sur 10 (90e centile)", *(settlement(f"M{one}", one) for one in range(1, 12))) == (10, None)


def test_thirty_days_are_in_time_and_thirty_one_are_not() -> None:
    table = beyond(facts(settlements=FOUR))
    assert said(table, "À plus de 30 jours") == {
        "payes": "À plus de 30 jours",
        "mandats": 2,
        "part": Decimal("0.5000"),
        "ttc": Decimal("800.00"),
        "part_ttc": Decimal("0.4000"),
        "apres_echeance": 2,
        "ttc_apres_echeance": Decimal("800.00"),
    }
    assert said(table, "En 30 jours ou moins")["mandats"] == 2
    assert total(table, "mandats") == 4


def test_a_shorter_contract_is_late_before_thirty_days_and_an_interruption_later() -> None:
    short = settlement("M1", 25, deadline=date(2026, 10, 10), days=20)
    longer = settlement("M2", 40, "50.00", deadline=date(2026, 10, 20))
    table = beyond(facts(settlements=[short, longer]))
    assert column(table, "mandats") == [1, 1]
    assert column(table, "apres_echeance") == [1, 0]
    assert column(table, "ttc_apres_echeance") == [Decimal("100.00"), Decimal("0.00")]


def test_what_nobody_waited_for_is_counted_apart() -> None:
    known = (
        *FOUR,
        settlement("A1", 90, "-40.00"),
        settlement("P1", 90, "70.00", after_payment=True),
        settlement("C1", 90, "80.00"),
        settlement("D1", 90, "60.00"),
        settlement("R1", 18, "90.00"),
    )
    after = [
        told_of("C1", What.MANDAT_CANCELLED),
        told_of("D1", What.PAYMENT_DENIED),
        told_of("R1", What.MANDAT_REDUCED),
    ]
    told = facts(settlements=known, happenings=after)
    table = paid(told)
    assert column(table, "mandats") == [5, 1, 1, 1, 1]
    assert column(table, "ttc") == [Decimal(f"{one}.00") for one in (2090, -40, 70, 80, 60)]
    assert table.total == ("Total", 9, Decimal("2260.00"))
    assert said(dgp(told), "Délai moyen")["mandats"] == 5


def test_services_and_budgets_add_up_to_all_of_them() -> None:
    told = facts(settlements=FOUR, budgets={"21350001700013": "Ville"})
    services = by_service(told)
    assert column(services, "service") == ["(sans service)", "Voirie", "Écoles"]
    assert column(services, "mandats") == [1, 1, 2]
    assert column(services, "moyen") == [Decimal("31.0"), Decimal("12.0"), Decimal("45.0")]
    assert column(services, "taux") == [Decimal("1.0000"), Decimal("0.0000"), Decimal("0.5000")]
    assert column(services, "hors_delai") == [1, 0, 1]
    assert said(services, "Écoles")["pondere"] == Decimal("51.4")  # (6 000 + 30 000) / 700
    assert said(by_budget(told), "Ville") | {"budget": "Total"} == said(by_budget(told), "Total")
    assert services.chart
    assert services.chart.target == Decimal("0.20")


def test_one_line_says_all_of_a_service() -> None:
    slow = settlement("M4", 60, "500.00", service="Écoles", suspended=6)
    assert said(by_service(facts(settlements=[FOUR[1], slow])), "Écoles") == {
        "service": "Écoles",
        "mandats": 2,
        "ttc": Decimal("700.00"),
        "moyen": Decimal("45.0"),
        "hors_delai": 1,
        "taux": Decimal("0.5000"),
        "ttc_hors_delai": Decimal("500.00"),
        "apres_echeance": 1,
        "pondere": Decimal("51.4"),
        "median": Decimal("45.0"),
        "neuf_sur_dix": 60,
        "ordonnateur": Decimal("30.0"),
        "comptable": Decimal("12.0"),
        "suspendu": Decimal("3.0"),
    }


def test_suppliers_come_by_the_money_that_waited_and_the_others_together() -> None:
    many = [
        settlement(f"M{one}", 10, f"{one}.00", supplier=f"S{one:02d}", supplier_siren=f"{one:09d}")
        for one in range(1, 24)
    ]
    table = by_supplier(facts(settlements=many))
    assert column(table, "fournisseur")[:2] == ["S23 (000000023)", "S22 (000000022)"]
    assert table.rows[-1][:3] == ("Autres fournisseurs (3)", 3, Decimal("6.00"))
    assert len(table.rows) == 21
    assert total(table, "ttc") == Decimal("276.00")


def test_one_firm_under_two_names_is_one_supplier() -> None:
    two = [settlement("M1", 10), settlement("M2", 12, supplier="DUPONT SA")]
    assert column(by_supplier(facts(settlements=two)), "fournisseur") == ["DUPONT SA (732829320)"]


def test_nothing_paid_says_nothing() -> None:
    table = dgp(facts())
    assert column(table, "jours") == [None] * 9
    assert table.warnings == ()
    assert total(beyond(facts()), "part") is None


def test_few_mandats_are_told_with_a_warning() -> None:
    assert "Tous les mandats (4)" in dgp(facts(settlements=FOUR)).warnings[0]
    assert not dgp(facts(settlements=[settlement(f"M{one}", one) for one in range(20)])).warnings
    assert "S12 (12) et 2 autres." in few([(f"S{one}", one) for one in range(3, 15)], "mandats")[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (mean(5, 100), "0.1"),  # half up, not half even
        (mean(-5, 100), "-0.1"),
        (median([1]), "1.0"),
        (median([1, 2]), "1.5"),
        (share(1, 8), "0.1250"),
        (share(1, 20000), "0.0001"),
    ],
)
def test_figures_are_rounded_half_up(value: Decimal | None, expected: str) -> None:
    assert str(value) == expected


def test_of_nothing_there_is_nothing() -> None:
    assert (mean(0, 0), median([]), ninth_decile([]), share(0, 0)) == (None, None, None, None)
