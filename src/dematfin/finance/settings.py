"""`[logiciel_financier]`: how its exports are read."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from dematfin.support.settings import Section

ENGAGEMENTS: Final = (
    "budget",
    "numero",
    "libelle",
    "tiers",
    "montant",
    "nature",
    "fonction",
    "operation",
    "section",
    "chapitre",
    "marche",
    "solde",
    "reste",
)
TIERS: Final = (
    "reference",
    "nom",
    "identifiant",
    "adresse",
    "code_postal",
    "ville",
    "iban",
    "type_identifiant",
    "categorie",
    "nature_juridique",
    "complement",
    "lieu_dit",
    "bic",
    "titulaire",
)
CREDITS: Final = ("budget", "exercice", "section", "chapitre", "disponible")


def _known(titles: tuple[str, ...]) -> AfterValidator:
    def check(columns: Mapping[str, str]) -> Mapping[str, str]:
        for name in columns:
            if name not in titles:
                message = f"la colonne « {name} » n'existe pas ; au choix : {', '.join(titles)}"
                raise ValueError(message)
        return columns

    return AfterValidator(check)


class FinanceSettings(Section):
    """Exports of the finance software.

    Attributes:
        colonnes_*: our title of a column = the title that the export gives it.
        connait_nos_mandats: the remaining amounts that it exports already count our mandats.
    """

    colonnes_engagements: Annotated[dict[str, str], _known(ENGAGEMENTS)] = Field(default_factory=dict)
    colonnes_tiers: Annotated[dict[str, str], _known(TIERS)] = Field(default_factory=dict)
    colonnes_credits: Annotated[dict[str, str], _known(CREDITS)] = Field(default_factory=dict)
    connait_nos_mandats: bool = False
