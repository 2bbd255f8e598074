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


class Duplicate(Wire):
    """The same structure, under another entry."""

    structureDupliquee: Text = ""


class GeneralInformation(Wire):
    """`informationGenerales` of a structure (a service says `informationsGenerales`)."""

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
    listeStructureDupliquees: tuple[Duplicate, ...] = ()


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


class Address(Wire):
    """`adressePostaleDuSiege` of a structure, `adressePostale` of a service."""

    adresse: Text = ""
    complementAdresse1: Text = ""
    complementAdresse2: Text = ""
    codePostal: Text = ""
    ville: Text = ""
    pays: Text = ""
    telephone: Text = ""
    indicatifTelephone: Text = ""
    fax: Text = ""
    indicatifFax: Text = ""


class StructureDetails(Wire):
    """`structures/consulter`."""

    informationGenerales: GeneralInformation = GeneralInformation()
    parametres: Obligations = Obligations()
    adressePostaleDuSiege: Address = Address()


class Service(Wire):
    """One line of `rechercher/services`."""

    idService: Number = 0
    codeService: Text = ""
    libelleService: Text = ""
    dateDbtService: Day = None
    dateFinService: Day = None
    estActif: UnlessNo = True
    statutService: Text = ""


class ServiceInformation(Wire):
    """`informationsGenerales` of a service."""

    codeService: Text = ""
    nomService: Text = ""
    descriptionService: Text = ""


class ServiceObligations(Wire):
    """`parametres` of a service."""

    numeroEngagement: Yes = False
    miseEnPaiement: Yes = False
    dateCreation: Day = None
    dateModification: Day = None
    dateDebutValidite: Day = None
    dateFinValidite: Day = None


class ServiceDetails(Wire):
    """`structures/consulter/service`."""

    informationsGenerales: ServiceInformation = ServiceInformation()
    parametres: ServiceObligations = ServiceObligations()
    adressePostale: Address = Address()
