"""What a recipient's client may rely on: each line of the contract of the simulated Chorus Pro, over real HTTP."""

import base64
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from sandbox.worlds import CREDENTIALS, NEIGHBOUR, Portal, deposit, portal

VAT = "transverses/v1/recuperer/tauxtva"
LIST = "factures/v1/rechercher/recipiendaire"
TREAT = "factures/v1/traiter/recue"
SET = (
    "SERVICE_FAIT",
    "MANDATEE",
    "MISE_A_DISPOSITION_COMPTABLE",
    "COMPTABILISEE",
    "MISE_EN_PAIEMENT",
    "SUSPENDUE",
    "A_RECYCLER",
    "REJETEE",
)
TABLE = {
    "MISE_A_DISPOSITION": "xxxxxxxx",
    "COMPLETEE": "xxxxxxxx",
    "SERVICE_FAIT": ".xxxxxxx",
    "MANDATEE": "..xxx..x",
    "MISE_A_DISPOSITION_COMPTABLE": "...xx..x",
    "COMPTABILISEE": "....x...",
    "MISE_EN_PAIEMENT": "........",
    "REJETEE": "........",
    "SUSPENDUE": ".......x",
    "A_RECYCLER": "........",
    "DEPOSEE": "........",
    "EN_COURS_ACHEMINEMENT": "........",
}


@pytest.fixture
def chorus(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, *(deposit(key) for key in range(1, 13)), deposit(50, structure=NEIGHBOUR)) as opened:
        yield opened


@pytest.mark.parametrize("wrong", [{"client_id": "autre"}, {"client_secret": "autre"}, {"grant_type": "password"}])
def test_a_wrong_application_gets_no_token(chorus: Portal, wrong: dict[str, str]) -> None:
    answer = chorus.http.post("/api/oauth/token", data=CREDENTIALS | wrong)
    assert (answer.status_code, sorted(answer.json())) == (400, ["error", "error_description"])
    assert answer.json()["error"] == "invalid_client"


def test_a_token_ends(tmp_path: Path) -> None:
    oauth = {"client_id": "app", "client_secret": "TEST secret", "duree": 0}
    with portal(tmp_path, deposit(1), oauth=oauth) as chorus:
        assert chorus.post(VAT).status_code == 401


@pytest.mark.parametrize("header", ["Bearer autre", "Basic dG90bw==", "autre"])
def test_without_a_good_token_nothing_is_answered(chorus: Portal, header: str) -> None:
    assert chorus.post(VAT, Authorization=header).status_code == 401


@pytest.mark.parametrize("header", ["", "autre", base64.b64encode(b"TECH_1_1@cpro.fr:autre").decode()])
def test_without_a_good_technical_account_nothing_is_answered(chorus: Portal, header: str) -> None:
    answer = chorus.post(VAT, **{"cpro-account": header})
    assert (answer.status_code, answer.json()) == (401, {"ErrorCode": "401", "Description": "[invalid field]"})


def test_an_unknown_path_is_empty(chorus: Portal) -> None:
    answer = chorus.post("factures/v1/traiter/facture/recue")
    assert (answer.status_code, answer.content) == (404, b"")


def test_what_is_not_json_is_refused(chorus: Portal) -> None:
    text = {"Content-Type": "text/plain"}
    assert chorus.http.post(f"/cpro/{VAT}", content="{}", headers=text).status_code == 415


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (LIST, []),
        (LIST, {"typeDemandePaiement": "MEMOIRE"}),
        (LIST, {"statutCourant": ["STATUT_DE_2031"]}),
        (LIST, {"listeTypeFacture": ["ACOMPTE"]}),
        (LIST, {"cadreFacturation": "A1"}),
        (LIST, {"cadreFacturation": "A3_MEMOIRE_JUSTICE"}),
        (LIST, {"periodeDateDepotDu": "11/03/2026"}),
        (LIST, {"idDestinataire": "commune"}),
        (LIST, {"paramRecherche": {"triSens": "DESC"}}),
        (LIST, {"paramRecherche": {"triColonne": "Poids"}}),
        (TREAT, {"idFacture": 1, "nouveauStatut": "SERVICE-FAIT"}),
        (TREAT, {"idFacture": 1}),
    ],
)
def test_a_malformed_request_is_refused(chorus: Portal, path: str, body: object) -> None:
    assert chorus.post(path, body).status_code == 400
    assert chorus.statuses(1)[0] == "MISE_A_DISPOSITION"


def test_an_empty_search_has_neither_list_nor_pages(chorus: Portal) -> None:
    empty = {"codeRetour": 20000, "libelle": "TRA_MSG_00.015"}
    assert chorus.ask(LIST, numeroFacture="inconnue") == empty
    assert chorus.ask("factures/v1/rechercher/atraiter/recipiendaire", idStructure=NEIGHBOUR) == empty
    works = chorus.ask("facturesTravaux/v1/rechercher", roleUtilisateur="MOA")
    assert works == {"codeRetour": 20007, "libelle": "GFT_MSG_01.075"}


@pytest.mark.parametrize("start", TABLE)
def test_transitions_follow_the_table(tmp_path: Path, start: str) -> None:
    """One deposit for each status that may be asked for."""
    step = [{"code": start, "le": "2026-03-11T08:00:00+01:00"}]
    with portal(tmp_path, *(deposit(key, statuts=step) for key in range(1, 9))) as chorus:
        asked = {key: chorus.treat(key, status, "Motif", "1187") for key, status in enumerate(SET, start=1)}
        assert "".join("x" if code == 0 else "." for code in asked.values()) == TABLE[start]
        assert set(asked.values()) <= {0, 20002}
        moved = [status if asked[key] == 0 else start for key, status in enumerate(SET, start=1)]
        assert list(chorus.app.statuses.values()) == moved
        possible = chorus.ask("transverses/v1/recuperer/etats/traitement", statutCourant=start)
        told = {one["statutPossiblePourTraitement"] for one in possible["listeStatutsPossiblesPourTraitement"]}
        assert told == {status for key, status in enumerate(SET, start=1) if asked[key] == 0}


