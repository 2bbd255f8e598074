"""A month that is over and counted: asked again the same tables come to the cent, and never called so too soon."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from dematfin.acts import figures, mandats, visa
from dematfin.acts.home import home
from dematfin.domain.event import Event, Subject
from dematfin.domain.head import NOTHING
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.report.period import period
from dematfin.domain.report.table import Report
from dematfin.domain.visa.decision import Motive
from dematfin.errors import RuleError
from dematfin.steps.counted import TALLY
from dematfin.steps.snapshot import snapshot
from dematfin.steps.tally import tally
from examples import AGENT, VISEUR
from fakes.clock import PARIS
from fakes.hall import Hall
from steps.counted import forget, recounted

MARCH: Final = period("2026-03")
FIRST, SECOND, THIRD, LAST = (f"F2026-00000{rank}" for rank in range(1, 5))


def march(hall: Hall) -> Report:
    """Return its figures; the head of the journal says when they were asked for."""
    return replace(figures.report(hall.app, AGENT, MARCH), head=NOTHING)


def change(hall: Hall, key: str, **changes: object) -> None:
    """Correct an invoice, and write it in the journal."""
    with hall.ledger.transaction() as books:
        was = books.get(Invoice, key)
        books.save(replace(was, **changes))
        books.record(hall.app.event(Subject.INVOICE, key, was.state, was.state, "corrigée"))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """A town in April: of March, one invoice is paid, one rejected by the comptable, one refused, one waits."""
    built = Hall.build(tmp_path)
    built.deposit("120.00", "45.30", "10.00", "63.00")
    built.day()
    visa.refuse(built.app, VISEUR, THIRD, Motive.WRONG_PRICE, "Le prix n'est pas celui du marché.")
    for key in (FIRST, SECOND):
        visa.approve(built.app, VISEUR, key, visa.ServiceFait(executed_on=built.clock.today()))
    built.tdt.rejected = {1188}
    for _ in range(2):
        built.clock.advance(days=9)
        built.day()
        built.sign()
    built.clock.advance(days=13)
    built.day()
    built.tdt.rejected = set()
    return built


def reissued(hall: Hall) -> None:
    (back,) = [one for one in hall.all(Mandat) if one.state is MandatState.REJECTED]
    mandats.reissue(hall.app, AGENT, back.id)
    for _ in range(3):
        hall.clock.advance(days=1)
        hall.day()
        hall.sign()


def denied(hall: Hall) -> None:
    (paid,) = [one for one in hall.all(Mandat) if one.state is MandatState.PAID]
    with hall.ledger.transaction() as books:
        books.save(replace(paid, state=MandatState.CANCELLED))
        books.record(hall.app.event(Subject.MANDAT, paid.id, paid.state, MandatState.CANCELLED, "annulé"))


def other_service(hall: Hall) -> None:
    for key in (FIRST, SECOND, THIRD, LAST):
        change(hall, key, service="AUTRE")


def other_amount(hall: Hall) -> None:
    change(hall, LAST, admitted=Decimal("1.00"))
    change(hall, FIRST, admitted=Decimal("1.00"))


def paid_by_itself(hall: Hall) -> None:
    change(hall, LAST, paid_before=hall.clock.today())


def other_delay(hall: Hall) -> None:
    hall.app = replace(hall.app, policy=replace(hall.app.policy, payment_days=20))
    change(hall, LAST, interrupted_on=hall.clock.today(), resumed_on=hall.clock.today())


def at_midnight(hall: Hall) -> None:
    """The first instant of April is no more March."""
    at = datetime(2026, 4, 1, tzinfo=PARIS)
    with hall.ledger.transaction() as books:
        for key, after in ((LAST, "REFUSED"), (THIRD, "RECEIVED")):
            state = books.get(Invoice, key).state
            books.record(Event(subject=Subject.INVOICE, subject_id=key, before=state, after=after, at=at, by="x"))


def told_late(hall: Hall) -> None:
    """Somebody took long, or a clock was set back: what the journal says of March after March was counted whole."""
    with hall.ledger.transaction() as books:
        for key in (LAST, FIRST):
            state = books.get(Invoice, key).state
            at = datetime(2026, 3, 31, 23, 59, tzinfo=PARIS)
            books.record(Event(subject=Subject.INVOICE, subject_id=key, before=state, after="REFUSED", at=at, by="x"))


@pytest.mark.parametrize(
    "then",
    [reissued, denied, other_service, other_amount, paid_by_itself, other_delay, at_midnight, told_late],
    ids=lambda one: one.__name__,
)
def test_whatever_happens_next_a_closed_month_says_the_same(hall: Hall, then: Callable[[Hall], None]) -> None:
    asked = march(hall)
    assert asked.closed
    then(hall)
    hall.clock.advance(days=40)
    hall.day()
    assert figures.report(hall.app, AGENT, period("2026-04")).closed
    assert march(hall) == asked


def test_pages_of_another_size_tell_the_same_tables(hall: Hall) -> None:
    asked = march(hall)
    for page in (1, 3):
        recounted(hall, page)
        assert march(hall) == asked


def test_as_long_as_something_of_it_is_put_off_a_month_is_not_closed(hall: Hall) -> None:
    asked = march(hall)
    forget(hall)
    lost = hall.ledger.records.pop((Invoice, LAST))
    assert tally(hall.app).failures
    (about,) = {warning for warning in march(hall).tables[0].warnings if "pas pu être compté" in warning}
    assert f"(facture {LAST})" in about
    assert not march(hall).closed
    assert figures.report(hall.app, AGENT, period("2026-02")).closed  # that was over before
    snapshot(hall.app)
    seen = home(hall.app, AGENT)
    assert seen and about in seen.now.figures.doubts[0].replace("avril", "mars")
    hall.ledger.records[Invoice, LAST] = lost
    tally(hall.app)
    assert march(hall) == asked


def test_before_anything_was_counted_no_month_looks_closed(hall: Hall) -> None:
    forget(hall)
    with hall.ledger.lease(TALLY, "un autre poste"):
        found = march(hall)
    assert not found.closed
    assert "jamais été compté" in found.tables[0].warnings[0]
    assert march(hall).closed


def test_a_period_that_has_not_begun_has_no_figures(hall: Hall) -> None:
    day = hall.clock.today()
    with pytest.raises(RuleError, match=r"mai 2026 n'a pas commencé.*2026-04"):
        figures.report(hall.app, AGENT, period("2026-05"))
    assert not figures.report(hall.app, AGENT, period(f"{day:%Y-%m}")).closed


def test_a_clock_that_was_ahead_does_not_keep_the_figures_of_today(hall: Hall) -> None:
    hall.clock.advance(days=2000)
    tally(hall.app)
    hall.clock.advance(days=-2000)
    before = figures.report(hall.app, AGENT, period("2026-04"))
    hall.deposit("77.00", start=5)
    hall.day()
    hall.clock.advance(hours=1)
    assert figures.report(hall.app, AGENT, period("2026-04")) != before
