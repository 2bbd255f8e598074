"""How the finance software wants what it is handed: columns, separators, names of files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

INVOICE_TITLES: Final = (
    "facture", "budget", "type", "numero", "fournisseur", "identifiant", "siret", "siren", "date_facture",
    "date_reception", "echeance", "devise", "ht", "tva", "ttc", "net", "engagement", "marche", "service", "iban",
    "affacturage", "paye_le", "objet", "facture_origine", "vise_par", "vise_le", "service_fait_le", "fichier",
    "annexes", "identifiant_chorus", "remplace",
)  # fmt: skip
"""What a row says of a visaed invoice."""
JOURNAL_TITLES: Final = (
    "bordereau", "numero_bordereau", "type_bordereau", "exercice", "budget", "emis_le", "mandat", "numero_mandat",
    "type_mandat", "objet", "tiers", "nom_tiers", "siret", "iban", "mode_reglement", "ligne", "compte", "fonction",
    "operation", "chapitre", "ht", "tva", "ttc", "engagement", "marche", "facture", "numero_facture", "pieces",
    "remplace",
)  # fmt: skip
"""What a row says of one line of a mandat."""
NAME_FIELDS: Final = ("facture", "budget", "numero", "fournisseur", "siret", "siren", "engagement", "type")
"""What may be in the name of an invoice's file."""
DELIVERY_FIELDS: Final = ("budget", "jour", "livraison")
JOURNAL_FIELDS: Final = ("budget", "bordereau", "exercice", "jour")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """How a file of rows is written.

    Attributes:
        encoding: a codec of Python; day: how a date is written, as `strftime` says it.
    """

    separator: str = ";"
    encoding: str = "utf-8-sig"
    decimal: str = ","
    day: str = "%d/%m/%Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRules:
    """What is written in the exchange folders, and how.

    Attributes:
        columns, journal_columns: our title, then theirs, in the order of the columns.
        invoice_name, delivery_name, journal_name: rules of the names, with fields between braces.
        annexes: the annexes of an invoice go with it.
        mandated_within: days within which the finance software should mandate what it was handed; None: a third of
            the legal delay.
    """

    form: CsvForm = field(default_factory=CsvForm)
    columns: Mapping[str, str] = field(default_factory=lambda: {one: one for one in INVOICE_TITLES})
    journal_columns: Mapping[str, str] = field(default_factory=lambda: {one: one for one in JOURNAL_TITLES})
    invoice_name: str = "{budget}_{facture}.pdf"
    delivery_name: str = "factures_{budget}_{jour}_{livraison}.csv"
    journal_name: str = "journal_{bordereau}.csv"
    annexes: bool = False
    mandated_within: int | None = None
