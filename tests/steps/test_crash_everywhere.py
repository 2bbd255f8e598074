"""The day killed at each call it makes, before and after its effect; run again, all is told and sent once."""

from collections import Counter
from pathlib import Path

import pytest

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from fakes.hall import Hall, Killed

AMOUNTS = ("120.00", "45.30", "999.99")


def play(hall: Hall) -> None:
    """Bring three invoices from their deposit to their payment; a murder is followed by new runs."""
    hall.deposit(*AMOUNTS)
    survive(hall)
    hall.certify()
    survive(hall)
    hall.sign()
    survive(hall)
    survive(hall)


def survive(hall: Hall) -> None:
    for _ in range(3):
        try:
            hall.day()
        except Killed:
            hall.axe.at = None
            hall.clock.advance(minutes=10)


def calls_of_a_whole_play(folder: Path) -> int:
    hall = Hall.build(folder)
    hall.ledger.axe = hall.axe
    play(hall)
    return hall.axe.calls


@pytest.mark.parametrize("moment", ["before", "after"])
def test_wherever_it_dies_nothing_is_lost_or_done_twice(tmp_path: Path, moment: str) -> None:
    total = calls_of_a_whole_play(tmp_path)
    assert total > 40
    for call in range(1, total + 1):
        hall = Hall.build(tmp_path)
        hall.ledger.axe = hall.axe
        hall.axe.at = (call, moment)
        try:
            play(hall)
        except Killed:  # inside an act of a person, who simply does it again
            hall.axe.at = None
            play(hall)
        _check(hall, f"killed {moment} call {call}")


def _check(hall: Hall, story: str) -> None:
    invoices, mandats, flows = hall.all(Invoice), hall.all(Mandat), hall.all(Flux)
    assert [one.remote_id for one in invoices] == ["9100001", "9100002", "9100003"], story
    assert {one.state for one in invoices} == {InvoiceState.TO_PAY}, story
    assert {one.state for one in mandats} == {MandatState.PAID}, story
    assert {one.state for one in flows} == {FluxState.ACKNOWLEDGED}, story
    assert sum((one.amount for one in mandats), ZERO) == sum((one.ttc for one in invoices), ZERO), story
    paid = Counter(key for one in mandats for key in one.invoice_ids)
    assert paid == Counter(one.id for one in invoices), story
    told = Counter((key, status) for key, status, _ in hall.chorus.told)
    assert told == Counter((one.remote_id, s) for one in invoices for s in ("SERVICE_FAIT", "MANDATEE")), story
    assert len(hall.tdt.received) == len(flows), story
    assert sorted(one.number for one in mandats) == list(range(1187, 1187 + len(mandats))), story
    numbers = sorted(one.number for one in hall.all(Bordereau))
    assert numbers == list(range(42, 42 + len(numbers))), story
