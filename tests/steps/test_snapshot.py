"""Each day's figures: kept at its last run, the last of the day wins until midnight, a past day never changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counted_by_hand import happening, settlement, stay, task
from dematfin.acts.home import home
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import month_of
from dematfin.domain.report.snapshot import Pile, Snapshot
from dematfin.domain.report.standing import standing
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.stage import Stage
from dematfin.errors import Forbidden
from dematfin.steps.snapshot import snapshot
from examples import AGENT, MAIRE, VISEUR
from fakes.clock import FakeClock
from fakes.hall import Hall

TODAY = date(2026, 3, 2)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def save(hall: Hall, *records: Any) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def count(hall: Hall) -> None:
    """Say that the journal has been counted, and keep the figures of the day."""
    save(hall, Reached(at=hall.clock.now()))
    assert snapshot(hall.app).exit_code == 0


def kept(hall: Hall) -> dict[str, Snapshot]:
    return {one.id: one for one in hall.all(Snapshot)}


STAYS = (
    stay("A", Stage.IN_VISA, in_days(-3), "100.00"),
    stay("B", Stage.IN_VISA, in_days(7), "50.50"),  # Monday to Monday: the fifth working day
    stay("C", Stage.IN_VISA, in_days(8), "10.00", service="VOIRIE"),
    stay("D", Stage.TO_CORRECT, in_days(1), "20.00", service=""),
    stay("E", Stage.ON_HOLD, in_days(2), "30.00"),
    stay("F", Stage.INTERRUPTED, in_days(-9), "40.00"),
    stay("G", Stage.IN_VISA, in_days(-9), "-40.00"),
    stay("H", Stage.PAID, in_days(-9), "60.00", until=datetime(2026, 2, 1, tzinfo=UTC)),
)
PAID = (
    settlement("1", in_days(0), 20),
    settlement("2", in_days(-1), 31, "70.00"),
    settlement("3", in_days(-7), 90),
    settlement("4", in_days(0), 90, after_payment=True),
    settlement("5", in_days(0), 90, "-5.00"),
)


def test_the_figures_of_a_day_are_those_that_a_hand_counts(hall: Hall) -> None:
    save(
        hall,
        *STAYS,
        *PAID,
        task("A", "SCOLAIRE", in_days(-1), in_days(-3)),
        task("B", "SCOLAIRE", in_days(0), in_days(7)),
        task("C", "VOIRIE", in_days(-2), in_days(8)),
        task("F", "VOIRIE", in_days(-2), in_days(8)),
        task("A", "DST", in_days(-4), in_days(-3), waiting=False),
        happening("R", What.MANDAT_REJECTED, in_days(-1)),
        happening("S", What.MANDAT_REFUSED, in_days(-7)),
        happening("T", What.REFUSED, in_days(-1)),
    )
    count(hall)
    figures = kept(hall)["2026-03-02"].figures
    assert (figures.stock, figures.stock_ttc) == (6, Decimal("250.50"))
    assert (figures.paid, figures.paid_ttc, figures.rejected) == (2, Decimal("170.00"), 1)
    assert (figures.month_paid, figures.dgp, figures.beyond) == (2, Decimal("25.5"), 1)
    assert figures.late_visas == 2
    assert figures.desks == (
        Pile(name="SCOLAIRE", invoices=1, ttc=Decimal("100.00"), next_on=in_days(-3)),
        Pile(name="VOIRIE", invoices=1, ttc=Decimal("10.00"), next_on=in_days(8)),
    )
    assert figures.at_risk == (
        Pile(name="SCOLAIRE", invoices=3, ttc=Decimal("180.50"), next_on=in_days(-3)),
        Pile(name="(sans service)", invoices=1, ttc=Decimal("20.00"), next_on=in_days(1)),
    )
    assert [one.invoice_id for one in figures.pressing] == ["A", "D", "E", "B"]
    assert (figures.held.invoices, figures.on_hold.ttc) == (1, Decimal("30.00"))


def test_what_waiting_costs_is_what_a_hand_counts() -> None:
    """At 10.15 %: three days on 100.00 and one on 70.00 are 0.08 and 0.02, then 40 each; ten days 0.28, six on 20.00
    and five on 30.00 are 0.03 and 0.04."""
    cutoff = datetime(2026, 3, 2, 18, tzinfo=UTC)
    settlements = [one for one in PAID if one.paid_on >= date(2026, 3, 1)]
    facts = Facts(period=month_of(TODAY), cutoff=cutoff, stock=STAYS[:-1], settlements=settlements)
    known = standing(replace(facts, rates={"2026-S1": Decimal("10.15")}), facts, ())
    assert (known.interest, known.become_late, known.week_costs) == (Decimal("80.10"), 2, Decimal("80.27"))
    assert not known.unknown_rates
    assert standing(facts, facts, ()).unknown_rates


def test_the_last_run_of_a_day_wins_and_the_day_before_stays(hall: Hall) -> None:
    save(hall, stay("A", Stage.IN_VISA, in_days(9)))
    count(hall)
    hall.clock.advance(hours=3)
    save(hall, stay("B", Stage.IN_VISA, in_days(9), since=hall.clock.now()))
    count(hall)
    assert {key: one.figures.stock for key, one in kept(hall).items()} == {"2026-03-02": 2}
    hall.clock.advance(days=1)
    save(hall, replace(stay("B", Stage.IN_VISA, in_days(9)), until=hall.clock.now()))
    count(hall)
    assert {key: one.figures.stock for key, one in kept(hall).items()} == {"2026-03-02": 2, "2026-03-03": 1}


class Struck(FakeClock):
    """Midnight strikes once somebody has asked which day it is."""

    def today(self) -> date:
        asked = super().today()
        self.instant = max(self.instant, datetime(2026, 3, 2, 23, 0, 1, tzinfo=UTC))
        return asked


def test_figures_begun_before_midnight_are_those_of_the_day_that_ends(hall: Hall) -> None:
    """By the watches of Paris, where that day ends at 23 h in UTC."""
    last = datetime(2026, 3, 2, 22, 59, 59, tzinfo=UTC)
    save(hall, stay("A", Stage.IN_VISA, in_days(9)), Reached(at=last))
    snapshot(replace(hall.app, clock=Struck(last)))
    assert {key: (one.at, one.figures.stock) for key, one in kept(hall).items()} == {"2026-03-02": (last, 1)}


def test_a_clock_that_was_ahead_for_an_hour_leaves_no_day_to_come_and_keeps_none_from_being_counted(hall: Hall) -> None:
    save(hall, stay("A", Stage.IN_VISA, in_days(9)))
    hall.clock.advance(days=400)
    count(hall)
    hall.clock.advance(days=-400)
    assert home(hall.app, MAIRE) is None
    assert snapshot(hall.app).done == ("02/03/2026",)
    seen = home(hall.app, MAIRE)
    assert seen
    assert (seen.now.day, seen.now.at, seen.now.figures.stock) == (TODAY, hall.clock.now(), 1)


def test_a_day_whose_journal_was_not_counted_has_no_figures(hall: Hall) -> None:
    snapshot(hall.app)
    assert kept(hall) == {}
    count(hall)
    hall.clock.advance(days=1)
    assert snapshot(hall.app).exit_code == 0
    assert list(kept(hall)) == ["2026-03-02"]


def test_midnight_is_that_of_the_town(hall: Hall) -> None:
    hall.clock.instant = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    count(hall)
    hall.clock.advance(minutes=1)
    count(hall)
    assert list(kept(hall)) == ["2026-03-02", "2026-03-03"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Stage), st.integers(-20, 20)), min_size=1, max_size=12))
def test_a_past_day_never_changes_whatever_comes_later(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, Stage, int]]
) -> None:
    hall = Hall.build(tmp_path_factory.mktemp("ville"))
    seen: dict[str, Snapshot] = {}
    for number, (hours, stage, days) in enumerate(told):
        hall.clock.advance(hours=hours)
        today = hall.clock.today()
        save(
            hall,
            stay(f"F{number}", stage, today + timedelta(days=days), since=hall.clock.now() - timedelta(days=days % 9)),
            settlement(f"M{number}", today - timedelta(days=days % 9), 20 + days, known_at=hall.clock.now()),
        )
        count(hall)
        now = kept(hall)
        assert {key: one for key, one in now.items() if key in seen and key < today.isoformat()} == {
            key: one for key, one in seen.items() if key < today.isoformat()
        }
        seen = now


def lived(hall: Hall, days: int) -> None:
    """Live days of one more invoice each."""
    for number in range(days):
        save(hall, stay(f"F{number}", Stage.IN_VISA, hall.clock.today(), since=hall.clock.now()))
        count(hall)
        hall.clock.advance(days=1)


def test_the_home_compares_with_the_day_a_week_before(hall: Hall) -> None:
    assert home(hall.app, MAIRE) is None
    lived(hall, 9)
    seen = home(hall.app, MAIRE)
    assert seen is not None
    assert seen.before is not None
    assert (seen.now.id, seen.before.id, seen.week) == ("2026-03-10", "2026-03-03", True)
    stock = seen.changes[0]
    assert (stock.shown, stock.was, stock.said, stock.verdict) == ("9", "2", "7 de plus", "moins bien")


def test_without_a_day_that_old_it_compares_with_the_oldest_and_on_the_first_day_with_none(hall: Hall) -> None:
    lived(hall, 1)
    first = home(hall.app, AGENT)
    assert first is not None
    assert (first.before, {one.said for one in first.changes}) == (None, {"—"})
    lived(hall, 3)
    seen = home(hall.app, AGENT)
    assert seen is not None
    assert seen.before is not None
    assert (seen.before.id, seen.week) == ("2026-03-02", False)


def test_who_only_certifies_does_not_see_the_figures_of_others(hall: Hall) -> None:
    with pytest.raises(Forbidden):
        home(hall.app, VISEUR)