def test_the_old_list_of_statuses_forgets_service_fait_that_stays_allowed(tmp_path: Path) -> None:
    with portal(tmp_path, deposit(1), ancienne_liste_etats=True) as chorus:
        possible = chorus.ask("transverses/v1/recuperer/etats/traitement", statutCourant="MISE_A_DISPOSITION")
        told = {one["statutPossiblePourTraitement"] for one in possible["listeStatutsPossiblesPourTraitement"]}
        assert told == set(SET) - {"SERVICE_FAIT"}
        assert chorus.treat(1, "SERVICE_FAIT") == 0


def test_a_status_already_reached_is_incoherent(chorus: Portal) -> None:
    assert [chorus.treat(1, "MANDATEE", mandat="1187") for _ in range(2)] == [0, 20002]
    assert chorus.treat(2, "MISE_A_DISPOSITION") == 20002


@pytest.mark.parametrize("key", [50, 404])
def test_an_invoice_of_somebody_else_is_unknown(chorus: Portal, key: int) -> None:
    unknown = {"codeRetour": 20001, "libelle": "La demande de paiement est inconnue du système."}
    assert chorus.ask(TREAT, idFacture=key, nouveauStatut="MANDATEE") == unknown
    assert chorus.ask("factures/v1/consulter/historique", idFacture=key) == unknown
    assert chorus.ask("factures/v1/consulter/recipiendaire", identifiantFactureCPP=key) == unknown
    listed = [{"idFacture": 1}, {"idFacture": key}]
    assert chorus.ask("factures/v1/telecharger/groupe", format="PIVOT", listeFacture=listed) == unknown


@pytest.mark.parametrize("status", ["REJETEE", "SUSPENDUE"])
def test_a_refusal_needs_its_reason(chorus: Portal, status: str) -> None:
    assert chorus.treat(1, status) == 20003
    assert chorus.statuses(1)[0] == "MISE_A_DISPOSITION"
    assert chorus.treat(1, status, "Bon de livraison manquant") == 0


def test_to_recycle_needs_no_reason(chorus: Portal) -> None:
    assert chorus.treat(1, "A_RECYCLER") == 0


def test_a_status_comes_first_in_the_history_and_shows_in_the_list(chorus: Portal) -> None:
    before = chorus.ask(LIST, numeroFacture="F-1")["listeFactures"][0]
    chorus.treat(1, "SUSPENDUE", "Bon de livraison manquant")
    after = chorus.ask(LIST, numeroFacture="F-1")["listeFactures"][0]
    assert (before["commentaireEtatCourant"], after["commentaireEtatCourant"]) == (None, "Bon de livraison manquant")
    assert before["dateHeureEtatCourant"] == "2026-03-11T09:02:00.000+01:00"
    assert datetime.fromisoformat(after["dateHeureEtatCourant"]) > datetime.fromisoformat("2026-04-01T00:00+02:00")
    history = chorus.ask("factures/v1/consulter/historique", idFacture=1)
    newest, *older = history["historiquesDesStatuts"]["histoStatut"]
    assert (newest["histoStatutCode"], newest["histoStatutCommentaire"]) == ("SUSPENDUE", "Bon de livraison manquant")
    assert [one["histoStatutCode"] for one in older] == ["MISE_A_DISPOSITION", "EN_COURS_ACHEMINEMENT", "DEPOSEE"]
    assert older[0]["histoStatutDatePassage"] == "2026-03-11 09:02"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", newest["histoStatutDatePassage"])


def test_the_mandat_stays_when_the_comptable_goes_on(chorus: Portal) -> None:
    chorus.treat(1, "MANDATEE", mandat="1187")
    chorus.app.post_status(1, "MISE_EN_PAIEMENT")
    shown = chorus.ask("factures/v1/consulter/recipiendaire", identifiantFactureCPP=1)["facture"]
    assert (shown["statutFacture"], shown["references"]["numeroDpMandat"]) == ("MISE_EN_PAIEMENT", "1187")


def test_pages_are_of_ten_unless_told(chorus: Portal) -> None:
    first = chorus.ask(LIST)
    assert [row["idFacture"] for row in first["listeFactures"]] == list(range(1, 11))
    assert {name: first[name] for name in ("pageCourante", "pages", "nbResultatsParPage", "total")} == {
        "pageCourante": 1,
        "pages": 2,
        "nbResultatsParPage": 10,
        "total": 12,
    }
    assert chorus.search(paramRecherche={"pageResultatDemandee": 2}) == [11, 12]
    assert len(chorus.search(nbResultatsParPage=12)) == 10
    nested = chorus.ask("factures/v1/rechercher/atraiter/recipiendaire")
    assert ("total" in nested, nested["parametresRetour"]["total"], len(nested["listeFactures"])) == (False, 12, 10)


def test_more_than_120_megabytes_are_too_much(chorus: Portal, tmp_path: Path) -> None:
    os.truncate(tmp_path / "facture.pdf", 121 * 1024 * 1024)
    for form in ("PDF", "PIVOT"):
        body = {"format": form, "listeFacture": [{"idFacture": 1}]}
        assert chorus.post("factures/v1/telecharger/groupe", body).status_code == 413
