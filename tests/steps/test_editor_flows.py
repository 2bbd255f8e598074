"""An editor's flow once completed: several bordereaux of one file, signed, sent, answered and paid as ours are."""

from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import sign
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from examples import MAIRE
from fakes.editor import Paying, editor_hall, exported, payroll
from fakes.hall import Hall, flux

REDUCTION = Paying(number=1187, amount="10.00", kind=MandatKind.REDUCTION)
"""Numbered apart: the same IdPce as an ordinary mandat, in a bordereau of the same IdBord."""


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """One certified invoice, that the finance software has mandated with the month's payroll and a réduction."""
    hall = editor_hall(tmp_path)
    hall.certified("120.00")
    hall.day()
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)], [REDUCTION])
    return hall


def signed(hall: Hall) -> None:
    sign.sign(hall.app, MAIRE, flux(hall).id, Decimal("45340.33"))


def states(hall: Hall) -> dict[tuple[str, int], MandatState]:
    return {(one.bordereau, one.number): one.state for one in hall.all(Mandat)}


def test_each_bordereau_of_a_flow_is_shown_and_their_sum_is_signed(hall: Hall) -> None:
    shown = sign.to_sign(hall.app, MAIRE)
    assert [one.bordereau.id for one in shown] == ["COMMUNE-2026-42", "COMMUNE-2026-A42"]
    signed(hall)
    assert flux(hall).state is FluxState.SIGNED


def test_a_whole_flow_is_signed_sent_acquitted_and_paid(hall: Hall) -> None:
    signed(hall)
    hall.day()
    hall.day()
    assert flux(hall).acquit is AcquitSummary.ACCEPTED
    assert states(hall) == {
        ("COMMUNE-2026-42", 1187): MandatState.PAID,
        ("COMMUNE-2026-42", 1188): MandatState.PAID,
        ("COMMUNE-2026-A42", 1187): MandatState.TAKEN_IN_CHARGE,
    }
    assert ("9100001", "MANDATEE", "1187") in hall.chorus.told
