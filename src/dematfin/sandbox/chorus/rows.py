"""What is shown of an invoice: one line of a list, the whole of its data, one line of the works lists."""

from typing import Any, Final

from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.world import Invoice, Structure, Vat

FRAMES: Final = {
    "A1": "A1_FACTURE_FOURNISSEUR",
    "A2": "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE",
    "A4": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
    "A9": "A9_FACTURE_SOUSTRAITANT",
    "A12": "A12_FACTURE_COTRAITANT",
}
WORKS: Final = frozenset({"A4", "A5", "A6", "A7", "A8", "A10", *(f"A{number}" for number in range(13, 21))})
MODES: Final = {"20": "CHEQUE", "30": "VIREMENT", "31": "VIREMENT", "49": "PRELEVEMENT"}


def line(row: Any, invoice: Invoice, structure: Structure, *, as_text: bool) -> Body:
    """Return one line of `rechercher/recipiendaire`."""
    shown: Body = {
        "idFacture": str(invoice.id) if as_text else invoice.id,
        "numeroFacture": invoice.numero,
        "typeDemandePaiement": "FACTURE_TRAVAUX" if is_works(invoice) else "FACTURE",
        "typeFacture": invoice.type,
        "codeFournisseur": invoice.fournisseur.siret,
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": invoice.fournisseur.nom,
        "idDestinataire": structure.id,
        "codeDestinataire": structure.siret,
        "designationDestinataire": structure.nom,
        "dateFacture": invoice.emise_le.isoformat(),
        "dateDepot": invoice.deposee_le.isoformat(),
        "devise": invoice.devise,
        "montantHT": str(invoice.ht) if as_text else float(invoice.ht),
        "montantTTC": str(invoice.ttc) if as_text else float(invoice.ttc),
        "montantAPayer": str(invoice.net) if as_text else float(invoice.net),
        "statut": row["statut"],
        "dateHeureEtatCourant": row["statut_le"],
        "factureTelechargeeParDestinataire": bool(row["telechargee"]),
    }
    optional = {
        "codeServiceExecutant": invoice.service,
        "numeroBonCommande": invoice.engagement,
        "numeroMarche": invoice.marche,
        "commentaireEtatCourant": row["commentaire"],
    }
    return shown | {name: value for name, value in optional.items() if value}


def is_works(invoice: Invoice) -> bool:
    """Say whether an invoice follows the works circuit."""
    return invoice.cadre in WORKS


def works_line(row: Any, invoice: Invoice, structure: Structure) -> Body:
    """Return one line of `facturesTravaux/rechercher`."""
    return {
        "idFactureTravaux": invoice.id,
        "numeroFactureTravaux": invoice.numero,
        "dateFactureTravaux": invoice.emise_le.isoformat(),
        "statutFactureTravaux": row["statut"],
        "identifiantFournisseur": invoice.fournisseur.siret,
        "designationFournisseur": invoice.fournisseur.nom,
        "idDestinataire": structure.id,
        "identifiantDestinataire": structure.siret,
        "identifiantServiceExecutant": invoice.service,
        "numeroMarche": invoice.marche,
        "dateDepot": invoice.deposee_le.isoformat(),
        "dateHeureEtatCourant": row["statut_le"],
        "montantTTC": float(invoice.ttc),
        "devise": invoice.devise,
    }


def details(row: Any, invoice: Invoice, structure: Structure) -> Body:
    """Return `facture` of `consulter/recipiendaire`."""
    return {
        "identifiantFactureCPP": invoice.id,
        "numeroFacture": invoice.numero,
        "statutFacture": row["statut"],
        "modeDepot": "DEPOT_PDF_API",
        "destinataire": {
            "destinataireEtat": "NON",
            "idDestinataire": structure.id,
            "codeDestinataire": structure.siret,
            "libelleDestinataire": structure.nom,
            "codeServiceExecutant": invoice.service or None,
        },
        "fournisseur": _supplier(invoice),
        "cadreDeFacturation": {"codeCadreFacturation": FRAMES.get(invoice.cadre, invoice.cadre)},
        "references": _references(row, invoice),
        "recapitulatifDeTva": {"ligneTva": [_vat(one) for one in invoice.tva]},
        "montantTotal": {
            "montantHtTotal": float(invoice.ht),
            "montantTVA": float(invoice.ttc - invoice.ht),
            "montantTtcTotal": float(invoice.ttc),
            "montantAPayer": float(invoice.net),
        },
        "listeDesPiecesJointes": {
            "pieceJointe": [
                {"pieceJointeDesignation": one.nom, "pieceJointeTypeLibelle": one.categorie} for one in invoice.fichiers
            ]
        },
    }


def _supplier(invoice: Invoice) -> Body:
    supplier = invoice.fournisseur
    return {
        "typeIdentifiantFournisseur": "SIRET",
        "codeFournisseur": supplier.siret,
        "designationFournisseur": supplier.nom,
        "coordBancairesFournisseurCompteBancaire": supplier.iban or None,
        "coordBancairesFournisseurType": "IBAN" if supplier.iban else None,
        "affactureur": {"affactureurRaisonSociale": supplier.encaisseur} if supplier.encaisseur else None,
    }


def _references(row: Any, invoice: Invoice) -> Body:
    return {
        "dateFacture": invoice.emise_le.isoformat(),
        "dateDepot": invoice.deposee_le.isoformat(),
        "codeDeviseFacture": invoice.devise,
        "typeFacture": invoice.type,
        "numeroMarche": invoice.marche or None,
        "numeroBonCommande": invoice.engagement or None,
        "numeroFactureOrigine": invoice.origine or None,
        "modePaiement": MODES.get(invoice.mode_paiement, "AUTRE"),
        "numeroDpMandat": row["mandat"] or None,
    }


def _vat(vat: Vat) -> Body:
    return {
        "ligneTvaTauxManuel": float(vat.taux),
        "ligneTvaMontantBaseHtParTaux": float(vat.base),
        "ligneTvaMontantTvaParTaux": float(vat.montant),
    }
