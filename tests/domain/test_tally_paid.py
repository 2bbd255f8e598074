"""What a settlement keeps of the days of a mandat, by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Share
from dematfin.domain.money import ZERO
from dematfin.domain.tally.paid import Course, settlement
from dematfin.domain.tally.settlement import Settlement
from examples import invoice, mandat

AT = datetime(2026, 4, 2, 8, tzinfo=UTC)
KEY = "F2026-000001"
PAID = date(2026, 3, 30)


def course(**changes: Any) -> Course:
    usual = Course(
        known_at=AT,
        known_on=date(2026, 4, 2),
        acknowledged=None,
        deposited=None,
        emitted=None,
        suspended=0,
        first_pass=True,
    )
    return replace(usual, **changes)


def made(way: Course | None = None, *, of: Any = None, **changes: Any) -> Settlement | None:
    invoices = {one.id: one for one in (of or [invoice()])}
    starts = {key: one.notified_on for key, one in invoices.items()}
    return settlement(mandat(**({"paid_on": PAID} | changes)), invoices, way or course(), starts, lambda _: 30)


@pytest.mark.parametrize(
    ("way", "taken_on", "received"),
    [
        ({"acknowledged": date(2026, 3, 12), "deposited": date(2026, 3, 10)}, None, date(2026, 3, 12)),
        ({"deposited": date(2026, 3, 10), "emitted": date(2026, 3, 2)}, None, date(2026, 3, 10)),
        ({"emitted": date(2026, 3, 2)}, None, date(2026, 3, 4)),
        ({"acknowledged": date(2026, 3, 20)}, date(2026, 3, 13), date(2026, 3, 13)),
        ({"acknowledged": date(2026, 4, 2)}, None, PAID),
        ({}, None, PAID),
    ],
)
def test_the_comptable_had_it_as_soon_as_anything_shows_it(
    way: dict[str, date], taken_on: date | None, received: date
) -> None:
    found = made(course(**way), taken_on=taken_on)
    assert found
    assert found.mandated_on == received


def test_the_day_of_the_news_stands_for_that_of_a_payment_that_has_none() -> None:
    found = made(paid_on=None)
    assert found
    assert (found.paid_on, found.known_at) == (date(2026, 4, 2), AT)


def test_an_interruption_moves_the_start_that_counts_and_not_the_gross_one() -> None:
    """Notified on 22 February, interrupted on 1 March, all received on 10 March: 30 days more, up to 9 April."""
    stopped = replace(invoice(), interrupted_on=date(2026, 3, 1), resumed_on=date(2026, 3, 10))
    found = made(of=[stopped])
    assert found
    assert (found.gross_start, found.start, found.deadline) == (date(2026, 2, 22), date(2026, 3, 10), date(2026, 4, 9))
    never = made(of=[replace(stopped, resumed_on=None)])
    assert never
    assert never.start == never.gross_start


def test_of_several_invoices_the_delay_is_that_of_the_last_to_start() -> None:
    other = replace(invoice("F-2", key="F2026-000002"), executed_on=date(2026, 3, 5))
    shares = tuple(Share(invoice_id=key, amount=ZERO) for key in (KEY, "F2026-000002"))
    found = made(of=[invoice(), other], shares=shares)
    assert found
    assert (found.invoice_id, found.start, found.invoices) == ("F2026-000002", date(2026, 3, 5), 2)


def test_a_reduction_and_a_mandat_that_no_invoice_asks_for_settle_nothing() -> None:
    assert made(kind=MandatKind.REDUCTION) is None
    assert made(shares=()) is None


def test_what_paid_itself_is_told_apart() -> None:
    found = made(paid_before=date(2026, 3, 1), paid_on=date(2026, 3, 1))
    assert found
    assert (found.after_payment, found.mandated_on) == (True, date(2026, 3, 1))
