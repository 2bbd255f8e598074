"""Late interest, one line for each request, against figures worked out by hand."""

from datetime import date, datetime
from decimal import Decimal

from dematfin.domain.report.interests import interests, provisions
from dematfin.domain.report.period import period
from dematfin.domain.tally.stage import Stage
from domain.facts_by_hand import PARIS, column, facts, said, settlement, stay, total

LATE = settlement("M1", 42, "10400.00", late_base=Decimal("10000.00"))


def test_interest_due_is_counted_on_the_amount_less_the_retention() -> None:
    """12 days at 10 %: 10 000 x 0.10 x 12 / 365 = 32.876."""
    assert said(interests(facts(settlements=[LATE])), "M1") == {
        "id": "M1",
        "numero": "N-M1",
        "fournisseur": "Dupont",
        "service": "Voirie",
        "echeance": date(2026, 10, 3),
        "jusqu_au": date(2026, 10, 15),
        "base": Decimal("10000.00"),
        "jours": 12,
        "taux": "10,00 %",
        "interets": Decimal("32.88"),
        "indemnite": Decimal("40.00"),
        "total": Decimal("72.88"),
    }


def test_paid_on_its_last_day_nothing_is_due() -> None:
    assert interests(facts(settlements=[settlement("M1", 30), settlement("M2", 10)])).rows == ()


def test_what_nobody_waited_for_bears_no_interest() -> None:
    apart = [settlement("M1", 60, after_payment=True), settlement("M2", 60, "-10.00")]
    assert interests(facts(settlements=apart)).rows == ()


def test_the_rate_is_that_of_the_half_year_when_interest_began() -> None:
    """Late since 1 July, the second half-year; since 30 June, the first."""
    june, july = (settlement(name, 60, deadline=date(2026, 6, day)) for name, day in (("M1", 29), ("M2", 30)))
    assert column(interests(facts(settlements=[july, june])), "taux") == ["10,15 %", "10,00 %"]


def test_an_unknown_rate_leaves_its_line_without_figures_and_totals_say_so() -> None:
    june = settlement("M0", 150, "500.00", deadline=date(2026, 6, 1))
    table = interests(facts(settlements=[LATE, june], rates={"2026-S2": Decimal("10.00")}))
    assert [said(table, "M0")[key] for key in ("base", "jours")] == [Decimal("500.00"), 136]
    assert [said(table, "M0")[key] for key in ("taux", "interets", "indemnite", "total")] == [None] * 4
    assert table.total
    assert table.total[0] == "Total connu (1 sur 2)"
    assert (total(table, "base"), total(table, "total")) == (Decimal("10000.00"), Decimal("72.88"))
    assert '"2026-S1"' in table.warnings[0]
    assert table.warnings[1] == "Les totaux ne portent que sur les factures dont le taux est connu."


def test_a_year_that_is_over_provides_up_to_its_last_day() -> None:
    """The journal was counted beyond: 31 December is the day, and not the 1st of January."""
    new_year = datetime(2027, 1, 1, tzinfo=PARIS)
    held = [stay("F1", 0, "3650.00", deadline=date(2026, 12, 30))]
    assert column(provisions(facts(period=period("2026"), cutoff=new_year, stock=held)), "jours") == [1]


def test_provisions_are_for_what_is_late_at_the_cut_off() -> None:
    held = [
        stay("F1", 40, "3650.00"),
        stay("F2", 30, "3650.00"),
        stay("F3", 60, stage=Stage.SENT_BACK),
        stay("F4", 60, "-9.00"),
    ]
    table = provisions(facts(stock=held))
    assert column(table, "id") == ["F1"]
    assert column(table, "jours") == [10]
    assert column(table, "total") == [Decimal("50.00")]
    assert total(table, "total") == Decimal("50.00")
