"""The finance software as its installer left it: budget, numbers reached, columns, suppliers, folders."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from dematfin.sandbox.world import Part


class Habit(StrEnum):
    """How whoever mandates types the number of an invoice; none of them is a mistake."""

    EXACT = "exact"
    LOWER = "minuscules"
    BARE = "sans_prefixe"  # FA2026-12 becomes 2026-12
    SPACED = "espaces"
    LABEL = "libelle"  # in the subject and the label of the transfer, nothing where it should be


class Columns(Part):
    """The columns that it reads of the rows that it is handed; those that may be missing have no value then."""

    fournisseur: str = "SIRET_TIERS"
    numero: str = "NUM_PIECE"
    montant: str = "MONTANT_TTC"
    fichier: str = "NOM_PDF"
    objet: str = "LIBELLE"
    engagement: str = "NUM_ENGAGEMENT"
    marche: str = "NUM_MARCHE"
    arrivee: str = "DATE_ARRIVEE"


class Creditor(Part):
    """A supplier in its own file: its own reference, its own account by nature, the bank account that it knows."""

    nom: str
    reference: str
    compte: str
    fonction: str = ""
    adresse: str
    code_postal: str
    ville: str
    iban: str = ""
    bic: str = ""
    categorie: str = "50"
    nature_juridique: str = "03"


class Folders(Part):
    """What it shares with others."""

    factures: Path = Path("factures")
    exports: Path = Path("exports")
    retours: Path = Path("retours")


class Setup(Part):
    """One budget of it; creditors by SIRET; `encodage` and `separateur` are those of the rows that it reads."""

    siret: str
    poste: str
    code_collectivite: str
    code_budget: str
    libelle: str
    exercice: int
    dernier_mandat: int = 0
    dernier_bordereau: int = 0
    cumul: Decimal = Decimal(0)
    tiers: dict[str, Creditor]
    dossiers: Folders = Folders()
    colonnes: Columns = Columns()
    separateur: str = ";"
    encodage: str = "cp1252"
    habitudes: tuple[Habit, ...] = (Habit.EXACT,)
