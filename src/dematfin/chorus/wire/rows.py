"""One line of a search."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Amount, Day, Number, Text, Wire, Yes


class Row(Wire):
    """One line of `rechercher/recipiendaire`, works invoices included."""

    idFacture: Text = ""
    devise: Text = ""
    typeDemandePaiement: Text = ""
    codeFournisseur: Text = ""
    typeIdentifiantFournisseur: Text = ""
    designationFournisseur: Text = ""
    codeServiceFournisseur: Text = ""
    nomServiceFournisseur: Text = ""
    idDestinataire: Number = 0
    codeDestinataire: Text = ""
    designationDestinataire: Text = ""
    idServiceExecutant: Number = 0
    codeServiceExecutant: Text = ""
    nomServiceExecutant: Text = ""
    typeFacture: Text = ""
    typeFactureTravaux: Text = ""
    numeroFacture: Text = ""
    dateFacture: Day = None
    dateDepot: Day = None
    montantHT: Amount = None
    montantTTC: Amount = None
    montantAPayer: Amount = None
    statut: Text = ""
    numeroMarche: Text = ""
    numeroBonCommande: Text = ""
    taille: Number = 0
    factureTelechargeeParDestinataire: Yes = False
    codeMOE: Text = ""
    typeIdentifiantMOE: Text = ""
    designationMOE: Text = ""
    codeMOA: Text = ""
    typeIdentifiantMOA: Text = ""
    designationMOA: Text = ""
    dateHeureEtatCourant: Text = ""
    commentaireEtatCourant: Text = ""
