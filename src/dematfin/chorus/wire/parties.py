"""Who is on an invoice: recipient, supplier, factor, validators."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Day, Number, Text, Wire


class Destinataire(Wire):
    """Who is asked to pay."""

    destinataireEtat: Text = ""
    idDestinataire: Number = 0
    codeDestinataire: Text = ""
    libelleDestinataire: Text = ""
    idServiceExecutant: Number = 0
    codeServiceExecutant: Text = ""
    libelleServiceExecutant: Text = ""
    adresseDestinataireId: Number = 0
    adresseDestinataireDetail: Text = ""
    adresseDestinataireComplement1: Text = ""
    adresseDestinataireComplement2: Text = ""
    adresseDestinataireCodePostal: Text = ""
    adresseDestinataireVille: Text = ""
    adresseDestinataireCodePays: Text = ""
    adresseDestinataireLibellePays: Text = ""


class Affactureur(Wire):
    """Who cashes instead of the supplier."""

    affactureurId: Number = 0
    affactureurCode: Text = ""
    affactureurTypeIdentifiant: Text = ""
    affactureurRaisonSociale: Text = ""
    affactureurCodePays: Text = ""


class Fournisseur(Wire):
    """Who asks to be paid, and on which account."""

    idFournisseur: Number = 0
    typeIdentifiantFournisseur: Text = ""
    codeFournisseur: Text = ""
    designationFournisseur: Text = ""
    idServiceFournisseur: Number = 0
    codeServiceFournisseur: Text = ""
    libelleServiceFournisseur: Text = ""
    adresseFournisseurId: Number = 0
    adresseFournisseurDetail: Text = ""
    adresseFournisseurComplement1: Text = ""
    adresseFournisseurComplement2: Text = ""
    adresseFournisseurCodePostal: Text = ""
    adresseFournisseurVille: Text = ""
    adresseFournisseurCodePays: Text = ""
    adresseFournisseurLibellePays: Text = ""
    numeroRcsFournisseur: Text = ""
    coordBancairesFournisseurCleIban: Text = ""
    coordBancairesFournisseurCleRib: Text = ""
    coordBancairesFournisseurCodeBanque: Text = ""
    coordBancairesCodeGuichet: Text = ""
    coordBancairesBicSwift: Text = ""
    coordBancairesFournisseurCodePays: Text = ""
    coordBancairesFournisseurCompteBancaire: Text = ""
    coordBancairesFournisseurId: Number = 0
    coordBancairesFournisseurType: Text = ""
    coordBancairesFournisseurLibelle: Text = ""
    affactureur: Affactureur = Affactureur()


class CadreDeFacturation(Wire):
    """The framing code, and who has a say in the circuit of works and validations."""

    codeCadreFacturation: Text = ""
    idValideur1: Number = 0
    typeIdentifiantValideur1: Text = ""
    codeValideur1: Text = ""
    raisonSocialeValideur1: Text = ""
    nomValideur1: Text = ""
    prenomValideur1: Text = ""
    dateValidation1: Day = None
    idValideur2: Number = 0
    typeIdentifiantValideur2: Text = ""
    codeValideur2: Text = ""
    raisonSocialeValideur2: Text = ""
    nomValideur2: Text = ""
    prenomValideur2: Text = ""
    dateValidation2: Day = None
    idMoe: Number = 0
    typeIdentifiantMoe: Text = ""
    identifiantMoe: Text = ""
    raisonSocialeMoe: Text = ""
    nomMoe: Text = ""
    prenomMoe: Text = ""
    idServiceMoe: Number = 0
    codeServiceMoe: Text = ""
    nomServiceMoe: Text = ""
    idMoa: Number = 0
    typeIdentifiantMoa: Text = ""
    identifiantMoa: Text = ""
    raisonSocialeMoa: Text = ""
    idServiceMoa: Number = 0
    codeServiceMoa: Text = ""
    nomServiceMoa: Text = ""
    designationValideur2: Text = ""
    designationMoe: Text = ""
    designationMoa: Text = ""
