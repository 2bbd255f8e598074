"""What figures are grouped by: the control that an invoice was refused for, and a mandat that takes from nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.happenings import Told, happenings
from examples import invoice, mandat

NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)
BILL = invoice()


def event(subject: Subject, about: str, before: str, after: str, data: dict[str, Any]) -> Event:
    """Return what the journal tells."""
    return Event(at=NOON, by="agent", subject=subject, subject_id=about, before=before, after=after, data=data)


def refused(**data: str) -> Happening:
    """Return what a refusal tells."""
    told = event(Subject.INVOICE, BILL.id, InvoiceState.RECEIVED, InvoiceState.REFUSED, data)
    return happenings(1, told, Told(invoices={BILL.id: BILL}), renumbered=False)[0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"motive": "PRIX_NON_CONFORME", "stops": "SUM-LINES"}, "PRIX_NON_CONFORME"),
        ({"stops": "SUM-LINES DUP-NUMBER"}, "SUM-LINES"),
        ({}, ""),
    ],
)
def test_a_refusal_is_grouped_by_its_motive_else_by_the_first_control(data: dict[str, str], code: str) -> None:
    assert (refused(**data).what, refused(**data).code) == (What.REFUSED, code)


def told_of(made: Mandat) -> list[What]:
    """Return what is told when a mandat takes its number."""
    told = event(Subject.MANDAT, made.id, MandatState.PREPARED, MandatState.IN_BORDEREAU, {})
    bills = {key: replace(BILL, id=key) for key in made.invoice_ids}
    return [one.what for one in happenings(1, told, Told(invoices=bills, mandats={made.id: made}), renumbered=True)]


def test_a_mandat_that_takes_from_no_engagement_is_told_once() -> None:
    whole = mandat(engagement="")
    bare = replace(whole, lines=tuple(replace(line, engagement="") for line in whole.lines))
    assert told_of(bare) == [*[What.MANDATED] * len(bare.lines), What.WITHOUT_ENGAGEMENT]
    assert What.WITHOUT_ENGAGEMENT not in told_of(replace(bare, engagement="21:BC1"))
    last = (*bare.lines[:-1], replace(bare.lines[-1], engagement="21:BC1"))
    assert What.WITHOUT_ENGAGEMENT not in told_of(replace(bare, lines=last))
    assert told_of(replace(bare, kind=MandatKind.REDUCTION)) == [What.MANDAT_REDUCED] * len(bare.lines)
