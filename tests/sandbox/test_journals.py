"""The neighbours' own record, by which a campaign judges: what was deposited, served, read, integrated, refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from signature.town import Town, found_town
from tdt.browsers import browser, post, settle, status
from tdt.flows import COMMUNE, Sheet
from tdt.office import Office
from tdt.platform import ACQUIT, LIST, MARK, RETOUR, flow, retour


@pytest.fixture(scope="module")
def mairie(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("mairie"))


@pytest.fixture
def office(tmp_path: Path, mairie: Town) -> Iterator[Office]:
    opened = Office.open(tmp_path, mairie)
    yield opened
    opened.close()


def lines(path: Path, what: str) -> list[dict[str, Any]]:
    noted = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in one.items() if name != "at"} for one in noted if one["what"] == what]


def test_the_tdt_tells_what_it_took_and_what_it_served(tmp_path: Path) -> None:
    platform = settle(tmp_path)
    told = tmp_path / "tdt/journal.jsonl"
    with platform.running() as (app, url), browser(platform, url) as client:
        post(client, flow("FLUX1"))
        status(client, 1)
        (deposit,) = lines(told, "depot")
        assert (deposit["transaction"], deposit["nomfic"], deposit["statut"]) == (1, "FLUX1", 1)
        assert [one["statut"] for one in lines(told, "statut")] == [2, 3, 8]
        app.faults.set("truncated", 1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(ACQUIT, params={"id": "1"})
        assert lines(told, "acquit_servi") == []
        client.get(ACQUIT, params={"id": "1"})
        platform.waiting.append((COMMUNE, "PES2R_1.xml", retour()))
        client.get(LIST)
        client.get(RETOUR, params={"id": "1"})
        client.get(MARK, params={"id": "1"})
    (served,) = lines(told, "acquit_servi")
    assert (served["transaction"], served["nomfic"]) == (1, "FLUX1")
    (arrived,) = lines(told, "retour_arrive")
    assert (arrived["retour"], arrived["siret"], arrived["collectivite"]) == (1, COMMUNE, 42)
    assert lines(told, "retour_servi") == [{"what": "retour_servi", "retour": 1, "nom": "PES2R_1.xml"}]
    assert lines(told, "retour_lu") == [{"what": "retour_lu", "retour": 1, "nom": "PES2R_1.xml"}]


def test_helios_tells_each_bordereau_once_and_what_it_refused(office: Office, tmp_path: Path, mairie: Town) -> None:
    told = tmp_path / "journal.jsonl"
    signed = office.write()
    office.answer(signed)
    office.answer(signed)  # the same answer, nothing twice
    office.receive(sheets=(Sheet(number=13, cumul=""),), documents=())
    taken = {"siret": COMMUNE, "codbud": "00", "exercice": "2026", "type": "01", "numero": "12"}
    assert lines(told, "integration") == [{"what": "integration", **taken, "nomfic": "PESALR1_TEST_1"}]
    (refusal,) = lines(told, "refus")
    assert (refusal["nomfic"], refusal["bordereau"]) == ("PESALR1_TEST_2", ["13", "2026"])
    assert refusal["codes"] == ["ERREUR_AUTRE", "ERREUR_DOUBLON_PIECE"]
    told.unlink()  # killed between the base and the journal
    for _ in range(2):
        Office.open(tmp_path, mairie).close()
    assert len(lines(told, "integration")) == 1
