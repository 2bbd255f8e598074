"""From the signature to the payment by two folders: killed at each call, each flow is deposited once, paid once."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.steps.follow_up import follow_up
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from fakes.hall import Hall, Killed, Watched, flux
from tdt.desktop import Desktop

WATCHED = frozenset({"send", "find", "follow", "returns", "fetch", "acknowledge"})


def opened(folder: Path) -> tuple[Hall, Desktop]:
    """Return a town hall with a signed flow of two mandats, and the folders by which it leaves."""
    for place in ("mairie", "tdt"):
        (folder / place).mkdir(parents=True)
    hall, desktop = Hall.build(folder / "mairie"), Desktop.open(folder / "tdt")
    hall.to_sign("120.00", "45.30")
    assert hall.sign() == 1
    hall.app = replace(hall.app, transmitter=Watched(desktop.ready(), hall.axe, WATCHED))
    return hall, desktop


def a_run(hall: Hall, desktop: Desktop) -> None:
    """Run what a scheduler runs, while the agent works on its desk."""
    reconcile(hall.app)
    transmit(hall.app)
    desktop.work()
    follow_up(hall.app)


def paid_once(hall: Hall, desktop: Desktop) -> None:
    assert desktop.taken == [f"{flux(hall).id}.xml"]
    assert flux(hall).state is FluxState.ACKNOWLEDGED
    assert {(one.state, one.paid) for one in hall.all(Mandat)} == {
        (MandatState.PAID, Decimal("120.00")),
        (MandatState.PAID, Decimal("45.30")),
    }
    answers = {(one.kind, one.state) for one in hall.all(Answer)}
    assert answers == {(AnswerKind.ACQUIT, AnswerState.APPLIED), (AnswerKind.RETOUR, AnswerState.APPLIED)}
    assert len(hall.all(Answer)) == 2
    assert [path for path in desktop.back.iterdir() if path.is_file()] == []


def test_a_flow_leaves_by_a_folder_and_its_answers_come_back_by_another(tmp_path: Path) -> None:
    hall, desktop = opened(tmp_path)
    assert transmit(hall.app).done == (flux(hall).id,)
    assert (flux(hall).state, flux(hall).remote_id) == (FluxState.TRANSMITTED, flux(hall).id)
    assert follow_up(hall.app).failures == ()
    assert {one.state for one in hall.all(Mandat)} == {MandatState.SENT}
    desktop.work()
    outcome = follow_up(hall.app)
    assert outcome.failures == ()
    assert len(outcome.done) == 2
    paid_once(hall, desktop)
    assert follow_up(hall.app).done == ()


def test_a_bordereau_refused_by_an_acquit_among_the_files_comes_back(tmp_path: Path) -> None:
    hall, desktop = opened(tmp_path)
    desktop.tdt.refused = {42}
    a_run(hall, desktop)
    assert {one.state for one in hall.all(Mandat)} == {MandatState.REFUSED_AT_GATE}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_each_call_it_is_deposited_and_paid_once(tmp_path: Path, moment: str) -> None:
    for call in count(1):
        hall, desktop = opened(tmp_path / str(call))
        hall.ledger.axe = hall.axe
        hall.axe.calls, hall.axe.at = 0, (call, moment)
        died = not _survives(lambda: a_run(hall, desktop))  # noqa: B023 - called at once
        hall.axe.at = None
        for _ in range(2):
            hall.clock.advance(minutes=10)
            a_run(hall, desktop)
        paid_once(hall, desktop)
        if not died:
            break
    assert call > 12


def _survives(act: Callable[[], None]) -> bool:
    try:
        act()
    except Killed:
        return False
    return True
