"""The simulated platform, row by row of its contract, spoken to by plain HTTP."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.server import LoopbackServer
from dematfin.sandbox.world import World
from official import OFFICIAL, needs_official
from sandbox.worlds import deposit, world

KEY = 9_100_123
SEARCH = "factures/v1/rechercher/recipiendaire"


class Caller:
    """Calls the platform as anybody could."""

    def __init__(self, http: httpx.Client, one: World) -> None:
        self._http = http
        self.oauth = one.oauth
        account = one.comptes[0]
        self.account = base64.b64encode(f"{account.login}:{account.mot_de_passe}".encode()).decode()
        self.token = self.ask_token()

    def ask_token(self, secret: str = "") -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.oauth.client_id,
            "client_secret": secret or self.oauth.client_secret,
        }
        answer = self._http.post("/api/oauth/token", data=form)
        return str(answer.json().get("access_token") or answer.status_code)

    def raw(self, call: str, body: Any, **changes: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "cpro-account": self.account} | changes
        return self._http.post(f"/cpro/{call}", json=body, headers=headers)

    def __call__(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.raw(call, body)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def one(tmp_path: Path) -> World:
    deposits = [deposit(KEY), *(deposit(key) for key in range(1, 13))]
    return world(tmp_path, *deposits)


@pytest.fixture
def app(one: World, tmp_path: Path) -> Iterator[ChorusApp]:
    application = ChorusApp(one, tmp_path, tmp_path / "etat")
    yield application
    application.close()


@contextmanager
def calling(app: ChorusApp, one: World) -> Iterator[Caller]:
    server = LoopbackServer(app)
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http:
        yield Caller(http, one)
    server.stop()


@pytest.fixture
def call(app: ChorusApp, one: World) -> Iterator[Caller]:
    with calling(app, one) as caller:
        yield caller


def test_a_bad_secret_gets_an_oauth_error(call: Caller) -> None:
    assert call.ask_token("faux") == "400"


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"Authorization": "Bearer autre"}, 401), ({"cpro-account": "x"}, 401), ({"Content-Type": "text/plain"}, 415)],
)
def test_the_gateway_says_no(call: Caller, changes: dict[str, str], status: int) -> None:
    assert call.raw(SEARCH, {}, **changes).status_code == status


@pytest.mark.parametrize(("path", "body", "status"), [("factures/v1/inconnu", {}, 404), (SEARCH, [1], 400)])
def test_what_is_no_call_is_refused(call: Caller, path: str, body: Any, status: int) -> None:
    assert call.raw(path, body).status_code == status


def test_ten_a_page_when_nobody_says(call: Caller) -> None:
    first = call(SEARCH, {})
    assert (len(first["listeFactures"]), first["pages"], first["total"]) == (10, 2, 13)


def test_an_empty_search_has_its_code_and_no_list(call: Caller) -> None:
    assert call(SEARCH, {"numeroFacture": "aucune"}) == {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
    assert call("facturesTravaux/v1/rechercher", {"roleUtilisateur": "MOA"})["codeRetour"] == 20007


@pytest.mark.parametrize(
    ("criterion", "count"),
    [
        ({"numeroFacture": f"F-{KEY}"}, 1),
        ({"montantTTCMin": 10_000}, 0),
        ({"montantTTCMax": 10_000}, 13),
        ({"statutCourant": ["SUSPENDUE"]}, 0),
        ({"listeTypeFacture": ["AVOIR"]}, 0),
        ({"cadreFacturation": "A1_FACTURE_FOURNISSEUR"}, 13),
        ({"typeDemandePaiement": "FACTURE_TRAVAUX"}, 0),
        ({"periodeDateDepotDu": "2030-01-01"}, 0),
        ({"factureTelechargeeParDestinataire": True}, 0),
    ],
)
def test_each_criterion_chooses(call: Caller, criterion: dict[str, Any], count: int) -> None:
    paging = {"nbResultatsParPage": 100, "pageResultatDemandee": 1}
    assert len(call(SEARCH, {**criterion, "paramRecherche": paging}).get("listeFactures", [])) == count


def test_an_illegal_change_and_a_second_one_give_20002(call: Caller) -> None:
    treat = "factures/v1/traiter/recue"
    assert call(treat, {"idFacture": KEY, "nouveauStatut": "MANDATEE"})["codeRetour"] == 0
    assert call(treat, {"idFacture": KEY, "nouveauStatut": "MANDATEE"})["codeRetour"] == 20002
    assert call(treat, {"idFacture": KEY, "nouveauStatut": "SUSPENDUE", "motif": "x"})["codeRetour"] == 20002
    assert call(treat, {"idFacture": 404, "nouveauStatut": "MANDATEE"})["codeRetour"] not in {0, 20002}
    assert call(treat, {"idFacture": 1, "nouveauStatut": "REJETEE"})["codeRetour"] not in {0, 20002}


def test_recycled_and_back_under_the_same_id(call: Caller) -> None:
    recycle = {"identifiantFactureCPP": KEY, "destinataire": {"codeServiceExecutant": "VOIRIE"}}
    assert call("factures/v1/recycler", recycle)["codeRetour"] == 20002
    call("factures/v1/traiter/recue", {"idFacture": KEY, "nouveauStatut": "A_RECYCLER", "motif": "service"})
    assert call("factures/v1/recycler", recycle)["codeRetour"] == 0
    (row,) = call(SEARCH, {"numeroFacture": f"F-{KEY}"})["listeFactures"]
    assert (row["idFacture"], row["statut"], row["codeServiceExecutant"]) == (KEY, "MISE_A_DISPOSITION", "VOIRIE")
    history = call("factures/v1/consulter/historique", {"idFacture": KEY})["historiquesDesStatuts"]["histoStatut"]
    assert [one["histoStatutCode"] for one in history][:4] == [
        "MISE_A_DISPOSITION",
        "EN_COURS_ACHEMINEMENT",
        "DEPOSEE",
        "A_RECYCLER",
    ]


def test_suspended_and_completed(call: Caller) -> None:
    call("factures/v1/traiter/recue", {"idFacture": KEY, "nouveauStatut": "SUSPENDUE", "motif": "bon manquant"})
    assert call("factures/v1/completer", {"identifiantFactureCPP": KEY})["codeRetour"] == 0
    detail = call("factures/v1/consulter/recipiendaire", {"identifiantFactureCPP": KEY})["facture"]
    assert (detail["statutFacture"], detail["montantTotal"]["montantTtcTotal"]) == ("COMPLETEE", 120.0)


@pytest.mark.parametrize(
    ("fault", "status", "holds"),
    [
        ("maintenance", 200, "<html>"),
        ("server_error", 500, "oops"),
        ("bad_request_400", 400, "codeRetour"),
        ("token_expired", 401, ""),
        ("forbidden", 403, ""),
        ("too_many", 429, ""),
        ("unknown_status", 200, "STATUT_DE_2031"),
        ("ids_as_text", 200, f'"idFacture": "{KEY}"'),
        ("functional_error", 200, "listeFactures"),
    ],
)
def test_each_fault_is_committed_once(app: ChorusApp, call: Caller, fault: str, status: int, holds: str) -> None:
    app.faults.set(fault, 1)
    body = {"numeroFacture": f"F-{KEY}"}
    answer = call.raw(SEARCH, body)
    assert (answer.status_code, holds in answer.text) == (status, True)
    call.token = call.ask_token()
    assert call(SEARCH, body)["listeFactures"][0]["statut"] == "MISE_A_DISPOSITION"


def test_a_slow_call_takes_its_time(app: ChorusApp, call: Caller) -> None:
    app.faults.set("slow", 1)
    start = time.monotonic()
    call(SEARCH, {})
    assert time.monotonic() - start >= 0.2


def test_a_page_that_repeats_the_one_before(app: ChorusApp, call: Caller) -> None:
    app.faults.set("duplicate_pages", 1)
    rows = call(SEARCH, {"paramRecherche": {"pageResultatDemandee": 2}})["listeFactures"]
    assert len(rows) == 13


@needs_official
def test_lines_and_modes_of_payment_are_valid(tmp_path: Path) -> None:
    line = {"reference": "R1", "prix": "10", "quantite": "10", "ht": "100", "taux": "20"}
    one = world(tmp_path, deposit(KEY, lignes=[line], mode_paiement="49"))
    app = ChorusApp(one, tmp_path, tmp_path / "etat")
    with calling(app, one) as call:
        answer = call("factures/v1/telecharger/groupe", {"format": "PIVOT", "listeFacture": [{"idFacture": KEY}]})
    app.close()
    pivot = etree.fromstring(base64.b64decode(answer["fichierResultat"]))
    etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "cpp" / "CPPFacturePivot_V2_02.xsd")).assertValid(pivot)
    assert pivot.findtext(".//ModePaiement/Code") == "49"
    assert pivot.findtext(".//Ligne/MontantHT") == "100.000000"


def test_the_end_of_the_password_is_told(tmp_path: Path) -> None:
    one = world(tmp_path, deposit(KEY))
    structure = one.structures[0].model_copy(update={"mot_de_passe_expire_le": date(2026, 12, 31)})
    one = one.model_copy(update={"structures": (structure, *one.structures[1:])})
    app = ChorusApp(one, tmp_path, tmp_path / "etat")
    with calling(app, one) as call:
        told = call("structures/v1/consulter", {"idStructureCPP": structure.id})["informationGenerales"]
    app.close()
    assert told["dateExpirationMotPasseCompteTech"] == "2026-12-31"
