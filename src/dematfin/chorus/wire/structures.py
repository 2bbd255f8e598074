"""Structures, services, and what they demand of suppliers."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Day, Number, Text, UnlessNo, Wire, Yes


class ActiveStructure(Wire):
    """One line of `recuperer/structures/actives/destinataire`."""

    idStructureCPP: Number = 0
    identifiant: Text = ""
    designationStructure: Text = ""


class FoundStructure(Wire):
    """One line of `structures/rechercher`."""

    idStructureCPP: Number = 0
    typeIdentifiantStructure: Text = ""
    identifiantStructure: Text = ""
    designationStructure: Text = ""
    statut: Text = ""


class GeneralInformation(Wire):
    """`informationGenerales` of a structure."""

    idStructureCPP: Number = 0
    idStructureOrigine: Number = 0
    typeIdentifiantStructure: Text = ""
    identifiantStructure: Text = ""
    raisonSocialeStructure: Text = ""
    nomStructure: Text = ""
    prenomStructure: Text = ""
    libelleStructure: Text = ""
    emailStructure: Text = ""
    numeroRcsStructure: Text = ""
    numeroTVA: Text = ""
    structurePriveePublique: Text = ""
    estValideurDeleguee: Yes = False
    dateExpirationMotPasseCompteTech: Day = None


class Obligations(Wire):
    """`parametres` of a structure."""

    codeServiceDoitEtreRenseigne: Yes = False
    numeroEJDoitEtreRenseigne: Yes = False
    gestionNumeroEJOuCodeService: Yes = False
    statutMiseEnPaiementNestPasRemonte: Yes = False
    estMoaUniquement: Yes = False
    aMoa: Yes = False
    connexionEDI: Yes = False
    recevoirDonneesViaEDI: Yes = False
    estValideurDelegue: Yes = False
    nonDiffusibleInsee: Yes = False


class Service(Wire):
    """One line of `rechercher/services`."""

    idService: Number = 0
    codeService: Text = ""
    libelleService: Text = ""
    dateDbtService: Day = None
    dateFinService: Day = None
    estActif: UnlessNo = True


class ServiceObligations(Wire):
    """`parametres` of a service."""

    numeroEngagement: Yes = False
    miseEnPaiement: Yes = False
    dateDebutValidite: Day = None
    dateFinValidite: Day = None


class NextStatus(Wire):
    """One line of `recuperer/etats/traitement`."""

    statutPossiblePourTraitement: Text = ""


class WorksRow(Wire):
    """One line of `facturesTravaux/rechercher`, where the fields have other names."""

    idFactureTravaux: Text = ""
    numeroFactureTravaux: Text = ""
    dateFactureTravaux: Day = None
    statutFactureTravaux: Text = ""
    typeFactureTravaux: Text = ""
    identifiantFournisseur: Text = ""
    designationFournisseur: Text = ""
    identifiantDestinataire: Text = ""
    identifiantServiceExecutant: Text = ""
    numeroMarche: Text = ""
    dateDepot: Day = None
    dateHeureEtatCourant: Text = ""
    montantTTC: Text = ""
