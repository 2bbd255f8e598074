"""A flow of nobody's budget never leaves: S²LOW would take the retours of that SIRET from whoever owns it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import UnknownOutcome
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from fakes.hall import Hall, flux

ELSEWHERE = "21990042000114"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with a signed flow."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00")
    assert built.sign() == 1
    return built


def of_another_town(hall: Hall) -> None:
    """Its budgets change under the flow: a configuration of test, or the base of another town."""
    budgets = tuple(replace(one, siret=ELSEWHERE) for one in hall.app.policy.budgets[:1])
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=budgets))


def test_a_flow_of_no_budget_of_ours_does_not_leave(hall: Hall) -> None:
    of_another_town(hall)
    (failure,) = transmit(hall.app).failures
    assert "n'est celui d'aucun budget configuré" in failure.sentence
    assert hall.tdt.received == {}
    assert ("9100001", "MANDATEE", "1187") not in hall.chorus.told
    assert flux(hall).state is FluxState.SIGNED
    assert {one.state for one in hall.all(Mandat)} == {MandatState.IN_BORDEREAU}


def test_a_flow_of_a_merged_commune_leaves(hall: Hall) -> None:
    merged = tuple(replace(one, siret=ELSEWHERE, former=(one.siret,)) for one in hall.app.policy.budgets[:1])
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=merged))
    assert transmit(hall.app).failures == ()
    assert len(hall.tdt.received) == 1


def test_its_bytes_are_not_sent_again_to_learn_whether_they_arrived(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> str:
        message = "La réponse s'est perdue."
        raise UnknownOutcome(message)

    monkeypatch.setattr(hall.tdt, "find", lost)
    with monkeypatch.context() as once:
        once.setattr(hall.tdt, "send", lost)
        transmit(hall.app)
    assert flux(hall).state is FluxState.TO_VERIFY
    hall.clock.advance(days=1)
    of_another_town(hall)
    assert any("aucun budget configuré" in one.sentence for one in reconcile(hall.app).failures)
    assert hall.tdt.received == {}
