"""What waits at the cut-off: stock, what is at risk, what another week costs; against figures worked out by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dematfin.domain.report.at_risk import at_risk
from dematfin.domain.report.cost import cost, weeks
from dematfin.domain.report.period import period
from dematfin.domain.report.stock import bracket, stock, stock_by_age
from dematfin.domain.tally.stage import Stage
from domain.facts_by_hand import PARIS, column, facts, said, stay, total

HELD = (
    stay("F1", 10),
    stay("F2", 11, "200.00", stage=Stage.RECEIVED),
    stay("F3", 21, "300.00"),
    stay("F4", 31, "400.00", true_start=date(2026, 10, 25), stage=Stage.SENT, service="Écoles"),
    stay("F5", 90, "500.00", stage=Stage.INTERRUPTED, service="Écoles"),
    stay("A1", 90, "-40.00"),
)


def test_stock_is_counted_by_stage_and_by_age() -> None:
    table = stock(facts(stock=HELD))
    assert table.rows == (
        ("reçue", 0, 1, 0, 0, 1, Decimal("200.00")),
        ("délai interrompu", 0, 0, 0, 1, 1, Decimal("500.00")),
        ("en visa", 1, 0, 1, 0, 2, Decimal("400.00")),
        ("transmise", 0, 0, 0, 1, 1, Decimal("400.00")),
    )
    assert table.total == ("Total", 1, 1, 1, 2, 5, Decimal("1500.00"))


def test_the_true_age_may_tell_another_story() -> None:
    table = stock_by_age(facts(stock=HELD))
    assert column(table, "factures") == [1, 1, 1, 2]
    assert column(table, "factures_age_reel") == [2, 1, 1, 1]
    assert column(table, "ttc_age_reel") == [Decimal(one) for one in ("500.00", "200.00", "300.00", "500.00")]
    assert table.total == ("Total", 5, Decimal("1500.00"), 5, Decimal("1500.00"))
    assert "À part : 1 avoir en attente (-40,00\xa0€)." in table.definition


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (-3, "0 à 10 jours"),
        (0, "0 à 10 jours"),
        (10, "0 à 10 jours"),
        (11, "11 à 20 jours"),
        (20, "11 à 20 jours"),
        (30, "21 à 30 jours"),
        (31, "plus de 30 jours"),
    ],
)
def test_an_age_has_one_bracket(age: int, name: str) -> None:
    assert bracket(age) == name


def test_at_risk_within_five_working_days_the_last_one_included() -> None:
    """From Friday 30 October 2026, five working days lead to Friday 6 November; that is 7 days of age less."""
    held = [stay("F22", 22), stay("F23", 23), stay("F30", 30, "50.00"), stay("F31", 31, "7.00")]
    line = said(at_risk(facts(stock=held)), "Voirie")
    assert (line["a_risque"], line["ttc_a_risque"]) == (2, Decimal("150.00"))
    assert (line["en_retard"], line["ttc_en_retard"]) == (1, Decimal("7.00"))
    assert (line["dans_les_temps"], line["arretees"], line["factures"]) == (1, 0, 4)
    assert line["urgentes"] == "F31, F30, F23"


def test_a_holiday_is_no_working_day() -> None:
    """From Monday 9 November 2026, Armistice day left out, five working days lead to Tuesday 17."""
    monday = datetime(2026, 11, 9, 9, 0, tzinfo=PARIS)
    held = [stay("F1", 0, deadline=date(2026, 11, 17)), stay("F2", 0, deadline=date(2026, 11, 18))]
    assert total(at_risk(facts(period=period("2026-11"), cutoff=monday, stock=held)), "a_risque") == 1


def test_a_stopped_delay_is_neither_at_risk_nor_late() -> None:
    stopped = [stay("F1", 90, stage=Stage.INTERRUPTED), stay("F2", 28, stage=Stage.SENT_BACK)]
    line = said(at_risk(facts(stock=[*stopped, stay("F3", 31, stage=Stage.ON_HOLD)])), "Total")
    assert (line["a_risque"], line["en_retard"], line["au_comptable"], line["arretees"]) == (0, 1, 1, 2)


def test_a_week_of_waiting_costs_what_it_adds() -> None:
    """At 10 %: F1 7 days late, 19.18 + 40; F2 1 day, 2.74 + 40; F3 from 27.40 to 46.58; F4 would be paid in time."""
    held = [stay("F1", 30, "10000.00"), stay("F2", 24, "10000.00"), stay("F4", 23, "10000.00")]
    late = stay("F3", 40, "10000.00", service="Écoles")
    stopped = stay("F5", 40, "10000.00", stage=Stage.INTERRUPTED)
    table = cost(facts(stock=[*held, late, stopped]))
    assert table.rows == (
        ("Voirie", 2, Decimal("20000.00"), 0, Decimal("0.00"), Decimal("101.92"), Decimal("101.92")),
        ("Écoles", 0, Decimal("0.00"), 1, Decimal("67.40"), Decimal("86.58"), Decimal("19.18")),
    )
    assert total(table, "cout") == Decimal("121.10")
    assert table.definition.startswith(
        "Si rien n'est fait cette semaine : 2 factures de plus en retard, 121,10\xa0€ d'intérêts."
    )


def test_nothing_to_fear_is_said_too() -> None:
    assert "aucune facture de plus en retard, aucun intérêt" in cost(facts(stock=[stay("F1", 2)])).definition
    assert cost(facts(stock=[stay("F1", 2)])).rows == ()


def test_without_any_rate_there_is_no_sum_rather_than_zero() -> None:
    table = cost(facts(stock=[stay("F1", 30, "10000.00")], rates={}))
    assert [total(table, key) for key in ("deja_du", "du_dans_7_jours", "cout")] == [Decimal("0.00"), None, None]
    assert "1 facture de plus en retard, des intérêts dont le taux manque." in table.definition
    assert column(weeks(facts(stock=[stay("F1", 20)], rates={})), "cout") == [Decimal("0.00"), None, None, None]


def test_the_four_weeks_to_come_add_up() -> None:
    """At 10 % on 3 650 EUR a day of delay is 1 EUR; each first day adds 40."""
    held = [stay(f"F{age}", age, "3650.00") for age in (30, 23, 16, 9, 2)]
    table = weeks(facts(stock=held))
    assert column(table, "deviennent_tardives") == [1, 1, 1, 1]
    assert column(table, "payees_le") == [date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 20), date(2026, 11, 27)]
    assert column(table, "cout") == [Decimal(one) for one in ("47.00", "54.00", "61.00", "68.00")]
    assert column(table, "cumul") == [Decimal(one) for one in ("47.00", "101.00", "162.00", "230.00")]
    assert total(table, "cout") == Decimal("230.00")


def test_an_unknown_rate_is_named_and_left_out_of_the_cost() -> None:
    held = [stay("F1", 30, "10000.00"), stay("F2", 2, "10000.00", deadline=date(2026, 6, 1))]
    table = cost(facts(stock=held, rates={"2026-S2": Decimal("10.00")}))
    assert total(table, "deviennent_tardives") == 1
    assert total(table, "cout") == Decimal("59.18")
    assert "1 facture de plus en retard, au moins 59,18\xa0€ d'intérêts." in table.definition
    assert "1er semestre 2026" in table.warnings[0]
    assert "taux est connu" in table.warnings[1]
