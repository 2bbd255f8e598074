"""An editor's flow once completed: several bordereaux of one file, signed, sent, answered and paid as ours are."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import sign
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import RuleError
from dematfin.ports.transmitter import Progress
from dematfin.steps.signatures import total_of
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
    sheets = sign.to_sign(hall.app, MAIRE)
    sign.sign(hall.app, MAIRE, sheets[0].flux.id, total_of(sheets))


def states(hall: Hall) -> dict[tuple[str, int], MandatState]:
    return {(one.bordereau, one.number): one.state for one in hall.all(Mandat)}


def test_each_bordereau_of_a_flow_is_shown_and_their_sum_is_signed(hall: Hall) -> None:
    shown = sign.to_sign(hall.app, MAIRE)
    assert [one.bordereau.id for one in shown] == ["COMMUNE-2026-42", "COMMUNE-2026-A42"]
    with pytest.raises(RuleError):
        sign.sign(hall.app, MAIRE, flux(hall).id, shown[0].bordereau.total)
    sign.sign(hall.app, MAIRE, flux(hall).id, Decimal("45340.33"))
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


def test_one_bordereau_refused_leaves_the_other_accepted(tmp_path: Path) -> None:
    hall = editor_hall(tmp_path)
    exported(hall, [payroll(1188)], [REDUCTION], numbers=(42, 7))
    hall.tdt.refused = {7}
    signed(hall)
    hall.day()
    hall.day()
    assert flux(hall).acquit is AcquitSummary.PARTLY
    assert states(hall) == {
        ("COMMUNE-2026-42", 1188): MandatState.PAID,
        ("COMMUNE-2026-A7", 1187): MandatState.REFUSED_AT_GATE,
    }
    assert [one.refused for one in hall.all(Bordereau)] == [False, True]


def test_twins_of_which_one_yes_is_said_wait_for_a_person(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    said = hall.tdt.follow
    once = b"</ElementACQUIT>"

    def only_once(remote_id: str, nomfic: str) -> Progress:
        told = said(remote_id, nomfic)
        assert told.acquit
        head, _, rest = told.acquit.partition(once)
        return replace(told, acquit=head + once + rest[rest.index(b"</ACQUIT>") :])

    monkeypatch.setattr(hall.tdt, "follow", only_once)
    hall.tdt.no_retour = True
    signed(hall)
    hall.day()
    hall.day()
    assert flux(hall).acquit is AcquitSummary.UNCLEAR
    assert set(states(hall).values()) == {MandatState.SENT}
    assert not any(one.refused for one in hall.all(Bordereau))
