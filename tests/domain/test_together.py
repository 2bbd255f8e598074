"""Where an invoice stands when it has several mandats, and when one mandat pays several invoices."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain import labels
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.together import leading
from examples import mandat

M = MandatState


def made(state: MandatState, number: int = 1, **changes: Any) -> Mandat:
    return mandat(id=f"M2026-{number:06d}", state=state, **changes)


@pytest.mark.parametrize(
    ("states", "label"),
    [
        ((), ""),
        ((M.PAID,), "payée"),
        ((M.PAID, M.PAID), "payée"),
        ((M.PAID, M.SENT), "payée en partie"),
        ((M.PAID, M.PREPARED), "payée en partie"),
        ((M.PAID, M.REJECTED), "rejetée par le comptable"),
        ((M.PAID, M.ON_HOLD), "en instance"),
        ((M.SENT, M.REFUSED_AT_GATE), "refusée au guichet"),
        ((M.TAKEN_IN_CHARGE, M.SENT), "transmise"),
        ((M.CANCELLED, M.PREPARED), "mandat préparé"),
        ((M.CANCELLED, M.PAID), "payée"),
        ((M.CANCELLED, M.CANCELLED), "mandat annulé"),
    ],
)
def test_an_invoice_stands_where_its_last_mandat_stands(states: tuple[MandatState, ...], label: str) -> None:
    mandats = [made(state, number) for number, state in enumerate(states, start=1)]
    assert labels.of_mandats(mandats) == label
    assert labels.of_mandats(reversed(mandats)) == label


def test_a_reduction_tells_nothing_of_an_invoice_that_is_paid_by_another() -> None:
    reduction = made(M.IN_BORDEREAU, 2, kind=MandatKind.REDUCTION)
    assert labels.of_mandats([made(M.PAID), reduction]) == "payée"
    assert labels.of_mandats([reduction]) == "mandatée"


def test_one_set_aside_is_said_first() -> None:
    aside = made(M.PREPARED, 2, set_aside="montant faux")
    assert labels.of_mandats([made(M.PAID), aside]) == labels.SET_ASIDE


@given(st.lists(st.sampled_from(list(M)), min_size=1, max_size=4))
def test_paid_is_said_only_when_nothing_is_left_to_pay(states: list[MandatState]) -> None:
    mandats = [made(state, number) for number, state in enumerate(states, start=1)]
    lead = leading(mandats)
    assert lead in mandats
    living = {state for state in states if state is not M.CANCELLED}
    assert (labels.of_mandats(mandats) == "payée") is (living == {M.PAID})
