"""Writing CPPFacturePivot V2_02: several invoices in one file, each attachment a zip of one file in base64."""

import base64
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.world import File, Invoice, Structure

MODES: Final = {"30": "VIREMENT", "31": "VIREMENT", "48": "CARTE", "49": "PRELEVEMENT", "20": "CHEQUE"}
CREDIT_NOTE: Final = "AVOIR"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


def pivot(invoices: Sequence[tuple[Invoice, Structure, Path]], today: date) -> bytes:
    """Return the file of some invoices; each comes with its recipient and the folder of its files."""
    root = etree.Element("CPPFacturePivot", nsmap={"xsi": XSI}, Version="V2_02")
    root.set(f"{{{XSI}}}noNamespaceSchemaLocation", "CPPFacturePivot_V2_02.xsd")
    _envelope(root, today)
    listed = etree.SubElement(root, "CPPFactures", Compteur=str(len(invoices)))
    for order, (invoice, structure, folder) in enumerate(invoices, start=1):
        unit = etree.SubElement(listed, "CPPFacturePivotUnitaire", NumOrdre=str(order))
        _supplier(etree.SubElement(unit, "Fournisseur"), invoice)
        _recipient(etree.SubElement(unit, "Debiteur"), invoice, structure)
        _data(etree.SubElement(unit, "DonneesFacture"), invoice)
        for number, file in enumerate(invoice.fichiers, start=1):
            _file(etree.SubElement(unit, "PJ", NumOrdre=str(number)), file, folder)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document


def _envelope(root: Any, today: date) -> None:
    unit = etree.SubElement(etree.SubElement(root, "Enveloppe"), "EnveloppeUnitaire", NumOrdre="1")
    parameters = etree.SubElement(unit, "Parametres")
    for number, (code, value) in enumerate((("DtPrd", today.isoformat()), ("IdFlx", "1000000001")), start=1):
        one = etree.SubElement(parameters, "ParametreIndiv", NumOrdre=f"{number:04d}")
        _texts(one, Code=code, Valeurparametre=value)
    partners = etree.SubElement(unit, "Partenaires")
    _texts(etree.SubElement(partners, "Recepteur"), Id="BAC001")
    _texts(etree.SubElement(partners, "Emetteur"), Id="CPP001", Libelle="CPP")


def _supplier(element: Any, invoice: Invoice) -> None:
    supplier = invoice.fournisseur
    _texts(element, TypeIdentifiant="1", Identifiant=supplier.siret, RaisonSociale=supplier.nom, CodePays="FR")
    if supplier.iban:
        bank = etree.SubElement(element, "ReferenceBancaire", Type="IBAN")
        _texts(bank, Compte=supplier.iban, RaisonSocialeEncaisseur=supplier.encaisseur)
    _texts(element, ModeEmission="PDF")


def _recipient(element: Any, invoice: Invoice, structure: Structure) -> None:
    names = {service.code: service.nom for service in structure.services}
    _texts(
        element,
        TypeIdentifiant="1",
        Identifiant=structure.siret,
        Nom=structure.nom,
        CodeService=invoice.service,
        NomService=names.get(invoice.service, ""),
    )


def _data(element: Any, invoice: Invoice) -> None:
    credit = invoice.type == CREDIT_NOTE
    _texts(
        element,
        Id=invoice.numero,
        IdCPRO=str(invoice.id),
        Renvoi="Non",
        IdFactureOrigine=invoice.origine,
        Type="381" if credit else "380",
        Cadre=invoice.cadre,
        DateEmissionFacture=invoice.emise_le.isoformat(),
        DateLivraison=invoice.livree_le.isoformat() if invoice.livree_le else "",
    )
    mode = etree.SubElement(element, "ModePaiement")
    _texts(mode, Code=invoice.mode_paiement, Libelle=MODES.get(invoice.mode_paiement, ""))
    _texts(element, DateReception=invoice.deposee_le.isoformat(), Devise=invoice.devise)
    amounts = etree.SubElement(element, "Montants")
    _texts(amounts, MontantHT=_six(invoice.ht), MontantTTC=_six(invoice.ttc), MontantNetAPayer=_six(invoice.net))
    if invoice.tva:
        listed = etree.SubElement(element, "TVAs")
        for vat in invoice.tva:
            one = etree.SubElement(listed, "TVA")
            _texts(one, Taux=str(vat.taux), BaseHt=_six(vat.base), MontantTVA=_six(vat.montant))
    if invoice.marche or invoice.engagement:
        engagement = etree.SubElement(element, "Engagement")
        _texts(engagement, NumeroMarche=invoice.marche, NumeroEngagement=invoice.engagement)
    if invoice.lignes:
        _lines(etree.SubElement(element, "Lignes"), invoice)


def _lines(element: Any, invoice: Invoice) -> None:
    for order, line in enumerate(invoice.lignes, start=1):
        _texts(
            etree.SubElement(element, "Ligne", NumOrdre=str(order)),
            ReferenceProduit=line.reference,
            PrixUnitaire=str(line.prix),
            Quantite=str(line.quantite),
            MontantHT=_six(line.ht),
            TauxTVA=str(line.taux) if line.taux is not None else "",
        )


def _file(element: Any, file: File, folder: Path) -> None:
    _texts(
        element,
        Contenu=_packed(folder / file.chemin, file.nom),
        NomPJ=file.nom[:50],
        CategoriePJ=file.categorie,
        TypePJ="01" if file.principale else "02",
        MimeTypePJ=file.mime,
    )


@lru_cache(maxsize=256)
def _packed(path: Path, name: str) -> str:
    """Zip a file once: its bytes never change."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, path.read_bytes())
    return base64.b64encode(packed.getvalue()).decode("ascii")


def _six(amount: Decimal) -> str:
    """Amounts have six decimals."""
    return f"{amount:.6f}"


def _texts(parent: Any, **values: str) -> None:
    for name, value in values.items():
        if value:
            etree.SubElement(parent, name).text = value
