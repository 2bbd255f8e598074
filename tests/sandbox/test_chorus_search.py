"""Every criterion of the searches of the simulated Chorus Pro, and the order of their rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dematfin.sandbox.chorus import frames, state
from sandbox.worlds import COMMUNE, NEIGHBOUR, NOTE, PDF, SUPPLIER, Portal, deposit, portal

LIST = "factures/v1/rechercher/recipiendaire"
WORKS = "facturesTravaux/v1/rechercher"
SAME_FIRM = "91098765000025"
OTHER_FIRM = "52123456700011"
ACCOUNTS = [{"login": "TECH_1_1@cpro.fr", "mot_de_passe": "TEST mot de passé", "structures": [COMMUNE, NEIGHBOUR]}]


def standing(code: str, at: str) -> list[dict[str, str]]:
    return [{"code": code, "le": at}]


def firm(siret: str, name: str) -> dict[str, str]:
    return {"siret": siret, "nom": name}


DEPOSITS = (
    deposit(1, ht="10.00", ttc="12.00", net="12.00", statuts=standing("SERVICE_FAIT", "2026-03-28T23:30:00+01:00")),
    deposit(2, service="VOIRIE", marche="2025-17", statuts=standing("COMPLETEE", "2026-03-29T23:30:00+02:00")),
    deposit(3, fournisseur=firm(SAME_FIRM, "PAPETERIE ANNEXE"), engagement="BC26-00099", emise_le="2026-01-15"),
    deposit(4, fournisseur=firm(OTHER_FIRM, "ATELIER"), type="AVOIR", deposee_le="2026-04-02"),
    deposit(5, structure=NEIGHBOUR, service="", cadre="A2", ht="500.00", ttc="600.00", net="0.00"),
)


@pytest.fixture(scope="module")
def chorus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("monde"), *DEPOSITS, comptes=ACCOUNTS) as opened:
        opened.files(2, format="PDF")
        yield opened


def supplier(chorus: Portal, siret: str) -> int:
    """Return the number of a supplier, as a client finds it."""
    body = {"restreindreStructuresPrivees": False, "structure": {"identifiantStructure": siret}}
    key: int = chorus.ask("structures/v1/rechercher", **body)["listeStructures"][0]["idStructureCPP"]
    return key


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"typeDemandePaiement": "FACTURE"}, [1, 2, 3, 4, 5]),
        ({"idDestinataire": NEIGHBOUR}, [5]),
        ({"idServiceExecutant": 2}, [2]),
        ({"idServiceExecutant": 99}, []),
        ({"numeroFacture": "F-3"}, [3]),
        ({"periodeDateDepotDu": "2026-03-12"}, [4]),
        ({"periodeDateDepotAu": "2026-03-11"}, [1, 2, 3, 5]),
        ({"periodeDateDepotDu": "2026-03-11T00:00:00.000Z", "periodeDateDepotAu": "2026-04-01"}, [1, 2, 3, 5]),
        ({"listeTypeFacture": ["AVOIR"]}, [4]),
        ({"listeTypeFacture": ["FACTURE", "AVOIR"]}, [1, 2, 3, 4, 5]),
        ({"idStructureValideur": 7}, []),
        ({"cadreFacturation": "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE"}, [5]),
        ({"statutCourant": ["COMPLETEE", "SERVICE_FAIT"]}, [1, 2]),
        ({"statutCourant": "COMPLETEE"}, [2]),
        ({"periodeDateFactureDu": "2026-03-10"}, [1, 2, 4, 5]),
        ({"periodeDateFactureAu": "2026-03-09"}, [3]),
        ({"montantHTMin": 100}, [2, 3, 4, 5]),
        ({"montantHTMax": 99.99}, [1]),
        ({"montantTTCMin": "120.01"}, [5]),
        ({"montantTTCMax": 120}, [1, 2, 3, 4]),
        ({"montantApayerMin": 0.01}, [1, 2, 3, 4]),
        ({"montantApayerMax": 12}, [1, 5]),
        ({"montantAPayerMax": 12}, [1, 2, 3, 4, 5]),
        ({"numeroMarche": "2025-17"}, [2]),
        ({"numeroBonCommande": "BC26-00099"}, [3]),
        ({"factureTelechargeeParDestinataire": True}, [2]),
        ({"factureTelechargeeParDestinataire": False}, [1, 3, 4, 5]),
        ({"periodeDateHeureEtatCourantDu": "2026-03-28"}, [1, 2]),
        ({"periodeDateHeureEtatCourantDu": "2026-03-29T21:29:59.000Z"}, [2]),
        ({"periodeDateHeureEtatCourantDu": "2026-03-29T23:30:00"}, [2]),
        ({"periodeDateHeureEtatCourantDu": "2026-03-12", "periodeDateHeureEtatCourantAu": "2026-03-28"}, []),
        ({"periodeDateHeureEtatCourantDu": "2026-03-12", "periodeDateHeureEtatCourantAu": "2026-03-28T23:59:59"}, [1]),
        ({"numeroFacture": None, "listeFournisseurs": None, "paramRecherche": None}, [1, 2, 3, 4, 5]),
        ({"statutCourant": ["COMPLETEE"], "montantHTMax": 50}, []),
    ],
)
def test_each_criterion_is_honoured(chorus: Portal, criteria: dict[str, Any], found: list[int]) -> None:
    assert chorus.search(**criteria) == found
    body = chorus.ask(LIST, **criteria)
    assert (body["codeRetour"], body.get("total", 0)) == (0 if found else 20000, len(found))


def test_suppliers_are_searched_by_the_number_of_the_platform(chorus: Portal) -> None:
    one, other = supplier(chorus, SUPPLIER), supplier(chorus, OTHER_FIRM)
    assert chorus.search(listeFournisseurs=[{"idFournisseur": one}]) == [1, 2, 5]
    assert chorus.search(listeFournisseurs=[{"idFournisseur": one}, {"idFournisseur": other}]) == [1, 2, 4, 5]
    assert chorus.search(listeFournisseurs=[{"idFournisseur": one}], rechercheSirenFournisseur=True) == [1, 2, 3, 5]
    assert chorus.search(listeFournisseurs=[{"idFournisseur": int(SUPPLIER)}]) == []


def test_a_supplier_is_no_public_body(chorus: Portal) -> None:
    body = {"structure": {"identifiantStructure": SUPPLIER}}
    assert chorus.ask("structures/v1/rechercher", **body)["codeRetour"] == 20000
    assert chorus.ask("structures/v1/rechercher", restreindreStructuresPrivees="false", **body)["codeRetour"] == 0


@pytest.mark.parametrize(
    ("column", "direction", "found"),
    [
        ("MontantHT", "Ascendant", [1, 2, 3, 4, 5]),
        ("MontantHT", "Descendant", [5, 2, 3, 4, 1]),
        ("DateDepot", "Descendant", [4, 1, 2, 3, 5]),
        ("DateFacture", None, [3, 1, 2, 4, 5]),
        ("NumeroFacture", "Descendant", [5, 4, 3, 2, 1]),
        ("Fournisseur", "Ascendant", [4, 3, 1, 2, 5]),
        ("Statut", "Ascendant", [2, 3, 4, 5, 1]),
        ("FactureTelechargeeParDestinataire", "Descendant", [2, 1, 3, 4, 5]),
        ("MontantAPayer", "Ascendant", [5, 1, 2, 3, 4]),
    ],
)
def test_rows_come_in_the_order_asked(chorus: Portal, column: str, direction: str | None, found: list[int]) -> None:
    order = {"triColonne": column, "triSens": direction, "nbResultatsParPage": 3}
    pages = [chorus.search(paramRecherche=order | {"pageResultatDemandee": page}) for page in (1, 2)]
    assert pages == [found[:3], found[3:]]


def test_what_waits_is_what_may_be_processed(chorus: Portal) -> None:
    listed = chorus.ask("factures/v1/rechercher/atraiter/recipiendaire")["listeFactures"]
    assert [row["idFacture"] for row in listed] == [2, 3, 4, 5]
    ours = chorus.ask("factures/v1/rechercher/atraiter/recipiendaire", idStructure=NEIGHBOUR)["listeFactures"]
    assert [row["idFacture"] for row in ours] == [5]


def test_a_row_says_what_is_known(chorus: Portal) -> None:
    (row,) = chorus.ask(LIST, numeroFacture="F-2", recupererTaille=True)["listeFactures"]
    known = {name: value for name, value in row.items() if value is not None}
    assert known.pop("dateHeureEtatCourant") == "2026-03-29T23:30:00.000+02:00"
    assert known == {
        "idFacture": 2,
        "devise": "EUR",
        "typeDemandePaiement": "FACTURE",
        "codeFournisseur": SUPPLIER,
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": "PAPETERIE DU LAC",
        "idDestinataire": COMMUNE,
        "codeDestinataire": "21990042000015",
        "designationDestinataire": "COMMUNE",
        "idServiceExecutant": 2,
        "codeServiceExecutant": "VOIRIE",
        "nomServiceExecutant": "Voirie",
        "typeFacture": "FACTURE",
        "numeroFacture": "F-2",
        "dateFacture": "2026-03-10",
        "dateDepot": "2026-03-11",
        "montantHT": 100,
        "montantTTC": 120,
        "montantAPayer": 120,
        "statut": "COMPLETEE",
        "numeroMarche": "2025-17",
        "numeroBonCommande": "BC26-00077",
        "taille": len(PDF) + len(NOTE),
        "factureTelechargeeParDestinataire": True,
    }


def test_works_are_listed_apart(tmp_path: Path) -> None:
    deposits = (deposit(number, cadre=code) for number, code in enumerate(frames.FRAMES, start=1))
    ordinary = {1, 2, 3, 9, 11, 12, 21}
    whole = {"nbResultatsParPage": 50}
    with portal(tmp_path, *deposits) as chorus:
        assert set(chorus.search(typeDemandePaiement="FACTURE", paramRecherche=whole)) == ordinary
        works = chorus.search(typeDemandePaiement="FACTURE_TRAVAUX", paramRecherche=whole)
        assert works == [number for number in range(1, 26) if number not in ordinary]
        monthly = ["PROJET_DECOMPTE_MENSUEL"]
        assert chorus.search(typeDemandePaiement="FACTURE_TRAVAUX", listeTypeFactureTravaux=monthly) == [4, 13]
        (row,) = chorus.ask(LIST, typeDemandePaiement="FACTURE_TRAVAUX", numeroFacture="F-7")["listeFactures"]
        assert (row["typeDemandePaiement"], row["typeFacture"], row["typeFactureTravaux"]) == (
            "FACTURE_TRAVAUX",
            None,
            "PROJET_DECOMPTE_FINAL",
        )


def test_the_search_of_works_has_its_own_names(tmp_path: Path) -> None:
    with portal(tmp_path, deposit(1), deposit(2, cadre="A6"), deposit(3, cadre="A4", emise_le="2026-01-15")) as chorus:
        whole = chorus.ask(WORKS, roleUtilisateur="MOA", rechercheFactureTravaux={"nbResultatsParPage": 1})
        assert whole["parametresRetour"] == {"pageCourante": 1, "pages": 2, "nbResultatsParPage": 1, "total": 2}
        (row,) = whole["listeFacturesTravaux"]
        names = ("idFactureTravaux", "numeroFactureTravaux", "dateFactureTravaux", "statutFactureTravaux")
        assert [row[name] for name in names] == [2, "F-2", "2026-03-10", "MISE_A_DISPOSITION"]
        bodies = ("identifiantFournisseur", "identifiantDestinataire", "identifiantServiceExecutant")
        assert [row[name] for name in bodies] == [SUPPLIER, "21990042000015", "SCOLAIRE"]
        assert not {"idFacture", "statut", "codeFournisseur"} & set(row)
        late = chorus.ask(WORKS, periodeDateFactureTravauxAu="2026-02-01")["listeFacturesTravaux"]
        assert [row["idFactureTravaux"] for row in late] == [3]
        assert chorus.ask(WORKS, numeroFactureTravaux="F-1")["codeRetour"] == 20007
        assert chorus.ask(WORKS, listeStatutCourant=["MANDATEE"])["codeRetour"] == 20007
        assert chorus.ask(WORKS, flagTelecharge=True)["codeRetour"] == 20007


def test_a_page_of_a_long_list_parses_no_invoice(tmp_path: Path) -> None:
    with portal(tmp_path, *(deposit(key) for key in range(1, 1001))) as chorus:
        state._parsed.cache_clear()
        page = {"pageResultatDemandee": 7, "nbResultatsParPage": 20}
        found = chorus.search(periodeDateHeureEtatCourantDu="2026-03-01", paramRecherche=page)
        assert found == list(range(121, 141))
        assert state._parsed.cache_info().misses == 0
