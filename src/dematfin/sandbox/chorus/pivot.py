"""Writing CPPFacturePivot V2_02: several invoices in one file, each attachment a zip of one file in base64."""

import base64
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.world import File, Invoice, Structure

CREDIT_NOTE: Final = "AVOIR"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
VERSION: Final = "V2_02"
OLD_VERSION: Final = "V1_22"
NEWER: Final = ("IdCPRO", "Renvoi", "DateLivraison", "CategoriePJ")
"""What V1_22 does not know."""
SMALL: Final = 1024 * 1024
"""Bytes of a file that is worth remembering once packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One invoice of the file, with its recipient, the folder of its files, and why it comes again (Renvoi)."""

    invoice: Invoice
    structure: Structure
    folder: Path
    sent_again: str = "Non"


def pivot(units: Sequence[Unit], today: date, *, zipped: bool = True) -> bytes:
    """Return the file of some invoices."""
    root = etree.Element("CPPFacturePivot", nsmap={"xsi": XSI}, Version=VERSION)
    root.set(f"{{{XSI}}}noNamespaceSchemaLocation", f"CPPFacturePivot_{VERSION}.xsd")
    _envelope(root, today)
    listed = etree.SubElement(root, "CPPFactures", Compteur=str(len(units)))
    for order, unit in enumerate(units, start=1):
        one = etree.SubElement(listed, "CPPFacturePivotUnitaire", NumOrdre=str(order))
        _supplier(etree.SubElement(one, "Fournisseur"), unit.invoice)
        _recipient(etree.SubElement(one, "Debiteur"), unit.invoice, unit.structure)
        _data(etree.SubElement(one, "DonneesFacture"), unit.invoice, unit.sent_again)
        for number, file in enumerate(unit.invoice.fichiers, start=1):
            _file(etree.SubElement(one, "PJ", NumOrdre=str(number)), file, unit.folder, zipped=zipped)
    return _bytes(root)


def as_old(written: bytes) -> bytes:
    """Return a file as the version before wrote it."""
    root = etree.fromstring(written.replace(VERSION.encode(), OLD_VERSION.encode()), etree.XMLParser(huge_tree=True))
    etree.strip_elements(root, *NEWER)
    return _bytes(root)


def _bytes(root: Any) -> bytes:
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


def _data(element: Any, invoice: Invoice, sent_again: str) -> None:
    credit = invoice.type == CREDIT_NOTE
    _texts(
        element,
        Id=invoice.numero,
        IdCPRO=str(invoice.id),
        Renvoi=sent_again,
        IdFactureOrigine=invoice.origine,
        Type="381" if credit else "380",
        Cadre=invoice.cadre,
        DateEmissionFacture=invoice.emise_le.isoformat(),
        DateLivraison=invoice.livree_le.isoformat() if invoice.livree_le else "",
    )
    mode = invoice.mode_paiement
    _texts(etree.SubElement(element, "ModePaiement"), Code=mode.code, Libelle=mode.libelle)
    _texts(element, DateReception=invoice.deposee_le.isoformat(), Devise=invoice.devise)
    _amounts(element, invoice)
    if invoice.marche or invoice.engagement:
        engagement = etree.SubElement(element, "Engagement")
        _texts(engagement, NumeroMarche=invoice.marche, NumeroEngagement=invoice.engagement)
    _lines(element, invoice)


def _amounts(element: Any, invoice: Invoice) -> None:
    amounts = etree.SubElement(element, "Montants")
    _texts(amounts, MontantHT=_six(invoice.ht), MontantTTC=_six(invoice.ttc), MontantNetAPayer=_six(invoice.net))
    if invoice.tva:
        listed = etree.SubElement(element, "TVAs")
        for vat in invoice.tva:
            one = etree.SubElement(listed, "TVA")
            _texts(one, Taux=f"{vat.taux:f}", BaseHt=_six(vat.base), MontantTVA=_six(vat.montant))


def _lines(element: Any, invoice: Invoice) -> None:
    if not invoice.lignes:
        return
    listed = etree.SubElement(element, "Lignes")
    for order, line in enumerate(invoice.lignes, start=1):
        _texts(
            etree.SubElement(listed, "Ligne", NumOrdre=str(order)),
            ReferenceProduit=line.reference,
            PrixUnitaire=_six(line.prix),
            Quantite=f"{line.quantite:f}",
            MontantHT=_six(line.ht),
            TauxTVA="" if line.taux is None else f"{line.taux:f}",
        )


def _file(element: Any, file: File, folder: Path, *, zipped: bool) -> None:
    path = folder / file.chemin
    known = path.stat()
    packed = _packed if known.st_size <= SMALL else _packed.__wrapped__
    _texts(
        element,
        Contenu=packed(path, file.nom, known.st_mtime_ns) if zipped else _encoded(path.read_bytes()),
        NomPJ=file.nom[:50],
        CategoriePJ=file.categorie,
        TypePJ="01" if file.principale else "02",
        MimeTypePJ=file.mime,
    )


@lru_cache(maxsize=128)
def _packed(path: Path, name: str, written: int) -> str:
    """Return a file as an attachment holds it: the base64 of a zip of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, path.read_bytes())
    return _encoded(packed.getvalue())


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _six(amount: Decimal) -> str:
    """Amounts have six decimals."""
    return f"{amount:.6f}"


def _texts(parent: Any, **values: str) -> None:
    for name, value in values.items():
        if value:
            etree.SubElement(parent, name).text = value
