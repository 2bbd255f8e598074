"""The day from which a supplier has really waited, across refusals."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.content import InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.invoice.true_age import true_start
from examples import invoice

REFUSED, CANCELLED, VISA = InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.IN_VISA
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 4)


def came(place: int, on: date, state: InvoiceState = VISA, number: str = "F2026-0412", **changes: Any) -> Invoice:
    made = invoice(number, key=f"F2026-{place:06d}", **changes)
    return replace(made, notified_on=on, state=state)


def test_an_invoice_that_replaces_none_has_waited_since_it_came() -> None:
    assert true_start(came(2, APRIL), ()) == APRIL
    assert true_start(came(2, APRIL), [came(1, MARCH)]) == APRIL  # not refused: a double, not a replacement


def test_the_same_number_sent_again_has_waited_since_the_first() -> None:
    assert true_start(came(2, APRIL, number="F 2026/412"), [came(1, MARCH, REFUSED)]) == MARCH
    assert true_start(came(2, APRIL), [came(1, MARCH, CANCELLED)]) == MARCH


def test_another_number_for_the_same_order_and_amount_too() -> None:
    assert true_start(came(2, APRIL, number="B-7"), [came(1, MARCH, REFUSED)]) == MARCH


def test_one_refusal_after_another_leads_to_the_first() -> None:
    """A is refused, B comes under another number and is refused, C under a third."""
    first, second = came(1, MARCH, REFUSED), came(2, APRIL, REFUSED, number="B-7")
    assert true_start(came(3, MAY, number="C-9", issued_on=date(2026, 3, 25)), [second, first]) == MARCH
    assert true_start(came(3, MAY, number="B-7", issued_on=date(2026, 6, 1)), [second, first]) == MARCH


def test_what_is_another_bill_is_not_taken_for_it() -> None:
    former, later = came(1, MARCH, REFUSED), came(2, APRIL, number="B-7")
    other_firm = Supplier(identifier_kind="1", identifier="73282932000074", name="AUTRE")
    for another in (
        came(1, MARCH, REFUSED, ttc="240.00"),
        came(1, MARCH, REFUSED, engagement="BC26-00078"),
        came(1, MARCH, REFUSED, delivered_on=date(2026, 1, 19)),  # the month before
        came(1, MARCH, REFUSED, issued_on=date(2025, 12, 20)),
        came(1, MARCH, REFUSED, supplier=other_firm),
        came(1, MARCH, REFUSED, kind=InvoiceKind.CREDIT_NOTE),
        came(1, MAY, REFUSED),  # it came later
        replace(former, supplier_siren=""),
        replace(former, engagement_key=""),
    ):
        assert true_start(later, [another]) == APRIL
    assert true_start(replace(later, supplier_siren=""), [replace(former, supplier_siren="")]) == APRIL


def test_one_that_came_before_the_refusal_does_not_replace() -> None:
    refusal = (Passage(status="REJETEE", on=date(2026, 4, 10)),)
    former = replace(came(1, MARCH, REFUSED), passages=refusal)
    assert true_start(came(2, APRIL), [former]) == APRIL
    assert true_start(came(2, MAY), [former]) == MARCH


def test_a_replacement_that_is_there_already_is_not_taken_for_another() -> None:
    """Sent again under its own number, the refused one has nothing to do with the next bill of the same order."""
    former, again, next_bill = came(1, MARCH, REFUSED), came(3, MAY), came(2, APRIL, number="B-7")
    assert true_start(next_bill, [former, again]) == APRIL
    assert true_start(again, [former, next_bill]) == MARCH


@given(
    days=st.lists(st.dates(MARCH, MAY), min_size=1, max_size=4),
    numbers=st.lists(st.sampled_from(["A", "B"]), min_size=4, max_size=4),
    states=st.lists(st.sampled_from([REFUSED, CANCELLED, VISA]), min_size=4, max_size=4),
)
def test_it_is_never_later_than_its_own_day_and_order_is_nothing(
    days: list[date], numbers: list[str], states: list[InvoiceState]
) -> None:
    road = zip(days, numbers, states, strict=False)
    bills = [came(place, day, state, number) for place, (day, number, state) in enumerate(road, 1)]
    last, earlier = bills[-1], bills[:-1]
    found = {true_start(last, order) for order in permutations(earlier)}
    assert len(found) == 1
    assert min(days) <= found.pop() <= last.notified_on
