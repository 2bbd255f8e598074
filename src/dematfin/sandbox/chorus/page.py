"""The whole page of an invoice, as `consulter/recipiendaire` shows it, under the names of the Swagger."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.chorus.envelope import Body, paged
from dematfin.sandbox.chorus.frames import FRAMES, WORKS
from dematfin.sandbox.chorus.rows import weight
from dematfin.sandbox.chorus.state import data, supplier_id
from dematfin.sandbox.world import File, Invoice, Line, Structure, Supplier, Vat

MODES: Final = {
    "10": "ESPECE",
    "20": "CHEQUE",
    "30": "VIREMENT",
    "31": "VIREMENT",
    "42": "VIREMENT",
    "49": "PRELEVEMENT",
}
PERCENT: Final = Decimal(100)


def invoice_page(row: Any, structure: Structure, asked: Body) -> Body:
    """Return the object `facture`; `asked` holds the paging of its three lists."""
    invoice = data(row)
    number = next(order for order, file in enumerate(invoice.fichiers, start=1) if file.principale)
    return {
        "identifiantFactureCPP": invoice.id,
        "numeroFacture": invoice.numero,
        "statutFacture": row["statut"],
        "modeDepot": invoice.mode_depot,
        "destinataire": _recipient(invoice, structure),
        "fournisseur": _supplier(invoice.fournisseur),
        "cadreDeFacturation": {"codeCadreFacturation": FRAMES.get(invoice.cadre, invoice.cadre)},
        "piecePrecedente": None,
        "pieceSuivante": None,
        "references": _references(row, invoice),
        "recapitulatifDeTva": _vat(invoice.tva, asked.get("rechercheligneTvaRecap") or {}),
        "montantTotal": _total(invoice),
        "pieceJointePrincipale": {
            "idLiaisonPieceJointePrincipale": _file_id(invoice, number),
            "idPieceJointePrincipale": _file_id(invoice, number),
        },
        "listeDesPiecesJointes": _files(invoice, asked.get("recherchePj") or {}),
        "lignesDePoste": _lines(invoice.lignes, asked.get("rechercheLignePoste") or {}),
        "commentaire": None,
    }


def _recipient(invoice: Invoice, structure: Structure) -> Body:
    service = next((one for one in structure.services if one.code == invoice.service), None)
    return {
        "destinataireEtat": "NON",
        "idDestinataire": structure.id,
        "codeDestinataire": structure.siret,
        "libelleDestinataire": structure.nom,
        "idServiceExecutant": service.id if service else None,
        "codeServiceExecutant": invoice.service or None,
        "libelleServiceExecutant": service.nom if service else None,
    }


def _supplier(supplier: Supplier) -> Body:
    factor = {"affactureurRaisonSociale": supplier.encaisseur, "affactureurCodePays": "FR"}
    return {
        "idFournisseur": supplier_id(supplier.siret),
        "typeIdentifiantFournisseur": "SIRET",
        "codeFournisseur": supplier.siret,
        "designationFournisseur": supplier.nom,
        "adresseFournisseurCodePays": "FR",
        "coordBancairesFournisseurType": "IBAN" if supplier.iban else None,
        "coordBancairesFournisseurCompteBancaire": supplier.iban or None,
        "coordBancairesFournisseurCodePays": supplier.iban[:2] or None,
        "coordBancairesFournisseurCleIban": supplier.iban[2:4] or None,
        "affactureur": factor if supplier.encaisseur else None,
    }


def _references(row: Any, invoice: Invoice) -> Body:
    works = WORKS.get(invoice.cadre)
    return {
        "dateFacture": invoice.emise_le.isoformat(),
        "dateDepot": invoice.deposee_le.isoformat(),
        "codeDeviseFacture": invoice.devise,
        "typeFacture": None if works else invoice.type,
        "typeFactureTravaux": works,
        "typeTva": "TVA_SUR_DEBIT" if invoice.tva else "SANS_TVA",
        "numeroMarche": invoice.marche or None,
        "numeroBonCommande": invoice.engagement or None,
        "numeroFactureOrigine": invoice.origine or None,
        "modePaiement": MODES.get(invoice.mode_paiement.code, "AUTRE"),
        "tailleTotalePiecesJointes": weight(invoice, Path(row["dossier"])),
        "numeroDpMandat": row["mandat"] or None,
    }


def _total(invoice: Invoice) -> Body:
    return {
        "montantHtTotal": float(invoice.ht),
        "montantTVA": float(invoice.ttc - invoice.ht),
        "montantTtcAvantRemiseGlobalTTC": float(invoice.ttc),
        "montantRemiseGlobaleTTC": None,
        "montantTtcTotal": float(invoice.ttc),
        "montantAPayer": float(invoice.net),
    }


def _vat(rates: Sequence[Vat], asked: Body) -> Body:
    """The doubled "Liste" of the request is real."""
    rows = [
        {
            "ligneTvaTauxManuel": float(one.taux),
            "ligneTvaMontantBaseHtParTaux": float(one.base),
            "ligneTvaMontantTvaParTaux": float(one.montant),
        }
        for one in rates
    ]
    size, number = (
        asked.get("nbResultatsParPageListeListeRecapitulatifTVA"),
        "pageResultatDemandeeListeRecapitulatifTVA",
    )
    return paged(rows, "ligneTva", "LignesRecapitulativesTVA", (size, asked.get(number)))


def _files(invoice: Invoice, asked: Body) -> Body:
    rows = [_file(invoice, order, one) for order, one in enumerate(invoice.fichiers, start=1) if not one.principale]
    size, number = asked.get("nbResultatsParPageListePieceJointe"), asked.get("pageResultatDemandeeListePieceJointe")
    return paged(rows, "pieceJointe", "ListePiecesJointe", (size, number))


def _file(invoice: Invoice, order: int, file: File) -> Body:
    return {
        "pieceJointeTypeLibelle": file.categorie,
        "pieceJointeDesignation": file.nom,
        "pieceJointeIdLiaison": _file_id(invoice, order),
        "pieceJointeId": _file_id(invoice, order),
        "pieceJointeExtension": Path(file.nom).suffix.removeprefix(".").upper(),
    }


def _lines(lines: Sequence[Line], asked: Body) -> Body:
    rows = [_line(order, one) for order, one in enumerate(lines, start=1)]
    size, number = asked.get("nbResultatsParPageLignesPoste"), asked.get("pageResultatDemandeeLignesPoste")
    return paged(rows, "lignePoste", "LignesPoste", (size, number))


def _line(order: int, line: Line) -> Body:
    vat = None if line.taux is None else line.ht * line.taux / PERCENT
    return {
        "lignePosteNumero": order,
        "lignePosteReference": line.reference or None,
        "lignePosteDenomination": line.designation or None,
        "lignePosteQuantite": float(line.quantite),
        "lignePosteMontantUnitaireHT": float(line.prix),
        "lignePosteTauxTvaManuel": None if line.taux is None else float(line.taux),
        "lignePosteMontantHtApresRemise": float(line.ht),
        "lignePosteMontantTva": None if vat is None else float(vat),
        "lignePosteMontantTtcApresRemise": float(line.ht + (vat or 0)),
    }


def _file_id(invoice: Invoice, order: int) -> int:
    return invoice.id * 1000 + order
