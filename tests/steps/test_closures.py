"""While Hélios is closed nothing leaves and nobody is told; what waits is said once, with the day when it opens."""

from datetime import timedelta
from pathlib import Path

import pytest

from dematfin.acts import rehearse
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.closure import Closure
from dematfin.domain.mandat.flux import FluxState
from dematfin.errors import UnknownOutcome
from dematfin.steps.reconcile import reconcile
from dematfin.steps.transmit import transmit
from examples import AGENT
from fakes.clock import FakeClock
from fakes.hall import Hall, flux

NOW = FakeClock().now()
CLOSURE = Closure(start=NOW, end=NOW + timedelta(days=2), reason="clôture de l'exercice")
OPENS = "Hélios est fermé jusqu'au 04/03/2026 à 10:00 (clôture de l'exercice)"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with a signed flow, on the first day of a closure."""
    built = Hall.build(tmp_path, closures=(CLOSURE,))
    built.to_sign("120.00", "45.30")
    assert built.sign() == 1
    return built


def test_a_flow_waits_for_the_opening_and_nobody_is_told_before(hall: Hall) -> None:
    outcome = transmit(hall.app)
    assert (outcome.failures, outcome.done) == ((), ())
    (note,) = outcome.notes
    assert OPENS in note
    assert flux(hall).id in note
    assert "MANDATEE" not in {status for _, status, _ in hall.chorus.told}
    assert (flux(hall).state, hall.all(Attempt)) == (FluxState.SIGNED, ())
    hall.clock.instant = CLOSURE.end - timedelta(seconds=1)
    transmit(hall.app)
    assert hall.tdt.received == {}
    hall.clock.instant = CLOSURE.end
    assert transmit(hall.app).notes == ()
    assert flux(hall).state is FluxState.TRANSMITTED


def test_a_rehearsal_says_that_it_would_wait(hall: Hall) -> None:
    (line,) = rehearse.transmission(hall.app, AGENT)
    assert OPENS in line
    assert any(OPENS in line for line in rehearse.day(hall.app, AGENT))
    hall.clock.instant = CLOSURE.end
    assert any("Transmettre le flux" in line for line in rehearse.transmission(hall.app, AGENT))


def test_a_closure_with_nothing_to_send_is_not_told(tmp_path: Path) -> None:
    assert transmit(Hall.build(tmp_path, closures=(CLOSURE,)).app).notes == ()


def test_a_twin_waits_too(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> str:
        message = "La réponse s'est perdue."
        raise UnknownOutcome(message)

    monkeypatch.setattr(hall.tdt, "find", unknown)
    hall.clock.instant = CLOSURE.start - timedelta(minutes=1)
    with monkeypatch.context() as lost:
        lost.setattr(hall.tdt, "send", unknown)
        transmit(hall.app)
    hall.clock.instant = CLOSURE.start + timedelta(minutes=30)
    reconcile(hall.app)
    assert hall.tdt.received == {}
    assert len(hall.all(Attempt)) == 1
    hall.clock.instant = CLOSURE.end
    reconcile(hall.app)
    assert flux(hall).state is FluxState.TRANSMITTED
