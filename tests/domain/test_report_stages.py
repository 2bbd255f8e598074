"""Time in each stage, against passages written by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dematfin.domain.report.stages import of_the_ordonnateur, stages
from dematfin.domain.tally.stage import ENDED, Stage
from dematfin.domain.tally.stay import Stay
from domain.facts_by_hand import column, facts, said, stay, total

NINE = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def passed(name: str, stage: Stage, hours: int, since: datetime = NINE, **changes: Any) -> Stay:
    """Return a stay of so many hours."""
    until = since + timedelta(hours=hours)
    return stay(name, 10, id=f"{name}/{since:%d%H}", stage=stage, since=since, until=until, **changes)


def test_the_mean_and_the_median_of_a_stage_are_of_its_passages() -> None:
    told = [passed("F1", Stage.IN_VISA, 24), passed("F2", Stage.IN_VISA, 36), passed("F3", Stage.IN_VISA, 120)]
    assert said(stages(facts(ended=told)), "en visa") == {
        "etape": "en visa",
        "qui": "l'ordonnateur",
        "passages": 3,
        "moyen": Decimal("2.5"),
        "median": Decimal("1.5"),
        "cumul": Decimal("7.5"),
    }


def test_stages_come_in_the_order_of_life_with_who_is_awaited() -> None:
    told = [passed(f"F-{stage}", stage, 24) for stage in reversed(Stage)]
    table = stages(facts(ended=told))
    assert column(table, "etape") == [stage.value for stage in Stage if stage not in ENDED]
    assert said(table, "délai interrompu")["qui"] == "le fournisseur"
    assert said(table, "prise en charge")["qui"] == "le comptable"


def test_a_passage_told_in_two_stays_is_one_passage() -> None:
    first = passed("F1", Stage.IN_VISA, 24)
    second = passed("F1", Stage.IN_VISA, 48, since=first.until, service="Écoles")
    line = said(stages(facts(ended=[second, first])), "en visa")
    assert (line["passages"], line["moyen"]) == (1, Decimal("3.0"))


def test_coming_back_to_a_stage_is_a_second_passage() -> None:
    first = passed("F1", Stage.IN_VISA, 24)
    fixed = passed("F1", Stage.TO_CORRECT, 24, since=first.until)
    again = passed("F1", Stage.IN_VISA, 72, since=fixed.until)
    line = said(stages(facts(ended=[again, first, fixed])), "en visa")
    assert (line["passages"], line["moyen"]) == (2, Decimal("2.0"))


def test_a_passage_that_goes_on_has_not_ended_even_when_something_was_learnt_of_it() -> None:
    first = passed("F1", Stage.IN_VISA, 24)
    still = stay("F1", 10, since=first.until, service="Écoles")
    assert stages(facts(ended=[first], stock=[still])).rows == ()


def test_the_end_of_a_life_and_credit_notes_are_no_wait() -> None:
    told = [passed("F1", Stage.PAID, 0), passed("F2", Stage.IN_VISA, 24, ttc=Decimal("-10.00"))]
    assert stages(facts(ended=told)).rows == ()


def test_the_time_of_the_ordonnateur_is_split_into_what_it_does() -> None:
    told = [
        passed("F1", Stage.RECEIVED, 24),
        passed("F2", Stage.TO_CORRECT, 72),
        passed("F3", Stage.IN_VISA, 96),
        passed("F4", Stage.SERVICE_FAIT, 12),
        passed("F5", Stage.LIQUIDATED, 12),
        passed("F6", Stage.TO_SIGN, 48),
        passed("F7", Stage.SENT, 500),
        passed("F8", Stage.INTERRUPTED, 500),
    ]
    table = of_the_ordonnateur(facts(ended=told))
    names = ["Acheminement", "Visa", "Liquidation et mandatement", "Signature", "Transmission"]
    assert column(table, "tache") == names
    assert column(table, "passages") == [2, 1, 2, 1, 0]
    assert column(table, "moyen") == [Decimal("2.0"), Decimal("4.0"), Decimal("0.5"), Decimal("2.0"), None]
    assert column(table, "cumul") == [Decimal(one) for one in ("4.0", "4.0", "1.0", "2.0", "0.0")]
    assert column(table, "part")[0] == Decimal("0.3636")
    assert total(table, "cumul") == Decimal("11.0")
    assert "Acheminement (2)" in table.warnings[0]
