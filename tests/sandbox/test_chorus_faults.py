"""The oddities that the simulated Chorus Pro commits on demand, each as often as asked and no more."""

import base64
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from lxml import etree

from dematfin.sandbox.chorus.gateway import Gateway
from official import OFFICIAL, needs_official
from sandbox.worlds import CREDENTIALS, PDF, Portal, deposit, portal

VAT = "transverses/v1/recuperer/tauxtva"
LIST = "factures/v1/rechercher/recipiendaire"
HISTORY = "factures/v1/consulter/historique"
SEVERAL = range(1, 6)


@pytest.fixture
def chorus(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, *(deposit(key) for key in SEVERAL)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "status", "body", "kind"),
    [
        ("forbidden", 403, "", "application/json"),
        ("bad_gateway", 502, "<html><body>Bad Gateway</body></html>", "text/html"),
        ("maintenance", 200, "<html><body>Le service est en cours de maintenance.</body></html>", "text/html"),
        ("server_error", 500, "oops", "application/json"),
        ("too_many", 429, "", "application/json"),
        ("too_many_retry_after", 429, "", "application/json"),
    ],
)
def test_the_gateway_answers_for_the_platform(chorus: Portal, fault: str, status: int, body: str, kind: str) -> None:
    chorus.app.faults.set(fault, 2)
    for _ in range(2):
        answer = chorus.post(VAT)
        assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (status, body, kind)
        assert ("Retry-After" in answer.headers) == (fault == "too_many_retry_after")
    assert chorus.ask(VAT)["codeRetour"] == 0


def test_a_functional_error_may_come_under_http_400(chorus: Portal) -> None:
    chorus.app.faults.set("bad_request_400", 1)
    answer = chorus.post(VAT)
    assert answer.status_code == 400
    assert answer.json() == {"codeRetour": 20001, "libelle": "La demande de paiement est inconnue du système."}
    assert chorus.post(VAT).status_code == 200


def test_a_slow_call_takes_its_time_once(chorus: Portal) -> None:
    chorus.app.faults.set("slow", 1)
    start = time.monotonic()
    chorus.ask(VAT)
    assert time.monotonic() - start >= 0.2
    assert not chorus.app.faults.take("slow")


def test_every_call_takes_the_latency_of_the_world(tmp_path: Path) -> None:
    with portal(tmp_path, deposit(1), latence=0.05) as chorus:
        start = time.monotonic()
        for _ in range(3):
            chorus.ask(VAT)
        assert time.monotonic() - start >= 0.15


def test_slow_calls_hold_nobody_else_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4, timeout=60)
    with portal(tmp_path, deposit(1)) as chorus, ThreadPoolExecutor(4) as callers:
        monkeypatch.setattr(Gateway, "wait", lambda _self: together.wait())
        answers = [callers.submit(chorus.ask, VAT) for _ in range(4)]
        assert [one.result()["codeRetour"] for one in answers] == [0] * 4


def test_a_token_is_suddenly_forgotten(chorus: Portal) -> None:
    chorus.app.faults.set("token_expired", 1)
    assert [chorus.post(VAT).status_code for _ in range(2)] == [401, 401]
    fresh = chorus.http.post("/api/oauth/token", data=CREDENTIALS).json()["access_token"]
    assert chorus.post(VAT, Authorization=f"Bearer {fresh}").status_code == 200


def test_a_wrong_token_spends_no_fault(chorus: Portal) -> None:
    chorus.app.faults.set("token_expired", 1)
    assert chorus.post(VAT, Authorization="Bearer autre").status_code == 401
    assert [chorus.post(VAT).status_code for _ in range(2)] == [401, 401]


@pytest.mark.parametrize(("fault", "status", "body"), [("token_empty", 200, b""), ("token_refused", 400, None)])
def test_the_token_may_not_come(chorus: Portal, fault: str, status: int, body: bytes | None) -> None:
    chorus.app.faults.set(fault, 1)
    answer = chorus.http.post("/api/oauth/token", data=CREDENTIALS)
    assert answer.status_code == status
    assert answer.content == body if body is not None else answer.json()["error"] == "invalid_client"
    assert chorus.http.post("/api/oauth/token", data=CREDENTIALS).json()["token_type"] == "Bearer"


def test_a_page_repeats_the_page_before(chorus: Portal) -> None:
    pages = [{"paramRecherche": {"pageResultatDemandee": page, "nbResultatsParPage": 2}} for page in (1, 2, 3)]
    chorus.app.faults.set("duplicate_pages", 2)
    assert [chorus.search(**page) for page in pages] == [[1, 2], [1, 2, 3, 4], [3, 4, 5]]
    assert [chorus.search(**page) for page in pages] == [[1, 2], [3, 4], [5]]


def test_a_list_may_show_a_status_nobody_knows_yet(chorus: Portal) -> None:
    chorus.app.faults.set("unknown_status", 1)
    shown = [[row["statut"] for row in chorus.ask(LIST)["listeFactures"]] for _ in range(2)]
    assert shown == [["STATUT_DE_2031"] * 5, ["MISE_A_DISPOSITION"] * 5]
    assert set(chorus.app.statuses.values()) == {"MISE_A_DISPOSITION"}


