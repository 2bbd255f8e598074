"""Which invoice a flow that is unknown here pays: its number may be cut, its creditor may have no SIREN."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from dematfin.domain.invoice.long_number import LongNumbers, cut, marked, may_stand_for
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.restoration import Neighbour, Trace, TracedMandat, paying
from examples import invoice
from fakes.clock import FakeClock

WHOLE: Final = "FA-2026-03-0000000000012345"
IBAN: Final = "FR7630001007941234567890185"


@pytest.mark.parametrize("kept", LongNumbers)
def test_a_long_number_is_known_whatever_is_kept_of_it(kept: LongNumbers) -> None:
    short = cut(WHOLE, kept)
    assert len(short) <= 20
    assert may_stand_for(short, WHOLE)
    assert may_stand_for(marked(short, 2), WHOLE)
    assert not may_stand_for(short[:-1] + "9", WHOLE)
    assert not may_stand_for("", WHOLE)


def test_a_creditor_without_siren_is_known_by_its_account() -> None:
    left = TracedMandat(exercice=2026, bordereau=1, number=1, kind=BordereauKind.ORDINARY, amount=Decimal("120.00"))
    left = replace(left, account=IBAN)
    one = replace(invoice(), iban=IBAN, ttc=Decimal("120.00"))
    assert left.may_pay(one)
    assert replace(left, amount=Decimal(1), invoices=(one.number,)).may_pay(one)
    assert not left.pays(one)
    for other in (
        replace(left, amount=Decimal(1)),
        replace(left, account=""),
        replace(left, account="FR76"),
        replace(left, siren="732829320"),
    ):
        assert not other.may_pay(one)


def test_an_invoice_that_is_issued_later_is_not_the_one_that_was_paid() -> None:
    """A rent is the same each month."""
    clock, one = FakeClock(), replace(invoice(), iban=IBAN, ttc=Decimal("500.00"))
    left = TracedMandat(exercice=2026, bordereau=1, number=1, kind=BordereauKind.ORDINARY, amount=one.ttc, account=IBAN)
    trace = Trace(
        id="1", restoration="R0001", neighbour=Neighbour.TDT, read=True, said="", found_at=clock.now(), mandats=(left,)
    )
    there = replace(one, issued_on=clock.today())
    assert [paid for _, paid in paying((trace,), there)] == [left]
    assert list(paying((trace,), replace(one, issued_on=clock.today() + timedelta(days=31)))) == []
