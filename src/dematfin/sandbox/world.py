"""The initial world of the sandbox, as `monde.json` describes it: who exists, what suppliers have deposited.

Paths are relative to the folder of the file. The world is imported once; afterwards each neighbour lives on its own
state. Example, shortened:

    {"oauth": {"client_id": "…", "client_secret": "…"},
     "comptes": [{"login": "TECH_1_1@cpro.fr", "mot_de_passe": "…", "structures": [5000031001]}],
     "structures": [{"id": 5000031001, "siret": "21990042000015", "nom": "COMMUNE DE VALBRUME",
                     "code_service_obligatoire": true,
                     "services": [{"id": 27946300, "code": "SCOLAIRE", "nom": "Affaires scolaires"}]}],
     "factures": [{"id": 9100123, "numero": "F2026-0412", "structure": 5000031001, "service": "SCOLAIRE", …}],
     "tdt": {"certificat_serveur": "tls/tdt-serveur.pem", "autorite_clients": "tls/tdt-ac.pem", "comptes": […]},
     "helios": {"budgets": [{"siret": "21990042000015", "poste": "099042", …}], "autorites": ["pki/racine.pem"]}}
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dematfin.errors import ConfigError
from dematfin.sandbox.mailbox import MailBox


class Part(BaseModel):
    """One object of the file; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OAuth(Part):
    """The PISTE application."""

    client_id: str
    client_secret: str
    duree: int = 3600


class TechnicalAccount(Part):
    """A technical account of Chorus Pro, the structures that it sees, the suppliers (SIRET) that it speaks for."""

    login: str
    mot_de_passe: str
    structures: tuple[int, ...] = ()
    fournisseurs: tuple[str, ...] = ()


class Service(Part):
    """One service of a structure."""

    id: int
    code: str
    nom: str
    actif: bool = True
    engagement_obligatoire: bool = False


class Structure(Part):
    """A public body, with what it demands of its suppliers.

    `mot_de_passe_expire_le` is the day when the password of its technical account ends; `paiement_non_remonte` warns
    that nobody tells Chorus Pro that its invoices are paid.
    """

    id: int
    siret: str
    nom: str
    code_service_obligatoire: bool = False
    engagement_obligatoire: bool = False
    service_ou_engagement: bool = False
    paiement_non_remonte: bool = False
    mot_de_passe_expire_le: date | None = None
    services: tuple[Service, ...] = ()


class Supplier(Part):
    """Who deposited an invoice."""

    siret: str
    nom: str
    iban: str = ""
    encaisseur: str = ""


class File(Part):
    """A file of an invoice; `principale` is the invoice itself."""

    nom: str
    chemin: Path
    mime: str = "application/pdf"
    principale: bool = False
    categorie: str = "Document annexe"


class Step(Part):
    """A status that an invoice has been through."""

    code: str
    le: datetime
    commentaire: str = ""


class Vat(Part):
    """VAT of one rate."""

    taux: Decimal
    base: Decimal
    montant: Decimal


class Line(Part):
    """A line of an invoice; only the pages of Chorus Pro show `designation`, the pivot has no place for it."""

    reference: str = ""
    designation: str = ""
    prix: Decimal
    quantite: Decimal
    ht: Decimal
    taux: Decimal | None = None


class PaymentMode(Part):
    """How the supplier wants to be paid, by its code in UNCL 4461."""

    code: str = "30"
    libelle: str = "VIREMENT"


class Invoice(Part):
    """A supplier's invoice, as deposited."""

    id: int
    numero: str
    type: str = "FACTURE"
    cadre: str = "A1"
    fournisseur: Supplier
    structure: int
    service: str = ""
    engagement: str = ""
    marche: str = ""
    origine: str = ""
    emise_le: date
    livree_le: date | None = None
    deposee_le: date
    ht: Decimal
    ttc: Decimal
    net: Decimal
    tva: tuple[Vat, ...] = ()
    lignes: tuple[Line, ...] = ()
    mode_paiement: PaymentMode = PaymentMode()
    mode_depot: str = "DEPOT_PDF_API"
    devise: str = "EUR"
    statuts: tuple[Step, ...] = Field(min_length=1)
    fichiers: tuple[File, ...] = Field(min_length=1)


class TdtAccount(Part):
    """An account of the TdT: found by the client certificate, and by login when several share one.

    `droits` are those of the module helios: RW or CS to deposit, TT to have the file leave by itself. An account that
    is not `actif` is known no more.
    """

    certificat: Path
    login: str = ""
    mot_de_passe: str = ""
    role: str = "USER"
    droits: tuple[str, ...] = ("RW", "TT")
    rgs: bool = True
    actif: bool = True
    collectivite: int = 42
    sirets: tuple[str, ...] = ()


class Delays(Part):
    """Seconds that each stage takes."""

    analyse: float = 0.2
    envoi: float = 0.2
    acquit: float = 0.3
    retour: float = 0.5


class Tdt(Part):
    """The S²LOW platform; `pannes` are the faults, and how many of each, that it commits once it has first started."""

    certificat_serveur: Path
    autorite_clients: Path
    comptes: tuple[TdtAccount, ...]
    delais: Delays = Delays()
    pannes: dict[str, int] = {}
    taille_maximale: int = 128 * 1024 * 1024


class HeliosBudget(Part):
    """A budget that Hélios knows."""

    siret: str
    poste: str
    code_collectivite: str
    code_budget: str
    fonctions_refusees: tuple[str, ...] = ()


class Rejection(Part):
    """A mandat that the comptable rejects the first time, found by its invoice number."""

    facture: str
    motifs: tuple[str, ...] = ("02",)
    commentaire: str = ""


class Helios(Part):
    """The DGFiP's side: the entry gate and the comptable."""

    budgets: tuple[HeliosBudget, ...]
    autorites: tuple[Path, ...]
    rejets: tuple[Rejection, ...] = ()


class World(Part):
    """Everything.

    `latence` is in seconds, at each call of Chorus Pro; `ancienne_liste_etats` has it leave SERVICE_FAIT out of the
    statuses that it says possible, as its old documentation does.
    """

    latence: float = 0
    ancienne_liste_etats: bool = False
    oauth: OAuth
    comptes: tuple[TechnicalAccount, ...]
    structures: tuple[Structure, ...]
    factures: tuple[Invoice, ...] = ()
    tdt: Tdt
    helios: Helios
    courriel: MailBox = MailBox()


def load(path: Path) -> World:
    """Read a world file, or raise ConfigError."""
    try:
        return World.model_validate_json(path.read_bytes())
    except OSError as error:
        message = f"Le bac à sable ne trouve pas {path} : relancez la démonstration (dematfin demo)."
        raise ConfigError(message) from error
    except ValidationError as error:
        message = f"Le fichier {path} du bac à sable est incorrect : {error}"
        raise ConfigError(message) from error
