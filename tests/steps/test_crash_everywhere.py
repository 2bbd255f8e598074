"""A week of refusals, killed several times at the calls it makes; run again, all is told and sent once."""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import mandats
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from examples import AGENT, VISEUR, content
from fakes.hall import Hall, Killed

AMOUNTS = ("120.00", "45.30", "999.99")


def build(folder: Path) -> Hall:
    """Return a hall whose head of service is reminded by mail, and where each call counts."""
    hall = Hall.build(folder)
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, email="paul@valbrume.test"))
    hall.ledger.axe = hall.axe
    return hall


@settings(max_examples=12, deadline=None)
@given(kills=st.lists(st.tuples(st.integers(1, 160), st.sampled_from(("before", "after"))), max_size=4))
def test_a_week_of_refusals_survives_several_deaths(kills: list[tuple[int, str]]) -> None:
    """A credit note, a bordereau refused at the gate, a mandat rejected; death strikes several times."""
    with tempfile.TemporaryDirectory() as folder:
        hall = build(Path(folder))
        deaths = sorted(kills)
        hall.axe.at = deaths.pop(0) if deaths else None
        hall.deposit(*AMOUNTS)
        hall.chorus.deposit("9100004", content("AV-1", "20.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1"))
        hall.tdt.refused, hall.tdt.rejected = {42}, {1188}
        for _ in range(4):
            for act in (hall.day, hall.certify, hall.day, hall.sign, hall.day, partial(take_up, hall)):
                insist(hall, act, deaths)
            hall.tdt.refused = set()
        story = f"killed at {kills}"
        _check(hall, story)
        assert {one.number for one in hall.all(Bordereau)} >= {42}, story


def insist(hall: Hall, act: Callable[[], object], deaths: list[tuple[int, str]]) -> None:
    """Do an act until nobody dies of it; a kill that its time has passed never comes."""
    while True:
        try:
            act()
        except Killed:
            later = [death for death in deaths if death[0] > hall.axe.calls]
            deaths[:] = later[1:]
            hall.axe.at = later[0] if later else None
            hall.clock.advance(minutes=10)
        else:
            return


def take_up(hall: Hall) -> None:
    for sheet in hall.all(Bordereau):
        if sheet.refused:
            mandats.resume(hall.app, AGENT, sheet.id)
    for one in hall.all(Mandat):
        if one.state is MandatState.REJECTED:
            mandats.reissue(hall.app, AGENT, one.id)


def _check(hall: Hall, story: str) -> None:
    invoices, made, flows = hall.all(Invoice), hall.all(Mandat), hall.all(Flux)
    assert [one.remote_id for one in invoices] == sorted(hall.chorus.deposits), story
    assert {one.state for one in invoices} == {InvoiceState.TO_PAY}, story
    assert {one.state for one in made} == {MandatState.PAID}, story
    assert {one.state for one in flows} == {FluxState.ACKNOWLEDGED}, story
    assert sum((one.amount for one in made), ZERO) == sum((one.signed_amount for one in invoices), ZERO), story
    paid = Counter(key for one in made for key in one.invoice_ids)
    assert paid == Counter(one.id for one in invoices), story
    named = Counter(key for mail in hall.mailer.sent for key in re.findall(r"F2026-\d+", mail.text))
    assert set(named.values()) <= {1}, story
    told = Counter((key, status) for key, status, _ in hall.chorus.told)
    assert told == Counter((one.remote_id, s) for one in invoices for s in ("SERVICE_FAIT", "MANDATEE")), story
    assert sorted(hall.tdt.received.values()) == sorted(signed_bytes(hall, flows)), story
    assert sorted(one.number for one in made) == list(range(1187, 1187 + len(made))), story
    numbers = sorted(one.number for one in hall.all(Bordereau))
    assert numbers == list(range(42, 42 + len(numbers))), story


def signed_bytes(hall: Hall, flows: Iterable[Flux]) -> list[bytes]:
    return [hall.documents.kept[flux.signed.sha256] for flux in flows if flux.signed]
