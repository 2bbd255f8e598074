"""`sante`: one question, one exit code, for a person or for what watches over machines; a day leaves its measures."""

import json
from pathlib import Path

import pytest

from cli.office import Office
from dematfin.support.clock import SystemClock
from service.fleet import FIRST, SECOND, Fleet, ran
from service.test_metrics import read
from support.lines import listening


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Return two collectivités on the real clock, the second of which was never run."""
    fleet = Fleet.of(tmp_path, FIRST, SECOND)
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")
    late = text.replace('["5 7-19 * * *"]', '["5 7 1 1 *"]')
    (tmp_path / "config.toml").write_text(late, encoding="utf-8")
    return fleet


def test_each_collectivite_is_judged_and_the_worst_decides(fleet: Fleet, office: Office) -> None:
    config = str(fleet.folder / "config.toml")
    fleet.save(ran(SystemClock("Europe/Paris").now()))
    answer = office.alone("sante", "-c", config)
    assert answer.code == 1
    assert f"Ville {SECOND} ({SECOND})" in answer.out
    assert "La journée : jamais lancée" in answer.out
    assert "1 collectivité : tout va bien." in answer.out
    assert office.alone("sante", "-c", config, "--siret", FIRST).code == 0
    told = json.loads(office.alone("sante", "-c", config, "--json").out)
    assert [(one["siret"], one["sante"], [two["code"] for two in one["ennuis"]]) for one in told] == [
        (FIRST, 0, []),
        (SECOND, 1, ["jamais"]),
    ]


def test_what_is_broken_is_said_in_detail_to_who_keeps_it_up(fleet: Fleet, office: Office) -> None:
    config = fleet.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("code_budget", "code_bidon", 1), encoding="utf-8")
    answer = office.alone("sante", "-c", str(config))
    assert answer.code == 2
    assert "✗ Sa configuration est inutilisable." in answer.out
    assert "code_bidon : clé inconnue" in answer.out


def test_a_day_leaves_its_measures_in_a_file(cut_off: Office) -> None:
    office = cut_off
    office.config.write_text(
        office.config.read_text(encoding="utf-8") + '\n[service]\nmetriques = "mesures.prom"\n', encoding="utf-8"
    )
    with listening(verbose=False):
        office("journee")
    values = read((office.folder / "mesures.prom").read_bytes())
    assert values["dematfin_step_seconds_count", "controle"] == 1
    assert any(key[0] == "dematfin_invoices" for key in values)
