"""The small machines: our acts follow the table, and the table leads somewhere."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE, InvoiceState
from dematfin.domain.machine import Machine
from dematfin.domain.mandat.flux import FLUX_MACHINE, FluxState
from dematfin.domain.mandat.mandat import MANDAT_MACHINE, MandatState
from dematfin.domain.visa.folder import FOLDER_MACHINE, FolderState
from dematfin.domain.visa.remote import REMOTE_MACHINE, RemoteState
from dematfin.errors import IllegalTransition
from examples import invoice

MACHINES: dict[Machine[Any], tuple[StrEnum, frozenset[StrEnum]]] = {
    INVOICE_MACHINE: (InvoiceState.RECEIVED, frozenset({InvoiceState.REFUSED, InvoiceState.CANCELLED})),
    MANDAT_MACHINE: (MandatState.PREPARED, frozenset({MandatState.PAID, MandatState.CANCELLED})),
    FLUX_MACHINE: (
        FluxState.BUILT,
        frozenset({FluxState.ACKNOWLEDGED, FluxState.REFUSED_BY_TDT, FluxState.DROPPED}),
    ),
    FOLDER_MACHINE: (
        FolderState.DRAFT,
        frozenset({FolderState.APPROVED, FolderState.REFUSED, FolderState.WITHDRAWN}),
    ),
    REMOTE_MACHINE: (RemoteState.TO_SEND, frozenset({RemoteState.CLOSED, RemoteState.WITHDRAWN})),
}
SAFE: Mapping[InvoiceState, frozenset[InvoiceState]] = INVOICE_MACHINE.arrows

every_machine = pytest.mark.parametrize("machine", MACHINES, ids=["invoice", "mandat", "flux", "folder", "remote"])


@every_machine
def test_every_state_can_be_reached_and_left_unless_it_is_an_end(machine: Machine[Any]) -> None:
    start, ends = MACHINES[machine]
    assert machine.reachable(start) == set(type(start)) == set(machine.arrows)
    assert {state for state, after in machine.arrows.items() if not after} == ends
    for state in machine.arrows:
        assert machine.reachable(state) & ends, f"{state} never ends"


@every_machine
@given(data=st.data())
def test_no_road_leaves_the_table(machine: Machine[Any], data: st.DataObject) -> None:
    state, _ = MACHINES[machine]
    for wanted in data.draw(st.lists(st.sampled_from(list(machine.arrows)), max_size=12)):
        if wanted in machine.arrows[state]:
            state = machine.check("Flux 12", state, wanted)
            assert state is wanted
        else:
            with pytest.raises(IllegalTransition, match=f"^Flux 12 .*« {machine.words[wanted]} »"):
                machine.check("Flux 12", state, wanted)


def test_nothing_that_was_held_can_be_paid_without_being_certified_again() -> None:
    """Every road from a held invoice to a payment goes through a head of service."""
    for held in (InvoiceState.TO_CORRECT, InvoiceState.INTERRUPTED, InvoiceState.RECEIVED, InvoiceState.ELSEWHERE):
        without = {state: after - {InvoiceState.SERVICE_FAIT} for state, after in SAFE.items()}
        assert InvoiceState.TO_PAY not in Machine(without, INVOICE_MACHINE.words).reachable(held)


def test_a_flow_is_never_received_twice_by_our_own_road() -> None:
    for sent in (FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED):
        assert FluxState.SENDING not in FLUX_MACHINE.reachable(sent)
    assert FluxState.SENDING not in FLUX_MACHINE.arrows[FluxState.TO_VERIFY]


def test_an_invoice_moves_by_its_machine() -> None:
    paid = replace(invoice(), state=InvoiceState.SERVICE_FAIT).moved(InvoiceState.TO_PAY)
    with pytest.raises(IllegalTransition, match=r"F2026-000001.*« à payer ».*« refusée »"):
        paid.moved(InvoiceState.REFUSED)
