"""What comes next of a flow: nobody is told to wait for what waits for a person."""

from dataclasses import replace

import pytest

from dematfin.domain.figures.next_step import of_flux, of_mandat
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import MandatState
from domain.flights import MONDAY, flux, mandat

SENT = flux(1, FluxState.TRANSMITTED, sent_at=MONDAY)
HELD = replace(SENT, message="Il attend une signature sur le TdT.")
LOST = flux(2, FluxState.TO_VERIFY, sending_since=MONDAY)
THERE = replace(LOST, arrived=True)


@pytest.mark.parametrize(
    ("one", "who", "command"),
    [
        (SENT, "TdT", "dematfin suivi"),
        (HELD, "agent", "dematfin suivi"),
        (LOST, "agent", "dematfin suivi"),
        (THERE, "agent", f"dematfin transmission rattacher {THERE.id} NUMÉRO"),
    ],
)
def test_a_flow_and_its_mandats_wait_for_the_same_person(one: Flux, who: str, command: str) -> None:
    of_it = of_flux(one)
    assert (of_it.who, of_it.command) == (who, command)
    carried = of_mandat(replace(mandat(1), state=MandatState.SENT), one)
    assert (carried.who, carried.command) == (who, command)


def test_a_held_flow_is_not_said_to_wait_for_its_acquit() -> None:
    assert "acquit" not in of_flux(HELD).coming
    assert of_flux(HELD).why == (HELD.message,)


def test_a_mandat_whose_flow_may_have_left_is_not_said_to_wait_for_a_signature() -> None:
    waiting = replace(mandat(1), state=MandatState.IN_BORDEREAU)
    assert of_mandat(waiting, LOST).now.endswith(f"dans le flux {LOST.id} : à vérifier.")
    assert "signature" in of_mandat(waiting, None).now


@pytest.mark.parametrize("state", [MandatState.REJECTED, MandatState.ON_HOLD])
def test_an_accepted_flow_names_the_mandat_for_which_somebody_must_act(state: MandatState) -> None:
    accepted = replace(SENT, state=FluxState.ACKNOWLEDGED)
    found = of_flux(accepted, (replace(mandat(1), state=MandatState.PAID), replace(mandat(2), state=state)))
    assert (found.who, found.command) == ("agent", "dematfin mandat voir M2026-000002")
