"""The flows that a supplier's software deposits on the simulated Chorus Pro, and what it is told of them."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from official import OFFICIAL, needs_official
from sandbox.worlds import SUPPLIER, Portal, deposit, portal

DEPOSIT = "factures/v1/deposer/flux"
REPORT = "transverses/v1/consulterCRDetaille"
SYNTAX = "IN_DP_E2_CPP_FACTURE_MIN"
PDF = b"%PDF-1.4 une facture en flux"
NAMESPACE = "http://chorus-factures.budget.gouv.fr/facture"


@pytest.fixture
def chorus(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, deposit(41)) as opened:
        yield opened


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../FAC.pdf", content)
    return packed.getvalue()


def unit(number: str, file: bytes = PDF, recipient: str = "21990042000015", ht: str = "100.00") -> str:
    return f"""<CPPFactureMixteUnitaire NumOrdre="1">
  <Fournisseur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>{SUPPLIER}</Identifiant>
    <RaisonSociale>PAPETERIE DU LAC</RaisonSociale><CodePays>FR</CodePays>
    <ReferenceBancaire Type="IBAN"><Compte>FR7619999000170009876543276</Compte></ReferenceBancaire></Fournisseur>
  <Debiteur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>{recipient}</Identifiant>
    <CodeService>SCOLAIRE</CodeService></Debiteur>
  <DonneesFacture><Id>{number}</Id><Type>380</Type><Cadre>A1</Cadre>
    <DateEmissionFacture>2026-03-10</DateEmissionFacture><ModePaiement><Code>30</Code></ModePaiement>
    <Devise>EUR</Devise><Montants><MontantHT>{ht}</MontantHT><MontantTTC>120.00</MontantTTC>
    <MontantNetAPayer>120.00</MontantNetAPayer></Montants>
    <TVAS><TVA><Taux>20</Taux><BaseHt>100.00</BaseHt><MontantTVA>20.00</MontantTVA></TVA></TVAS>
    <Engagement><NumeroEngagement>BC26-00077</NumeroEngagement></Engagement>
    <Lignes><Ligne NumOrdre="1"><Description>Ramette</Description><PrixUnitaire>2.5</PrixUnitaire>
      <Quantite>40</Quantite><MontantHT>100.00</MontantHT><TauxTVA>20</TauxTVA></Ligne></Lignes></DonneesFacture>
  <PJ NumOrdre="1"><Contenu>{base64.b64encode(file).decode()}</Contenu><NomPJ>FAC.pdf</NomPJ><TypePJ>01</TypePJ>
    <MimeTypePJ>application/pdf</MimeTypePJ></PJ></CPPFactureMixteUnitaire>"""


def flow(*units: str, namespace: str = "") -> bytes:
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f"""<CPPFactureMixte{declared}><Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres>
  <ParametreIndiv NumOrdre="0001"><Code>DtPrd</Code><Valeurparametre>2026-03-12</Valeurparametre></ParametreIndiv>
  <ParametreIndiv NumOrdre="0002"><Code>IdFlx</Code><Valeurparametre>1</Valeurparametre></ParametreIndiv></Parametres>
  <Partenaires><Recepteur><Id>CPP001</Id></Recepteur><Emetteur><Id>PAP001</Id></Emetteur></Partenaires>
  </EnveloppeUnitaire></Enveloppe><CPPFactures Compteur="{len(units)}">{"".join(units)}</CPPFactures>
  </CPPFactureMixte>""".encode()


def told(chorus: Portal, content: bytes, syntax: str = SYNTAX) -> Any:
    """Deposit a flow and return its compte rendu."""
    sent = {"fichierFlux": base64.b64encode(content).decode(), "nomFichier": "flux.xml", "syntaxeFlux": syntax}
    answer = chorus.supplier(DEPOSIT, **sent)
    assert (answer["codeRetour"], answer["syntaxeFlux"], answer["numeroFluxDepot"][:3]) == (0, syntax, "CPP")
    return chorus.supplier(REPORT, numeroFluxDepot=answer["numeroFluxDepot"], syntaxeFlux=syntax)


@pytest.mark.parametrize("namespace", ["", NAMESPACE])
@pytest.mark.parametrize("file", [PDF, zipped(PDF)])
def test_an_invoice_deposited_in_a_flow_is_at_our_disposal(chorus: Portal, namespace: str, file: bytes) -> None:
    told_of = told(chorus, flow(unit("F-900", file), namespace=namespace))
    assert [told_of[name] for name in ("etatCourantDepotFlux", "nomFichier", "listeErreurDP")] == [
        "IN_INTEGRE",
        "flux.xml",
        [],
    ]
    (row,) = chorus.ask("factures/v1/rechercher/recipiendaire", numeroFacture="F-900")["listeFactures"]
    assert [row[name] for name in ("idFacture", "statut", "codeServiceExecutant", "montantTTC")] == [
        42,
        "MISE_A_DISPOSITION",
        "SCOLAIRE",
        120,
    ]
    assert chorus.files(42, format="PDF") == PDF
    shown = chorus.ask("factures/v1/consulter/recipiendaire", identifiantFactureCPP=42)["facture"]
    assert (shown["modeDepot"], shown["lignesDePoste"]["lignePoste"][0]["lignePosteDenomination"]) == (
        "EDI_MIXTE",
        "Ramette",
    )
    assert etree.fromstring(chorus.files(42, format="PIVOT")).findtext(".//NumeroEngagement") == "BC26-00077"


@needs_official
def test_our_example_is_a_flow_of_the_official_schema() -> None:
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "cpp" / "CPPFactureMixte.xsd"))
    schema.assertValid(etree.fromstring(flow(unit("F-900"), namespace=NAMESPACE)))


def test_only_the_correct_invoices_of_a_flow_are_taken(chorus: Portal) -> None:
    stranger = unit("F-901").replace(SUPPLIER, "52123456700011")
    lost, odd, torn = unit("F-902", recipient="1" * 14), unit("F-903", ht="cent"), unit("F-904", zipped(PDF)[:-4])
    told_of = told(chorus, flow(unit("F-900"), stranger, lost, odd, torn.replace("</Contenu>", "=</Contenu>")))
    assert told_of["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [one["numeroDP"] for one in told_of["listeErreurDP"]] == ["F-901", "F-902", "F-903", "F-904"]
    assert all(one["libelleErreurDP"] for one in told_of["listeErreurDP"])
    assert chorus.search() == [41, 42]


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"<CPPFactureMixte/>", flow(unit("F-902", recipient="1" * 14))])
def test_a_flow_without_any_good_invoice_is_rejected(chorus: Portal, content: bytes) -> None:
    told_of = told(chorus, content)
    assert told_of["etatCourantDepotFlux"] == "IN_REJETE"
    assert told_of["listeErreurTechnique"] or told_of["listeErreurDP"]
    assert chorus.search() == [41]


def test_another_syntax_is_rejected_by_its_report(chorus: Portal) -> None:
    told_of = told(chorus, b"<Invoice/>", "IN_DP_E1_UBL_INVOICE")
    assert told_of["etatCourantDepotFlux"] == "IN_REJETE"
    assert SYNTAX in told_of["listeErreurTechnique"][0]["libelleErreur"]


@pytest.mark.parametrize("wrong", [{"syntaxeFlux": "FACTURX"}, {"fichierFlux": "AAA"}, {"nomFichier": ""}])
def test_a_deposit_that_is_malformed_is_refused(chorus: Portal, wrong: dict[str, str]) -> None:
    body = {"fichierFlux": "", "nomFichier": "flux.xml", "syntaxeFlux": SYNTAX} | wrong
    assert chorus.post(DEPOSIT, body).status_code == 400


def test_a_flow_that_nobody_sent_is_unknown(chorus: Portal) -> None:
    assert chorus.supplier(REPORT, numeroFluxDepot="CPP1", syntaxeFlux=SYNTAX)["codeRetour"] == 20001
