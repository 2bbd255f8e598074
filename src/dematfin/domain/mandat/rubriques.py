"""Under which sub-heading of annexe I an expense is presented, and what is so of it."""

from enum import StrEnum
from typing import Final


class Rubrique(StrEnum):
    """Sub-headings under which an expense is presented; the ordonnateur alone chooses."""

    INTEREST = "40"
    SIMPLE = "411"
    WRITTEN = "412"
    ORDERS = "41311"
    SUBSEQUENT = "41312"
    RETENTION = "4132"
    DIRECT_ACTION = "4142"
    GROUPED = "415"
    SUBSIDY = "7"  # unverified: the number of this part of annexe I
    IMPREST = "regie"
    OTHER = "autre"


RUBRIQUES: Final = {
    Rubrique.INTEREST: "intérêts moratoires et indemnité de recouvrement",
    Rubrique.SIMPLE: "achat sans marché écrit",
    Rubrique.WRITTEN: "marché écrit",
    Rubrique.ORDERS: "accord-cadre à bons de commande",
    Rubrique.SUBSEQUENT: "marché subséquent d'un accord-cadre",
    Rubrique.RETENTION: "retenue de garantie rendue",
    Rubrique.DIRECT_ACTION: "action directe d'un sous-traitant",
    Rubrique.GROUPED: "groupement de commandes, centrale d'achat",
    Rubrique.SUBSIDY: "subventions",
    Rubrique.IMPREST: "régie d'avances",
    Rubrique.OTHER: "autre dépense sans facture",
}


class Case(StrEnum):
    """What is so of a mandat: told from it, or by the ordonnateur."""

    MARCHE = "marché"
    FIRST_PAYMENT = "premier paiement du marché"
    SUBCONTRACTOR = "sous-traitant payé directement"
    FACTOR = "cession de créance"
    CREDIT_NOTE = "avoir déduit"
    NEW_ACCOUNT = "compte bancaire changé"
    ACCOUNT_SHOWN = "compte écrit sur la facture"
    AFTER_PAYMENT = "mandat après paiement"
    REDUCTION = "annulation ou réduction"
    BALANCE = "solde"
    ORDER_NEEDED = "bon-de-commande"
    E_SIGNED = "signature-electronique"
    CONVENTION_DUE = "subvention de plus de 23 000 € dans l'année"


SAID: Final = (Case.BALANCE, Case.ORDER_NEEDED, Case.E_SIGNED)
"""What no mandat shows: the ordonnateur says it."""
