"""How an invoice shows in a list: the rows of the `factures` API, and those of the `facturesTravaux` API."""

from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.chorus.frames import WORKS
from dematfin.sandbox.chorus.state import data
from dematfin.sandbox.world import Invoice, Structure

AMOUNTS: Final = ("montantHT", "montantTTC", "montantAPayer")
WORKS_NAMES: Final = {
    "idFacture": "idFactureTravaux",
    "numeroFacture": "numeroFactureTravaux",
    "dateFacture": "dateFactureTravaux",
    "statut": "statutFactureTravaux",
    "codeFournisseur": "identifiantFournisseur",
    "codeDestinataire": "identifiantDestinataire",
    "codeServiceExecutant": "identifiantServiceExecutant",
}


def line(row: Any, structure: Structure, *, weighed: bool = False) -> Body:
    """Return a row of `rechercher/recipiendaire`, from the columns alone; `weighed` adds its size in bytes."""
    works = WORKS.get(row["cadre"])
    service = next((one for one in structure.services if one.code == row["service"]), None)
    return {
        "idFacture": row["id"],
        "devise": row["devise"],
        "typeDemandePaiement": row["demande"],
        "codeFournisseur": row["siret"],
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": row["nom"],
        "codeServiceFournisseur": None,
        "nomServiceFournisseur": None,
        "idDestinataire": structure.id,
        "codeDestinataire": structure.siret,
        "designationDestinataire": structure.nom,
        "idServiceExecutant": service.id if service else None,
        "codeServiceExecutant": row["service"] or None,
        "nomServiceExecutant": service.nom if service else None,
        "typeFacture": None if works else row["type"],
        "typeFactureTravaux": works,
        "numeroFacture": row["numero"],
        "dateFacture": row["emise_le"],
        "dateDepot": row["deposee_le"],
        "montantHT": row["ht"],
        "montantTTC": row["ttc"],
        "montantAPayer": row["net"],
        "statut": row["statut"],
        "numeroMarche": row["marche"] or None,
        "numeroBonCommande": row["engagement"] or None,
        "taille": weight(data(row), Path(row["dossier"])) if weighed else None,
        "factureTelechargeeParDestinataire": bool(row["telechargee"]),
        "dateHeureEtatCourant": row["statut_le"],
        "commentaireEtatCourant": row["commentaire"] or None,
    }


def works_line(row: Any, structure: Structure) -> Body:
    """Return a row of `facturesTravaux/rechercher`: the same facts, partly under other names."""
    return {WORKS_NAMES.get(name, name): value for name, value in line(row, structure).items()}


def as_text(shown: Body) -> Body:
    """Return a row with its number and its amounts in quotes, as the platform sometimes writes them."""
    ids = {name: str(shown[name]) for name in ("idFacture", "idFactureTravaux") if name in shown}
    return shown | ids | {name: f"{shown[name]:.2f}" for name in AMOUNTS}


def weight(invoice: Invoice, folder: Path) -> int:
    """Return the size of the files of an invoice, in bytes."""
    return sum((folder / file.chemin).stat().st_size for file in invoice.fichiers)