def test_numbers_may_come_as_text(chorus: Portal) -> None:
    chorus.app.faults.set("ids_as_text", 1)
    names = ("idFacture", "montantHT", "montantTTC", "montantAPayer")
    first, second = (chorus.ask(LIST)["listeFactures"][0] for _ in range(2))
    assert [first[name] for name in names] == ["1", "100.00", "120.00", "120.00"]
    assert [second[name] for name in names] == [1, 100, 120, 120]


def test_keys_without_value_are_null_or_left_out(chorus: Portal) -> None:
    chorus.app.faults.set("keys_omitted", 1)
    omitted, whole = (chorus.ask(LIST)["listeFactures"][0] for _ in range(2))
    assert "numeroMarche" not in omitted
    assert None not in omitted.values()
    assert whole["numeroMarche"] is None
    assert {name: value for name, value in whole.items() if value is not None} == omitted


@pytest.mark.parametrize("path", [LIST, "factures/v1/rechercher/atraiter/recipiendaire"])
def test_the_pagination_may_be_null(chorus: Portal, path: str) -> None:
    chorus.app.faults.set("pagination_null", 1)
    first, second = (chorus.ask(path) for _ in range(2))
    assert ["total" in one.get("parametresRetour", one) for one in (first, second)] == [True, True]
    assert [one.get("parametresRetour", one)["total"] for one in (first, second)] == [None, 5]


def test_a_page_of_a_history_may_be_short(chorus: Portal) -> None:
    wanted = {"nbResultatsParPageListeHistoStatut": 50}
    body = {"idFacture": 1, "nbResultatsMaximum": 50, "paramRechercheHistoStatuts": wanted}
    chorus.app.faults.set("histo_short_page", 1)
    shown = [chorus.ask(HISTORY, **body)["historiquesDesStatuts"] for _ in range(2)]
    assert [(len(one["histoStatut"]), one["pagesHistoStatut"], one["totalHistoStatut"]) for one in shown] == [
        (2, 2, 3),
        (3, 1, 3),
    ]


@pytest.mark.parametrize("fault", ["status_20002", "functional_error"])
def test_a_status_may_be_refused_though_it_is_right(chorus: Portal, fault: str) -> None:
    chorus.app.faults.set(fault, 1)
    assert chorus.treat(1, "SERVICE_FAIT") == 20002
    assert chorus.statuses(1)[0] == "MISE_A_DISPOSITION"
    assert chorus.treat(1, "SERVICE_FAIT") == 0


def test_the_line_is_cut_after_a_status_was_set(chorus: Portal) -> None:
    chorus.app.faults.set("cut_after_status", 1)
    with pytest.raises(httpx.RemoteProtocolError):
        chorus.treat(1, "SERVICE_FAIT")
    assert chorus.statuses(1)[0] == "SERVICE_FAIT"


def test_a_refused_status_does_not_spend_the_cut(chorus: Portal) -> None:
    chorus.app.faults.set("cut_after_status", 1)
    assert chorus.treat(1, "DEPOSEE") == 20002
    with pytest.raises(httpx.RemoteProtocolError):
        chorus.treat(1, "SERVICE_FAIT")


def test_a_download_may_be_cut_and_then_is_no_download(chorus: Portal) -> None:
    chorus.app.faults.set("cut_download", 1)
    with pytest.raises(httpx.RemoteProtocolError):
        chorus.files(1, format="PIVOT")
    assert not chorus.ask(LIST)["listeFactures"][0]["factureTelechargeeParDestinataire"]


def test_a_fault_may_be_asked_for_over_http(chorus: Portal) -> None:
    chorus.http.post("/__sandbox__/faults", json={"name": "server_error", "times": 1})
    assert [chorus.post(VAT).status_code for _ in range(2)] == [500, 200]
    wrong = chorus.http.post("/__sandbox__/faults", json={"name": "tremblement", "times": 1})
    assert (wrong.status_code, "tremblement" in wrong.json()["error"]) == (400, True)


def test_somebody_suspends_an_invoice_while_it_is_downloaded(chorus: Portal) -> None:
    chorus.app.faults.set("moved", 1)
    chorus.files(1, format="PIVOT")
    chorus.files(2, format="PIVOT")
    assert [chorus.statuses(key)[0] for key in (1, 2)] == ["SUSPENDUE", "MISE_A_DISPOSITION"]


@needs_official
def test_a_pivot_may_be_of_the_version_before(chorus: Portal) -> None:
    folder = OFFICIAL / "xsd" / "cpp"
    old, new = (etree.XMLSchema(etree.parse(folder / f"CPPFacturePivot_{one}.xsd")) for one in ("V1_22", "V2_02"))
    chorus.app.faults.set("old_pivot", 1)
    first, second = (etree.fromstring(chorus.files(1, format="PIVOT")) for _ in range(2))
    assert [old.validate(one) for one in (first, second)] == [True, False]
    assert new.validate(second)
    assert [one.get("Version") for one in (first, second)] == ["V1_22", "V2_02"]


def test_attachments_may_come_as_they_are(chorus: Portal) -> None:
    chorus.app.faults.set("raw_files", 1)
    raw, packed = (etree.fromstring(chorus.files(1, format="PIVOT")) for _ in range(2))
    contents = [base64.b64decode(one.findtext(".//Contenu") or "") for one in (raw, packed)]
    assert contents[0] == PDF
    assert contents[1][:2] == b"PK"
