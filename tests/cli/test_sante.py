"""`sante`: one question, one exit code, for a person or for what watches over machines; a day leaves its measures."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.office import Office
from dematfin.acts import run as acts
from dematfin.cli.context import system_account
from dematfin.steps.control import control
from dematfin.support.clock import SystemClock
from examples import AGENT
from service.fleet import FIRST, SECOND, Fleet, ran
from service.test_metrics import read


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Return two collectivités on the real clock, the second of which was never run."""
    fleet = Fleet.of(tmp_path, FIRST, SECOND)
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")
    late = text.replace('["5 7-19 * * *"]', '["5 7 1 1 *"]')
    (tmp_path / "config.toml").write_text(late, encoding="utf-8")
    return fleet


def test_each_collectivite_is_judged_and_the_worst_decides(fleet: Fleet, keyboard: Callable[[Path], Office]) -> None:
    office = keyboard(fleet.folder)
    fleet.save(ran(SystemClock("Europe/Paris").now()))
    answer = office("sante")
    assert answer.code == 1
    assert f"Ville {SECOND} ({SECOND})" in answer.out
    assert "La journée : jamais lancée" in answer.out
    assert "1 collectivité : tout va bien." in answer.out
    assert office("sante", "--siret", FIRST).code == 0
    told = json.loads(office("sante", "--json").out)
    assert [(one["siret"], one["sante"], [two["code"] for two in one["ennuis"]]) for one in told] == [
        (FIRST, 0, []),
        (SECOND, 1, ["jamais"]),
    ]


def test_what_is_broken_is_said_in_detail_to_who_keeps_it_up(fleet: Fleet, keyboard: Callable[[Path], Office]) -> None:
    config = fleet.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("code_budget", "code_bidon", 1), encoding="utf-8")
    answer = keyboard(fleet.folder)("sante")
    assert answer.code == 2
    assert "✗ Sa configuration est inutilisable." in answer.out
    assert "code_bidon : clé inconnue" in answer.out


def test_a_day_leaves_its_measures_in_a_file(
    tmp_path: Path, keyboard: Callable[[Path], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet.of(tmp_path, FIRST)
    fleet.save(replace(AGENT, system_user=system_account()))
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + '[commun.service]\nmetriques = "mesures.prom"\n')
    monkeypatch.setattr(acts, "day", lambda app, _: iter([acts.run(app, AGENT, control)]))
    assert keyboard(tmp_path)("journee").code == 0
    values = read((tmp_path / "mesures.prom").read_bytes())
    assert values["dematfin_step_seconds_count", "controle"] == 1
    assert values["dematfin_due", FIRST, "controle"] == 0
    config.write_text(config.read_text(encoding="utf-8").replace("mesures.prom", "absent/mesures.prom"))
    answer = keyboard(tmp_path)("journee")
    assert answer.code == 0
    assert "Les mesures ne peuvent pas être écrites dans" in answer.err
