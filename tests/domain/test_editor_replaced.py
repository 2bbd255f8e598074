"""The finance software mandates again under another number: what came back is told no more."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import ascertain, consult
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState, Share
from dematfin.domain.mandat.together import leading, superseded
from dematfin.domain.money import ZERO
from examples import AGENT, mandat
from fakes.exported import Paying, exported
from fakes.hall import Hall

REJECTED = mandat(editor=True, state=MandatState.REJECTED)
AGAIN = mandat(id="M2026-000002", editor=True, number=1300, state=MandatState.SENT)
OTHER = Share(invoice_id="F2026-000002", amount=ZERO)


@pytest.mark.parametrize(
    ("made", "lead", "gone"),
    [
        ([REJECTED], REJECTED, set()),
        ([REJECTED, AGAIN], AGAIN, {REJECTED.id}),
        ([REJECTED, replace(AGAIN, state=MandatState.CANCELLED)], REJECTED, set()),
        ([REJECTED, replace(AGAIN, state=MandatState.REFUSED_AT_GATE)], REJECTED, set()),
        ([replace(REJECTED, editor=False), AGAIN], replace(REJECTED, editor=False), set()),
    ],
)
def test_a_living_mandat_replaces_one_that_came_back(made: Sequence[Mandat], lead: Mandat, gone: set[str]) -> None:
    assert leading(made) == lead
    assert superseded(made) == gone


def test_one_is_not_replaced_as_long_as_an_invoice_of_it_is_not_paid() -> None:
    assert superseded([replace(REJECTED, shares=(*REJECTED.shares, OTHER)), AGAIN]) == frozenset()
    assert superseded([replace(REJECTED, shares=()), AGAIN]) == frozenset()


def test_what_never_comes_back_is_seen_once(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    exported(hall, [Paying(number=1187)])
    with hall.ledger.transaction() as books:
        (one,) = books.find(Mandat)
        books.save(replace(one, state=MandatState.REJECTED, reason="absence de pièce"))
    (told,) = alerts(hall, "Mandat M2026-000001")
    assert "logiciel financier" in told
    assert 'dematfin flux constater M2026-000001 --vu --motif "…"' in told
    assert ascertain.see(hall.app, AGENT, "M2026-000001", "Refait sous un autre numéro.") == ("absence de pièce",)
    assert not alerts(hall, "Mandat M2026-000001")


def test_what_the_gate_refused_after_the_tdt_is_told(tmp_path: Path) -> None:
    """The TdT refused the first flow; of the second one, the gate refused the bordereau."""
    hall = Hall.beside(tmp_path)
    first = exported(hall, [Paying(number=1187)], nomfic="PAYE042")
    second = exported(hall, [Paying(number=1187)], nomfic="PAYE042B")
    with hall.ledger.transaction() as books:
        books.save(replace(first, state=FluxState.REFUSED_BY_TDT), replace(second, state=FluxState.ACKNOWLEDGED))
        (one,) = books.find(Mandat)
        books.save(replace(one, state=MandatState.REFUSED_AT_GATE, reason="1971 - Compte"))
    (told,) = alerts(hall, "1971 - Compte")
    assert "bordereau importer" in told


def alerts(hall: Hall, about: str) -> list[str]:
    return [line for line in consult.picture(hall.app, AGENT).alerts if about in line]
