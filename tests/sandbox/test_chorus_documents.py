"""What the simulated Chorus Pro shows of one invoice and of one structure, and the files that it gives."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.sandbox.chorus import pivot as pivots
from official import OFFICIAL, needs_official
from sandbox.worlds import COMMUNE, NEIGHBOUR, NOTE, PDF, SUPPLIER, Portal, deposit, portal

LINES = [
    {"reference": "RAM-A4", "designation": "Ramette", "prix": "2.5", "quantite": "20", "ht": "50.00", "taux": "20"},
    {"prix": "50", "quantite": "1", "ht": "50.00"},
]
RICH = deposit(
    1,
    marche="2025-17",
    origine="F-0",
    livree_le="2026-03-09",
    type="AVOIR",
    lignes=LINES,
    mode_paiement={"code": "49", "libelle": "PRELEVEMENT"},
    mode_depot="EDI",
    fournisseur={"siret": SUPPLIER, "nom": "PAPETERIE DU LAC", "iban": "FR7619999000170009876543276"}
    | {"encaisseur": "AFFACTURAGE DU LAC"},
)
ALONE = deposit(
    2, engagement="", tva=[], fichiers=[{"nom": "facture.pdf", "chemin": "facture.pdf", "principale": True}]
)
TWINS = deposit(3, fichiers=[*deposit()["fichiers"], {"nom": "bon.txt", "chemin": "facture.pdf"}])


@pytest.fixture
def chorus(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, RICH, ALONE, TWINS) as opened:
        yield opened


def page(chorus: Portal, key: int, **paging: Any) -> Any:
    return chorus.ask("factures/v1/consulter/recipiendaire", identifiantFactureCPP=key, **paging)["facture"]


def test_the_page_of_an_invoice_says_everything(chorus: Portal) -> None:
    shown = page(chorus, 1)
    assert [shown[name] for name in ("identifiantFactureCPP", "numeroFacture", "statutFacture", "modeDepot")] == [
        1,
        "F-1",
        "MISE_A_DISPOSITION",
        "EDI",
    ]
    assert shown["destinataire"] == {
        "destinataireEtat": "NON",
        "idDestinataire": COMMUNE,
        "codeDestinataire": "21990042000015",
        "libelleDestinataire": "COMMUNE",
        "idServiceExecutant": 1,
        "codeServiceExecutant": "SCOLAIRE",
        "libelleServiceExecutant": "Affaires scolaires",
    }
    supplier = shown["fournisseur"]
    assert (supplier["codeFournisseur"], supplier["coordBancairesFournisseurCompteBancaire"]) == (
        SUPPLIER,
        "FR7619999000170009876543276",
    )
    assert supplier["affactureur"]["affactureurRaisonSociale"] == "AFFACTURAGE DU LAC"
    assert shown["cadreDeFacturation"] == {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"}
    assert {name: value for name, value in shown["references"].items() if value is not None} == {
        "dateFacture": "2026-03-10",
        "dateDepot": "2026-03-11",
        "codeDeviseFacture": "EUR",
        "typeFacture": "AVOIR",
        "typeTva": "TVA_SUR_DEBIT",
        "numeroMarche": "2025-17",
        "numeroBonCommande": "BC26-00077",
        "numeroFactureOrigine": "F-0",
        "modePaiement": "PRELEVEMENT",
        "tailleTotalePiecesJointes": len(PDF) + len(NOTE),
    }
    total = {name: value for name, value in shown["montantTotal"].items() if value is not None}
    assert total == {
        "montantHtTotal": 100,
        "montantTVA": 20,
        "montantTtcAvantRemiseGlobalTTC": 120,
        "montantTtcTotal": 120,
        "montantAPayer": 120,
    }


def test_the_page_of_an_invoice_holds_its_lists(chorus: Portal) -> None:
    shown = page(chorus, 1)
    (vat,) = shown["recapitulatifDeTva"]["ligneTva"]
    assert [vat[name] for name in sorted(vat)] == [100, 20, 20]
    (file,) = shown["listeDesPiecesJointes"]["pieceJointe"]
    assert [file[f"pieceJointe{name}"] for name in ("Designation", "TypeLibelle", "Extension")] == [
        "bon.txt",
        "Document annexe",
        "TXT",
    ]
    assert file["pieceJointeId"] != shown["pieceJointePrincipale"]["idPieceJointePrincipale"]
    lines = shown["lignesDePoste"]
    assert [one["lignePosteDenomination"] for one in lines["lignePoste"]] == ["Ramette", None]
    assert [one["lignePosteMontantTtcApresRemise"] for one in lines["lignePoste"]] == [60, 50]
    assert (lines["totalLignesPoste"], lines["pagesLignesPoste"]) == (2, 1)


def test_the_lists_of_a_page_have_pages_too(chorus: Portal) -> None:
    second = {"pageResultatDemandeeLignesPoste": 2, "nbResultatsParPageLignesPoste": 1}
    lines = page(chorus, 1, rechercheLignePoste=second)["lignesDePoste"]
    assert [one["lignePosteNumero"] for one in lines["lignePoste"]] == [2]
    assert (lines["pageCouranteLignesPoste"], lines["pagesLignesPoste"]) == (2, 2)
    second = {"pageResultatDemandeeListePieceJointe": 2, "nbResultatsParPageListePieceJointe": 1}
    files = page(chorus, 3, recherchePj=second)["listeDesPiecesJointes"]
    assert (len(files["pieceJointe"]), files["totalListePiecesJointe"]) == (1, 2)


@needs_official
@pytest.mark.parametrize("keys", [(1,), (2,), (3,), (1, 2, 3)])
def test_every_pivot_is_valid(chorus: Portal, keys: tuple[int, ...]) -> None:
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "cpp" / "CPPFacturePivot_V2_02.xsd"))
    read = etree.fromstring(chorus.files(*keys, format="PIVOT"))
    schema.assertValid(read)
    assert [one.text for one in read.iter("IdCPRO")] == [str(key) for key in keys]


def test_the_pivot_holds_lines_and_the_mode_of_payment(chorus: Portal) -> None:
    read = etree.fromstring(chorus.files(1, format="PIVOT"))
    assert [read.findtext(f".//ModePaiement/{name}") for name in ("Code", "Libelle")] == ["49", "PRELEVEMENT"]
    lines = [{part.tag: part.text for part in line} for line in read.iter("Ligne")]
    assert lines == [
        {
            "ReferenceProduit": "RAM-A4",
            "PrixUnitaire": "2.500000",
            "Quantite": "20",
            "MontantHT": "50.000000",
            "TauxTVA": "20",
        },
        {"PrixUnitaire": "50.000000", "Quantite": "1", "MontantHT": "50.000000"},
    ]
    usual = etree.fromstring(chorus.files(2, format="PIVOT"))
    assert [usual.findtext(f".//ModePaiement/{name}") for name in ("Code", "Libelle")] == ["30", "VIREMENT"]
    assert usual.find(".//Lignes") is None


def test_each_attachment_is_a_zip_of_one_file(chorus: Portal) -> None:
    read = etree.fromstring(chorus.files(1, format="PIVOT"))
    found = {}
    for one in read.iter("PJ"):
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(one.findtext("Contenu") or ""))) as archive:
            assert archive.namelist() == [one.findtext("NomPJ")]
            found[one.findtext("TypePJ")] = archive.read(archive.namelist()[0])
    assert found == {"01": PDF, "02": NOTE}


def test_a_file_written_again_is_packed_again(chorus: Portal, tmp_path: Path) -> None:
    before = chorus.files(2, format="PIVOT")
    assert pivots._packed.cache_info().currsize > 0
    (tmp_path / "facture.pdf").write_bytes(b"%PDF-1.4 autre contenu")
    assert chorus.files(2, format="PIVOT") != before


def archived(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_readable_file_is_a_pdf_or_a_zip(chorus: Portal) -> None:
    assert chorus.files(1, format="PDF") == PDF
    assert chorus.files(1, format="PDF", avecPiecesJointesComplementaires="NON") == PDF
    complete = {"format": "PDF", "avecPiecesJointesComplementaires": "OUI"}
    assert archived(chorus.files(1, **complete)) == {"facture.pdf": PDF, "bon.txt": NOTE}
    assert chorus.files(2, **complete) == PDF
    assert archived(chorus.files(3, **complete)) == {"facture.pdf": PDF, "bon.txt": NOTE, "bon-2.txt": PDF}
    assert archived(chorus.files(1, 2, format="PDF")) == {"F-1/facture.pdf": PDF, "F-2/facture.pdf": PDF}


def test_a_download_is_remembered(chorus: Portal) -> None:
    assert chorus.ask("factures/v1/consulter/historique", idFacture=1)["derniereAction"] is None
    chorus.files(1, format="PDF")
    chorus.files(1, format="PIVOT")
    assert chorus.search(factureTelechargeeParDestinataire=True) == [1]
    history = chorus.ask("factures/v1/consulter/historique", idFacture=1)
    assert history["modeDepot"] == "EDI"
    actions = history["historiquesDesActionsUtilisateurs"]
    assert [one["histoActionCode"] for one in actions["histoAction"]] == ["TELECHARGEMENT_FACTURE"] * 2
    assert actions["totalHistoAction"] == 2
    assert history["derniereAction"]["derniereActionId"] == actions["histoAction"][0]["histoActionId"]


def test_a_history_may_be_read_page_by_page(chorus: Portal) -> None:
    codes = []
    for number in (1, 2):
        wanted = {"nbResultatsParPageListeHistoStatut": 2, "pageResultatDemandeeListeHistoStatut": number}
        shown = chorus.ask("factures/v1/consulter/historique", idFacture=1, paramRechercheHistoStatuts=wanted)
        codes.append([one["histoStatutCode"] for one in shown["historiquesDesStatuts"]["histoStatut"]])
    assert codes == [["MISE_A_DISPOSITION", "EN_COURS_ACHEMINEMENT"], ["DEPOSEE"]]


def test_a_structure_says_when_its_password_ends(tmp_path: Path) -> None:
    structures = [
        {"id": COMMUNE, "siret": "21990042000015", "nom": "COMMUNE", "mot_de_passe_expire_le": "2026-12-31"},
        {"id": NEIGHBOUR, "siret": "26990042000010", "nom": "VOISINE", "paiement_non_remonte": True},
    ]
    with portal(tmp_path, deposit(1), structures=structures) as chorus:
        ours, theirs = (chorus.ask("structures/v1/consulter", idStructureCPP=key) for key in (COMMUNE, NEIGHBOUR))
    told = [one["informationGenerales"]["dateExpirationMotPasseCompteTech"] for one in (ours, theirs)]
    assert told == ["2026-12-31", None]
    told = [one["parametres"]["statutMiseEnPaiementNestPasRemonte"] for one in (ours, theirs)]
    assert told == [False, True]
