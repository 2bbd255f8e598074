"""A mandat that Chorus Pro shows and that may not be ours holds its flow until a named person has asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import neighbour
from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.errors import Forbidden, Refused, RuleError
from dematfin.steps.prepare import prepare
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from examples import AGENT, VISEUR
from fakes.hall import Hall

ID = "F2026-000001"
KEY = "9100001"
WHY = "Le comptable confirme : un seul mandat."


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Return a town hall whose signed flow is held: Chorus Pro shows its invoice mandated by somebody."""
    built = Hall.build(tmp_path)
    built.certified("120.00")
    tell(built.app)
    prepare(built.app)
    built.sign()
    built.chorus.statuses[KEY] = "MANDATEE"

    def doubted(intention: Intention) -> str:
        message = f"Facture {intention.invoice_id} : déjà mandatée sous le n° inconnu."
        raise Refused(message)

    monkeypatch.setattr(built.chorus, "publish", doubted)
    transmit(built.app)
    assert {flux.state for flux in built.all(Flux)} == {FluxState.SIGNED}
    return built


def test_the_flow_leaves_once_a_person_has_recognised_the_mandat(hall: Hall) -> None:
    hall.day()  # the import reads that Chorus Pro shows it mandated
    neighbour.admit(hall.app, AGENT, ID, WHY)
    transmit(hall.app)
    assert {flux.state for flux in hall.all(Flux)} == {FluxState.TRANSMITTED}
    (told,) = [one for one in hall.all(Intention) if one.status is SupplierStatus.MANDATEE]
    assert told.state is IntentionState.DONE
    assert AGENT.name in told.outcome
    told_of = [one.event.motif for one in hall.ledger.history(Subject.INVOICE, [ID]) if WHY in one.event.motif]
    assert [AGENT.name in motif for motif in told_of] == [True]


def test_what_chorus_pro_does_not_show_mandated_is_not_admitted(hall: Hall) -> None:
    with pytest.raises(RuleError, match=rf"{ID}.*service fait.*non mandatée"):
        neighbour.admit(hall.app, AGENT, ID, WHY)
    transmit(hall.app)
    assert {flux.state for flux in hall.all(Flux)} == {FluxState.SIGNED}


@pytest.mark.parametrize("status", ["COMPTABILISEE", "MISE_EN_PAIEMENT"])
def test_what_the_comptable_already_pays_is_not_our_mandat_since_its_flow_is_still_here(
    hall: Hall, status: str
) -> None:
    hall.chorus.statuses[KEY] = status
    hall.day()
    with pytest.raises(RuleError, match=rf"{ID}.*pas parti.*deux fois"):
        neighbour.admit(hall.app, AGENT, ID, WHY)
    transmit(hall.app)
    assert {flux.state for flux in hall.all(Flux)} == {FluxState.SIGNED}


def test_it_takes_a_reason_an_agent_and_something_held(hall: Hall) -> None:
    hall.day()
    with pytest.raises(RuleError, match="donnez un motif"):
        neighbour.admit(hall.app, AGENT, ID, " . ")
    with pytest.raises(Forbidden):
        neighbour.admit(hall.app, VISEUR, ID, WHY)
    neighbour.admit(hall.app, AGENT, ID, WHY)
    with pytest.raises(RuleError, match="rien à admettre"):
        neighbour.admit(hall.app, replace(AGENT), ID, WHY)
