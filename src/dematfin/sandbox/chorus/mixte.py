"""Reading CPPFactureMixte: the invoices that a supplier's software deposits, each with its files."""

import base64
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.chorus.statuses import ARRIVAL
from dematfin.sandbox.world import Invoice, Structure

UNIT: Final = "{*}CPPFactures/{*}CPPFactureMixteUnitaire"
CREDIT_NOTE: Final = "381"


class Wrong(ValueError):
    """A flow, or one of its invoices, that the platform does not take; its text is what the supplier reads."""


def units(content: bytes) -> list[Any]:
    """Return the invoices of a flow; raises Wrong when it is none."""
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        message = f"Le flux n'est pas un document XML : {error}"
        raise Wrong(message) from error
    found = root.findall(UNIT)
    if not found:
        message = "Le flux ne contient aucune facture CPPFactureMixte."
        raise Wrong(message)
    return list(found)


def named(unit: Any) -> dict[str, str]:
    """Return how an error names an invoice: its number, its supplier, its recipient."""
    return {
        "numeroDP": _text(unit, "DonneesFacture/Id"),
        "identifiantFournisseur": _text(unit, "Fournisseur/Identifiant"),
        "identifiantDestinataire": _text(unit, "Debiteur/Identifiant"),
    }


def deposited(unit: Any, key: int, structures: Mapping[str, Structure], folder: Path) -> Invoice:
    """Return an invoice of a flow under its number on the platform, its files written in a folder.

    Raises:
        Wrong: nobody knows its recipient; ValueError: one of its values is none.
    """
    recipient = structures.get(_text(unit, "Debiteur/Identifiant"))
    if recipient is None:
        message = "Le destinataire est inconnu du système."
        raise Wrong(message)
    now = datetime.now(UTC)
    return Invoice.model_validate(
        {
            "id": key,
            "structure": recipient.id,
            "mode_depot": "EDI_MIXTE",
            "deposee_le": now.date(),
            "statuts": [{"code": code, "le": now} for code in ARRIVAL],
            "fournisseur": {
                "siret": _text(unit, "Fournisseur/Identifiant"),
                "nom": _text(unit, "Fournisseur/RaisonSociale"),
                "iban": _text(unit, "Fournisseur/ReferenceBancaire/Compte"),
                "encaisseur": _text(unit, "Fournisseur/ReferenceBancaire/RaisonSocialeEncaisseur"),
            },
            "fichiers": [_file(one, folder / f"{key}-{order}") for order, one in enumerate(unit.findall("{*}PJ"), 1)],
            **_facts(unit),
        }
    )


def _facts(unit: Any) -> dict[str, Any]:
    credit = _text(unit, "DonneesFacture/Type") == CREDIT_NOTE
    return {
        "numero": _text(unit, "DonneesFacture/Id"),
        "type": "AVOIR" if credit else "FACTURE",
        "cadre": _text(unit, "DonneesFacture/Cadre") or "A1",
        "service": _text(unit, "Debiteur/CodeService"),
        "engagement": _text(unit, "DonneesFacture/Engagement/NumeroEngagement"),
        "marche": _text(unit, "DonneesFacture/Engagement/NumeroMarche"),
        "origine": _text(unit, "DonneesFacture/IdFactureOrigine"),
        "emise_le": _text(unit, "DonneesFacture/DateEmissionFacture"),
        "ht": _text(unit, "DonneesFacture/Montants/MontantHT"),
        "ttc": _text(unit, "DonneesFacture/Montants/MontantTTC"),
        "net": _text(unit, "DonneesFacture/Montants/MontantNetAPayer"),
        "devise": _text(unit, "DonneesFacture/Devise") or "EUR",
        "mode_paiement": {"code": _text(unit, "DonneesFacture/ModePaiement/Code")},
        "tva": [
            {"taux": _text(one, "Taux"), "base": _text(one, "BaseHt"), "montant": _text(one, "MontantTVA")}
            for one in unit.findall("{*}DonneesFacture/{*}TVAS/{*}TVA")
        ],
        "lignes": [_line(one) for one in unit.findall("{*}DonneesFacture/{*}Lignes/{*}Ligne")],
    }


def _line(one: Any) -> dict[str, Any]:
    return {
        "reference": _text(one, "ReferenceProduit"),
        "designation": _text(one, "Description"),
        "prix": _text(one, "PrixUnitaire"),
        "quantite": _text(one, "Quantite"),
        "ht": _text(one, "MontantHT"),
        "taux": _text(one, "TauxTVA") or None,
    }


def _file(one: Any, path: Path) -> dict[str, Any]:
    """Write a file, which may come zipped; its name never becomes a path."""
    content = _unzipped(base64.b64decode(_text(one, "Contenu"), validate=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    main = _text(one, "TypePJ") == "01"
    return {"nom": _text(one, "NomPJ"), "chemin": path, "mime": _text(one, "MimeTypePJ"), "principale": main}


def _unzipped(content: bytes) -> bytes:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(archive.infolist()[0])
    except (zipfile.BadZipFile, IndexError) as error:
        message = "Une pièce jointe est illisible."
        raise Wrong(message) from error


def _text(element: Any, path: str) -> str:
    """Suppliers write with the namespace of the schema, and most without."""
    found = element.findtext("/".join(f"{{*}}{name}" for name in path.split("/")))
    return (found or "").strip()
