"""What a search asks for, as its reference lists it, and the condition in SQL that answers it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from dematfin.sandbox.chorus.frames import CODES, SEARCHABLE, WORKS
from dematfin.sandbox.chorus.statuses import Status

PARIS: Final = ZoneInfo("Europe/Paris")
COLUMNS: Final = {
    "TypeDemandePaiement": "demande",
    "CodeFournisseur": "siret",
    "TypeIdentifiantFournisseur": "id",
    "Fournisseur": "nom",
    "CodeServiceFournisseur": "id",
    "NomServiceFournisseur": "id",
    "CodeDestinataire": "structure",
    "Destinataire": "structure",
    "CodeServiceExecutant": "service",
    "NomServiceExecutant": "service",
    "TypeFacture": "type",
    "TypeFactureTravaux": "cadre",
    "NumeroFacture": "numero",
    "DateFacture": "emise_le",
    "DateDepot": "deposee_le",
    "MontantHT": "ht",
    "MontantTTC": "ttc",
    "MontantAPayer": "net",
    "Devise": "devise",
    "Statut": "statut",
    "NumeroMarche": "marche",
    "NumeroBonCommande": "engagement",
    "FactureTelechargeeParDestinataire": "telechargee",
}


def _several(value: object) -> object:
    """An old example gives one status, not a list."""
    return [value] if isinstance(value, str) else value


def _day(value: object) -> object:
    return value[:10] if isinstance(value, str) else value


def _instant(value: object) -> object:
    """A date without a time is its first instant: given as an end, it leaves its day out."""
    if not isinstance(value, str):
        return value
    if "T" not in value:
        return datetime.combine(date.fromisoformat(value), time(), PARIS)
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def _known(names: Mapping[str, str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in names:
            message = f"{value} n'est pas une valeur de la liste."
            raise ValueError(message)
        return value

    return AfterValidator(check)


Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Frame = Annotated[str, _known({name: code for name, code in CODES.items() if code in SEARCHABLE})]
Column = Annotated[str, _known(COLUMNS)]
Works = Annotated[str, _known({name: code for code, name in WORKS.items()})]


class Asked(BaseModel):
    """Part of a request; a key that the reference does not know is passed over."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class Paging(Asked):
    """Which page, in which order; both numbers may be left out."""

    page_resultat_demandee: int | None = Field(default=None, ge=0)
    nb_resultats_par_page: int | None = Field(default=None, ge=0)
    tri_colonne: Column | None = None
    tri_sens: Literal["Ascendant", "Descendant"] | None = None

    @property
    def order(self) -> str:
        """Return the order, in SQL."""
        column = COLUMNS[self.tri_colonne or "TypeIdentifiantFournisseur"]
        return f"{column} {'DESC' if self.tri_sens == 'Descendant' else 'ASC'}, id"


class SupplierAsked(Asked):
    """One supplier, by the number of the platform."""

    id_fournisseur: int


class Search(Asked):
    """Every criterion of `rechercher/recipiendaire`; works show only when they are asked for."""

    type_demande_paiement: Literal["FACTURE", "FACTURE_TRAVAUX"] | None = "FACTURE"
    id_destinataire: int | None = None
    id_service_executant: int | None = None
    numero_facture: str | None = None
    periode_date_depot_du: Day | None = None
    periode_date_depot_au: Day | None = None
    liste_type_facture: tuple[Literal["AVOIR", "FACTURE"], ...] = ()
    liste_type_facture_travaux: tuple[Works, ...] = ()
    liste_fournisseurs: tuple[SupplierAsked, ...] = ()
    recherche_siren_fournisseur: bool = False
    id_structure_valideur: int | None = None
    cadre_facturation: Frame | None = None
    statut_courant: Annotated[tuple[Status, ...], BeforeValidator(_several)] = ()
    periode_date_facture_du: Day | None = None
    periode_date_facture_au: Day | None = None
    montant_ht_min: float | None = Field(default=None, alias="montantHTMin")
    montant_ht_max: float | None = Field(default=None, alias="montantHTMax")
    montant_ttc_min: float | None = Field(default=None, alias="montantTTCMin")
    montant_ttc_max: float | None = Field(default=None, alias="montantTTCMax")
    montant_apayer_min: float | None = None
    montant_apayer_max: float | None = None
    numero_marche: str | None = None
    numero_bon_commande: str | None = None
    facture_telechargee_par_destinataire: bool | None = None
    param_recherche: Paging = Paging()
    recuperer_taille: bool = False
    periode_date_heure_etat_courant_du: Instant | None = None
    periode_date_heure_etat_courant_au: Instant | None = None


_CONDITIONS: Final = {
    "type_demande_paiement": "demande = ?",
    "id_destinataire": "structure = ?",
    "numero_facture": "numero = ?",
    "periode_date_depot_du": "deposee_le >= ?",
    "periode_date_depot_au": "deposee_le <= ?",
    "id_structure_valideur": "? IS NULL",  # no invoice of the sandbox has a valideur
    "cadre_facturation": "cadre = ?",
    "periode_date_facture_du": "emise_le >= ?",
    "periode_date_facture_au": "emise_le <= ?",
    "montant_ht_min": "ht >= ?",
    "montant_ht_max": "ht <= ?",
    "montant_ttc_min": "ttc >= ?",
    "montant_ttc_max": "ttc <= ?",
    "montant_apayer_min": "net >= ?",
    "montant_apayer_max": "net <= ?",
    "numero_marche": "marche = ?",
    "numero_bon_commande": "engagement = ?",
    "facture_telechargee_par_destinataire": "telechargee = ?",
    "periode_date_heure_etat_courant_du": "instant >= ?",
    "periode_date_heure_etat_courant_au": "instant <= ?",
}
Condition = tuple[str, list[Any]]


def condition(search: Search, structures: Sequence[int], services: Mapping[int, tuple[int, str]]) -> Condition:
    """Return the SQL condition of a search and its values.

    Args:
        search: what is asked.
        structures: those that the account sees.
        services: structure and code of each service, by its number.
    """
    parts = [_among("structure", structures)]
    for name, clause in _CONDITIONS.items():
        if (value := getattr(search, name)) is not None:
            parts.append((clause, [_stored(name, value)]))
    if search.id_service_executant is not None:
        parts.append(("(structure, service) = (?, ?)", [*services.get(search.id_service_executant, (0, ""))]))
    works = [code for code, name in WORKS.items() if name in search.liste_type_facture_travaux]
    for column, wanted in (("type", search.liste_type_facture), ("statut", search.statut_courant), ("cadre", works)):
        if wanted:
            parts.append(_among(column, wanted))
    if search.liste_fournisseurs:
        parts.append(_supplied(search))
    return " AND ".join(clause for clause, _ in parts), [value for _, values in parts for value in values]


def _among(column: str, wanted: Sequence[Any]) -> Condition:
    return f"{column} IN ({', '.join('?' for _ in wanted)})", [*wanted]


def _supplied(search: Search) -> Condition:
    clause, values = _among("fournisseur", [one.id_fournisseur for one in search.liste_fournisseurs])
    if not search.recherche_siren_fournisseur:
        return clause, values
    return f"substr(siret, 1, 9) IN (SELECT substr(siret, 1, 9) FROM facture WHERE {clause})", values  # noqa: S608


def _stored(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if name == "cadre_facturation":
        return CODES[value]
    return value.isoformat() if isinstance(value, date) else value
