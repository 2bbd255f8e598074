"""The simulated Chorus Pro, spoken to by our adapter and by plain HTTP: what its reference says, faults included."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from chorus.platform import DOOR, chorus_at
from dematfin.chorus.source import ChorusPro
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.domain.invoice.chorus import first_disposal
from dematfin.errors import AccessDenied, Refused
from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.server import LoopbackServer
from official import OFFICIAL, needs_official
from sandbox.worlds import NEIGHBOUR, NOTE, PDF, deposit, world

MARCH = date(2026, 3, 1), date(2026, 3, 31)
KEY = 9_100_123
SERVICE_FAIT = Intention(
    id="9100123:1:SERVICE_FAIT",
    invoice_id="F2026-000001",
    remote_id=str(KEY),
    status=SupplierStatus.SERVICE_FAIT,
    formed_at=datetime(2026, 3, 2, tzinfo=UTC),
)
MANDATEE = replace(SERVICE_FAIT, status=SupplierStatus.MANDATEE, mandat="1187")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ChorusApp]:
    application = ChorusApp(world(tmp_path, deposit(KEY), deposit(5, structure=NEIGHBOUR)), tmp_path, tmp_path / "etat")
    yield application
    application.close()


@pytest.fixture
def chorus(app: ChorusApp, no_wait: None) -> Iterator[ChorusPro]:
    with chorus_at(app) as adapter:
        yield adapter


def journal(folder: Path) -> list[dict[str, Any]]:
    path = folder / "etat" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def noted(folder: Path) -> list[dict[str, Any]]:
    """Return the journal as soon as it says something: a download is noted once its answer has been written."""
    for _ in range(500):
        if lines := journal(folder):
            return lines
        threading.Event().wait(0.01)
    return []


def test_an_account_sees_its_structures_and_no_other(chorus: ChorusPro, tmp_path: Path) -> None:
    assert [ref.remote_id for ref in chorus.changed(DOOR, *MARCH)] == [str(KEY)]
    (rules,) = chorus.structures(DOOR)
    assert (rules.id, rules.service_required, rules.engagement_required) == ("21990042000015", True, False)
    assert {code: rule.active for code, rule in rules.services.items()} == {
        "SCOLAIRE": True,
        "VOIRIE": True,
        "FERME": False,
    }
    assert rules.services["VOIRIE"].engagement_required
    with pytest.raises(Refused):
        chorus.fetch("5", tmp_path / "pivot")


def test_files_come_out_as_they_went_in(chorus: ChorusPro, tmp_path: Path) -> None:
    gone_through = chorus.fetch(str(KEY), tmp_path / "pivot")
    reading = chorus.read(str(KEY), tmp_path / "pivot", tmp_path)
    assert [(file.name, file.main, file.path.read_bytes()) for file in reading.files] == [
        ("facture.pdf", True, PDF),
        ("bon.txt", False, NOTE),
    ]
    assert first_disposal(gone_through) == date(2026, 3, 11)
    assert [(line["what"], line["idFacture"]) for line in noted(tmp_path)] == [("telechargement", KEY)]


def test_a_road_is_followed_once(chorus: ChorusPro, tmp_path: Path) -> None:
    for _ in range(2):
        assert chorus.publish(SERVICE_FAIT) == "SERVICE_FAIT"
    for _ in range(2):
        assert chorus.publish(MANDATEE) == "MANDATEE"
    changes = [line for line in journal(tmp_path) if line["what"] == "statut"]
    assert [(line["statut"], line["mandat"]) for line in changes] == [("SERVICE_FAIT", ""), ("MANDATEE", "1187")]
    with pytest.raises(Refused, match="412"):
        chorus.publish(replace(MANDATEE, mandat="412"))
    assert chorus.publish(replace(SERVICE_FAIT, status=SupplierStatus.REFUSED, motif="Prix faux")) == "REJETEE"
    with pytest.raises(Refused, match="rejetée"):
        chorus.publish(SERVICE_FAIT)


@pytest.mark.parametrize("fault", ["token_empty", "bad_gateway", "too_many", "too_many_retry_after", "cut_download"])
def test_passing_faults_are_passed_over(app: ChorusApp, chorus: ChorusPro, fault: str, tmp_path: Path) -> None:
    app.faults.set(fault, 2)
    chorus.fetch(str(KEY), tmp_path / "pivot")
    assert chorus.read(str(KEY), tmp_path / "pivot", tmp_path).content.number == f"F-{KEY}"


@pytest.mark.parametrize("fault", ["ids_as_text", "pagination_null"])
def test_odd_lists_are_read_whole(tmp_path: Path, fault: str) -> None:
    many = [deposit(key) for key in range(1, 12)]
    app = ChorusApp(world(tmp_path, *many), tmp_path, tmp_path / "etat")
    app.faults.set(fault, 100)
    with chorus_at(app) as chorus:
        assert [ref.remote_id for ref in chorus.changed(DOOR, *MARCH)] == [str(key) for key in range(1, 12)]
    app.close()


@pytest.mark.parametrize(("fault", "kind"), [("token_refused", AccessDenied), ("forbidden", AccessDenied)])
def test_lasting_faults_are_told(
    app: ChorusApp, chorus: ChorusPro, fault: str, kind: type[Exception], tmp_path: Path
) -> None:
    app.faults.set(fault, 100)
    with pytest.raises(kind):
        chorus.fetch(str(KEY), tmp_path / "pivot")


def test_a_hang_up_after_the_status_was_set_is_no_second_status(
    app: ChorusApp, chorus: ChorusPro, tmp_path: Path
) -> None:
    app.faults.set("cut_after_status", 1)
    assert chorus.publish(MANDATEE) == "MANDATEE"
    assert [line["what"] for line in journal(tmp_path)] == ["statut"]


def test_a_platform_that_restarts_remembers(tmp_path: Path) -> None:
    one = world(tmp_path, deposit(KEY))
    for _ in range(2):
        app = ChorusApp(one, tmp_path, tmp_path / "etat")
        with chorus_at(app) as chorus:
            assert chorus.publish(MANDATEE) == "MANDATEE"
        assert app.statuses == {str(KEY): "MANDATEE"}
        app.close()
    assert len(journal(tmp_path)) == 1


@pytest.fixture
def plain(app: ChorusApp) -> Iterator[httpx.Client]:
    """Speak to the platform without our adapter, both credentials in place."""
    server = LoopbackServer(app)
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "TEST secret"}
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = client.post("/api/oauth/token", data=form).json()["access_token"]
        account = base64.b64encode("TECH_1_1@cpro.fr:TEST mot de passé".encode()).decode()
        client.headers.update({"Authorization": f"Bearer {token}", "cpro-account": account})
        yield client
    server.stop()


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"Authorization": "Bearer autre"}, 401, {}),
        ({"Authorization": ""}, 401, {}),
        ({"cpro-account": "autre"}, 401, {"ErrorCode": "401", "Description": "[invalid field]"}),
    ],
)
def test_each_credential_is_refused_in_its_own_way(
    plain: httpx.Client, headers: dict[str, str], status: int, body: dict[str, str]
) -> None:
    answer = plain.post("/cpro/transverses/v1/recuperer/tauxtva", json={}, headers=headers)
    assert (answer.status_code, answer.json()) == (status, body)


def test_what_is_no_call_is_refused(plain: httpx.Client) -> None:
    assert plain.post("/cpro/factures/v1/inconnu", json={}).status_code == 404
    text = {"Content-Type": "text/plain"}
    assert plain.post("/cpro/transverses/v1/recuperer/tauxtva", content="{}", headers=text).status_code == 415
    assert plain.post("/cpro/transverses/v1/recuperer/tauxtva", json=[]).status_code == 400
    bad = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "faux"}
    refused = plain.post("/api/oauth/token", data=bad)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert plain.get("/cpro/transverses/v1/health-check").json()["statusCodeValue"] == 200


def test_the_history_is_newest_first(plain: httpx.Client) -> None:
    answer = plain.post("/cpro/factures/v1/consulter/historique", json={"idFacture": KEY}).json()
    codes = [one["histoStatutCode"] for one in answer["historiquesDesStatuts"]["histoStatut"]]
    assert codes == ["MISE_A_DISPOSITION", "EN_COURS_ACHEMINEMENT", "DEPOSEE"]
    assert answer["statutCourantCode"] == "MISE_A_DISPOSITION"


def test_a_search_without_result_has_neither_list_nor_pages(plain: httpx.Client) -> None:
    body = {"periodeDateHeureEtatCourantDu": "2027-01-01"}
    assert plain.post("/cpro/factures/v1/rechercher/recipiendaire", json=body).json() == {
        "codeRetour": 20000,
        "libelle": "TRA_MSG_00.015",
    }


@pytest.mark.parametrize(
    ("status", "motif", "code"),
    [("SUSPENDUE", "", 20003), ("SUSPENDUE", "Pièce manquante", 0), ("DEPOSEE", "", 20002), ("COMPLETEE", "", 20002)],
)
def test_transitions_follow_the_table(plain: httpx.Client, status: str, motif: str, code: int) -> None:
    body = {"idFacture": KEY, "nouveauStatut": status, "motif": motif}
    answer = plain.post("/cpro/factures/v1/traiter/recue", json=body)
    assert (answer.status_code, answer.json()["codeRetour"]) == (200, code)


def test_an_unknown_invoice_is_a_functional_error(plain: httpx.Client) -> None:
    for key in (404, 5):
        body = {"idFacture": key, "nouveauStatut": "MANDATEE"}
        assert plain.post("/cpro/factures/v1/traiter/recue", json=body).json()["codeRetour"] == 20001


@needs_official
def test_its_pivots_are_valid(plain: httpx.Client) -> None:
    body = {"format": "PIVOT", "listeFacture": [{"idFacture": KEY}]}
    answer = plain.post("/cpro/factures/v1/telecharger/groupe", json=body).json()
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "cpp" / "CPPFacturePivot_V2_02.xsd"))
    schema.assertValid(etree.fromstring(base64.b64decode(answer["fichierResultat"])))
