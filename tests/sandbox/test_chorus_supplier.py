"""What others do with an invoice on the simulated Chorus Pro: its supplier, Hélios, somebody on the portal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.sandbox.chorus.supplier import Incoherent
from dematfin.sandbox.world import File
from sandbox.worlds import Portal, deposit, portal

COMPLETE = "factures/v1/completer"
RECYCLE = "factures/v1/recycler"


@pytest.fixture
def chorus(tmp_path: Path) -> Iterator[Portal]:
    (tmp_path / "manquant.pdf").write_bytes(b"%PDF-1.4 manquant")
    other = {"siret": "52123456700011", "nom": "AUTRE"}
    with portal(tmp_path, deposit(1, marche="2025-17"), deposit(2, fournisseur=other)) as opened:
        yield opened


def pivot(chorus: Portal, key: int) -> Any:
    return etree.fromstring(chorus.files(key, format="PIVOT"))


def test_a_suspended_invoice_is_completed_with_a_file(chorus: Portal) -> None:
    sent = chorus.http.post("/__sandbox__/files", json={"nom": "manquant.pdf", "chemin": "manquant.pdf"}).json()["id"]
    file = {"pieceJointeComplementaireId": sent, "pieceJointeComplementaireDesignation": "manquant.pdf"}
    chorus.treat(1, "SUSPENDUE", "Bon de livraison manquant")
    answer = chorus.supplier(
        COMPLETE, identifiantFactureCPP=1, pieceJointeComplementaire=[file], commentaire="Voici le bon"
    )
    assert (answer["codeRetour"], answer["identifiantFactureCPP"], answer["total"]) == (0, 1, 1)
    assert chorus.statuses(1)[:3] == ["COMPLETEE", "SUSPENDUE", "MISE_A_DISPOSITION"]
    read = pivot(chorus, 1)
    assert read.findtext(".//Renvoi") == "Complétée"
    assert [one.text for one in read.iter("NomPJ")] == ["facture.pdf", "bon.txt", "manquant.pdf"]
    shown = chorus.ask("factures/v1/rechercher/recipiendaire", statutCourant=["COMPLETEE"])["listeFactures"]
    assert [(row["idFacture"], row["commentaireEtatCourant"]) for row in shown] == [(1, "Voici le bon")]
    assert chorus.treat(1, "SERVICE_FAIT") == 0


def test_a_file_that_nobody_sent_completes_nothing(chorus: Portal) -> None:
    chorus.treat(1, "SUSPENDUE", "Bon de livraison manquant")
    file = {"pieceJointeComplementaireId": 99}
    assert chorus.supplier(COMPLETE, identifiantFactureCPP=1, pieceJointeComplementaire=[file])["codeRetour"] == 20003
    assert chorus.statuses(1)[0] == "SUSPENDUE"


def test_an_invoice_goes_anew_to_another_service(chorus: Portal) -> None:
    chorus.treat(1, "A_RECYCLER", "Mauvais service")
    answer = chorus.supplier(
        RECYCLE,
        identifiantFactureCPP=1,
        destinataire={"codeServiceExecutant": "VOIRIE"},
        reference={"numeroBonCommande": "BC26-00099", "numeroMarche": ""},
    )
    assert (answer["codeRetour"], answer["statutFacture"], answer["dateDepot"]) == (0, "DEPOSEE", "2026-03-11")
    assert chorus.statuses(1)[:4] == ["MISE_A_DISPOSITION", "EN_COURS_ACHEMINEMENT", "DEPOSEE", "A_RECYCLER"]
    (row,) = chorus.ask("factures/v1/rechercher/recipiendaire", idServiceExecutant=2)["listeFactures"]
    assert [row[name] for name in ("idFacture", "codeServiceExecutant", "numeroBonCommande", "numeroMarche")] == [
        1,
        "VOIRIE",
        "BC26-00099",
        None,
    ]
    assert chorus.search(idServiceExecutant=1) == [2]
    read = pivot(chorus, 1)
    assert [read.findtext(f".//{name}") for name in ("Renvoi", "CodeService", "NumeroEngagement", "NumeroMarche")] == [
        "Recyclée",
        "VOIRIE",
        "BC26-00099",
        None,
    ]


def test_an_invoice_goes_anew_to_another_recipient(chorus: Portal) -> None:
    chorus.treat(1, "A_RECYCLER", "Pas pour nous")
    to = {"codeDestinataire": "26990042000010", "codeServiceExecutant": ""}
    assert chorus.supplier(RECYCLE, identifiantFactureCPP=1, destinataire=to)["codeRetour"] == 0
    assert chorus.search() == [2]
    assert chorus.treat(1, "SERVICE_FAIT") == 20001
    assert chorus.app.statuses["1"] == "MISE_A_DISPOSITION"


def test_nobody_receives_what_is_sent_to_an_unknown_recipient(chorus: Portal) -> None:
    chorus.treat(1, "A_RECYCLER", "Pas pour nous")
    to = {"codeDestinataire": "21990042000099"}
    assert chorus.supplier(RECYCLE, identifiantFactureCPP=1, destinataire=to)["codeRetour"] == 20004
    assert chorus.statuses(1)[0] == "A_RECYCLER"


@pytest.mark.parametrize("status", [None, "SERVICE_FAIT", "REJETEE", "A_RECYCLER"])
def test_only_a_suspended_invoice_is_completed(chorus: Portal, status: str | None) -> None:
    if status:
        chorus.treat(1, status, "Motif")
    before = chorus.statuses(1)
    assert chorus.supplier(COMPLETE, identifiantFactureCPP=1)["codeRetour"] == 20002
    with pytest.raises(Incoherent, match=before[0]):
        chorus.app.complete(1)
    assert chorus.statuses(1) == before


@pytest.mark.parametrize("status", [None, "SERVICE_FAIT", "REJETEE", "SUSPENDUE"])
def test_only_an_invoice_to_recycle_is_sent_anew(chorus: Portal, status: str | None) -> None:
    if status:
        chorus.treat(1, status, "Motif")
    before = chorus.statuses(1)
    assert chorus.supplier(RECYCLE, identifiantFactureCPP=1)["codeRetour"] == 20002
    with pytest.raises(Incoherent, match=before[0]):
        chorus.app.recycle(1, service="VOIRIE")
    assert chorus.statuses(1) == before


def test_only_its_supplier_moves_an_invoice(chorus: Portal) -> None:
    for key in (1, 2):
        chorus.treat(key, "SUSPENDUE", "Motif")
    assert chorus.ask(COMPLETE, identifiantFactureCPP=1)["codeRetour"] == 20001
    assert chorus.supplier(COMPLETE, identifiantFactureCPP=2)["codeRetour"] == 20001
    assert chorus.supplier("factures/v1/traiter/recue", idFacture=1, nouveauStatut="REJETEE", motif="Motif") == {
        "codeRetour": 20001,
        "libelle": "La demande de paiement est inconnue du système.",
    }
    assert chorus.app.statuses == {"1": "SUSPENDUE", "2": "SUSPENDUE"}


def test_a_test_may_act_for_the_supplier(chorus: Portal) -> None:
    chorus.treat(1, "SUSPENDUE", "Motif")
    chorus.app.complete(1, File(nom="manquant.pdf", chemin=Path("manquant.pdf")))
    assert [one.text for one in pivot(chorus, 1).iter("NomPJ")][-1] == "manquant.pdf"
    chorus.treat(2, "A_RECYCLER", "Motif")
    chorus.app.recycle(2, service="VOIRIE")
    assert chorus.search(idServiceExecutant=2) == [2]
    with pytest.raises(KeyError):
        chorus.app.complete(404)
    with pytest.raises(KeyError):
        chorus.app.recycle(404)


def test_helios_asks_no_rule(chorus: Portal) -> None:
    chorus.app.post_status(1, "MISE_EN_PAIEMENT")
    chorus.app.post_status(1, "MANDATEE", comment="Fait au portail", mandat="1187")
    assert chorus.statuses(1)[:2] == ["MANDATEE", "MISE_EN_PAIEMENT"]
    with pytest.raises(KeyError):
        chorus.app.post_status(404, "MANDATEE")


def test_the_door_of_tests_does_the_same(chorus: Portal) -> None:
    chorus.treat(1, "SUSPENDUE", "Motif")
    late = {"nom": "manquant.pdf", "chemin": "manquant.pdf"}
    steps = (
        ("complete", {"id": 1, "fichiers": [late]}),
        ("status", {"id": 1, "statut": "A_RECYCLER", "commentaire": "Portail"}),
        ("recycle", {"id": 1, "service": "VOIRIE"}),
    )
    for name, body in steps:
        assert chorus.http.post(f"/__sandbox__/{name}", json=body).json()["done"]
    assert chorus.statuses(1)[:5] == [
        "MISE_A_DISPOSITION",
        "EN_COURS_ACHEMINEMENT",
        "DEPOSEE",
        "A_RECYCLER",
        "COMPLETEE",
    ]
    assert chorus.search(idServiceExecutant=2) == [1]
    assert chorus.http.post("/__sandbox__/complete", json={"id": 1}).status_code == 400
    assert chorus.http.post("/__sandbox__/status", json={"id": 404, "statut": "MANDATEE"}).status_code == 400
    assert chorus.http.post("/__sandbox__/invoices", json=deposit(3)).json()["id"] == 3
    assert chorus.http.get("/__sandbox__/statuses").json() == {
        "1": "MISE_A_DISPOSITION",
        "2": "MISE_A_DISPOSITION",
        "3": "MISE_A_DISPOSITION",
    }
