"""Figures of a week, on folders made by hand."""

from datetime import UTC, date, datetime, timedelta

from dematfin.domain.visa.circuit import DEFAULT
from dematfin.domain.visa.deadline import J_PLUS_5
from dematfin.domain.visa.decision import Decision, DecisionKind
from dematfin.domain.visa.folder import VisaFolder, opened
from dematfin.domain.visa.weekly import Week, week

MONDAY = date(2026, 3, 2)


def folder(number: int, begun: int, decided: int | None = None) -> VisaFolder:
    """Return a folder begun, and perhaps decided, so many days after the Monday."""
    key = f"F2026-{number:06d}"
    made = opened(f"{key}/1", key, DEFAULT, "SCOLAIRE").begun(MONDAY + timedelta(days=begun), J_PLUS_5)
    if decided is None:
        return made
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=decided)
    decision = Decision(kind=DecisionKind.VISA, desk="SCOLAIRE", by="paul", at=at)
    return made.decided(decision, at.date(), J_PLUS_5)


def test_a_week_counts_what_came_and_what_was_decided_in_it() -> None:
    decided = [folder(1, -20, 1), folder(2, 0, 2), folder(3, 0, 6), folder(4, 0, 7), folder(5, -9, -1)]
    waiting = [folder(6, -10), folder(7, 6)]
    pay_by = [MONDAY + timedelta(days=16), MONDAY + timedelta(days=17)]
    today = MONDAY + timedelta(days=7)
    found = week(MONDAY, [*decided, *waiting], zip(waiting, pay_by, strict=True), today, lambda at: at.date())
    assert found == Week(
        starts_on=MONDAY,
        received=4,  # 2, 3, 4 and 7
        decided=3,  # 1, 2 and 3
        in_time=2,  # 1 was given its visa three weeks after it came
        median_days=6,
        late=(("SCOLAIRE", 1),),
        at_risk=("F2026-000006",),
    )


def test_an_empty_week_has_no_median() -> None:
    found = week(MONDAY, [], [], MONDAY, lambda at: at.date())
    assert (found.received, found.decided, found.median_days, found.late) == (0, 0, None, ())
