"""What a run says to the log: each line names its run, its collectivité, its step and what it is about."""

from pathlib import Path

import pytest

from dematfin.acts import run as acts
from dematfin.domain.unattended.run import Run
from dematfin.errors import AccessDenied
from dematfin.steps import aloud
from dematfin.steps.control import control
from dematfin.steps.day import KEYS
from dematfin.steps.intake import intake
from examples import AGENT, COMMUNE
from fakes.hall import Hall
from support.lines import listening


def test_each_line_of_a_day_names_its_run_its_collectivite_and_its_step(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00", "240.00")
    with listening(verbose=False, service=True) as lines:
        outcomes = hall.day()
    told = lines.read_all()
    (day,) = (one for one in hall.all(Run) if one.id == "journee")
    assert {(one["run_id"], one["coll"]) for one in told} == {(aloud.name_of(day), COMMUNE)}
    begun = [one["step"] for one in told if one["event"] == "step_began"]
    ended = [one for one in told if one["event"] == "step_ended"]
    assert begun == [one["step"] for one in ended]
    assert len(begun) == len(outcomes)
    taken = next(one for one in ended if one["step"] == KEYS[intake])
    assert (taken["done"], taken["failed"]) == (2, 0)
    assert all(isinstance(one["duration_ms"], int) for one in ended)


def test_what_fails_with_one_invoice_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path)
    hall.deposit("120.00")
    acts.run(hall.app, AGENT, intake)
    monkeypatch.setattr("dematfin.steps.control.judge", None)
    with listening(verbose=False, service=True) as lines:
        outcome = acts.run(hall.app, AGENT, control)
    told = lines.read_all()
    failed = [one for one in told if one["event"] == "item_failed"]
    assert len(failed) == len(outcome.failures) == 1
    assert failed[0]["facture_id"] == "F2026-000001"
    assert {one["step"] for one in told} == {"controle"}


def test_a_step_that_stops_says_why_and_how_long_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall.build(tmp_path)
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(aloud, "LISTENERS", [lambda key, took: heard.append((key, took))])

    def stops(_: object) -> None:
        raise AccessDenied

    run = Run(id="import", began_at=hall.clock.now())
    with listening(verbose=False, service=True) as lines, pytest.raises(AccessDenied):
        aloud.aloud(hall.app, run, stops)  # type: ignore[arg-type]
    assert [one["event"] for one in lines.read_all()] == ["step_began", "step_stopped"]
    assert [key for key, _ in heard] == ["import"]
