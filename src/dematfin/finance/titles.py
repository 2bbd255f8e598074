"""The titles of our registers, and how an export calls them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """The columns of one register.

    Attributes:
        required, optional: our titles.
        blank: required columns whose cells may be empty.
        exported: title in the export, for those of ours that the configuration names otherwise.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    blank: tuple[str, ...] = ()
    exported: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[str, ...]:
        """Every title of ours."""
        return self.required + self.optional

    @property
    def filled(self) -> tuple[str, ...]:
        """Our titles without whose cell a row means nothing."""
        return tuple(title for title in self.required if title not in self.blank)

    @property
    def expected(self) -> tuple[str, ...]:
        """Our titles that the file must have: those that we cannot do without, those that were set on purpose."""
        return tuple(title for title in self.all if title in self.required or title in self.exported)

    @property
    def sought(self) -> tuple[str, ...]:
        """Our titles to look for: a column that was given to another of them is no longer what its own name says."""
        given = {fold(title) for title in self.exported.values()}
        return tuple(title for title in self.all if title in self.expected or fold(title) not in given)

    def written(self, title: str) -> str:
        """Return the title that stands in the file for one of ours, folded."""
        return fold(self.exported.get(title, title))

    def shown(self, title: str) -> str:
        """Name one of our columns to whoever looks for it in the file."""
        return f"{self.exported[title]} ({title})" if title in self.exported else title


ENGAGEMENTS: Final = Titles(
    required=("budget", "numero", "libelle", "tiers", "montant", "nature"),
    optional=("fonction", "operation", "section", "chapitre", "marche", "reste", "solde", "date"),
)
TIERS: Final = Titles(
    required=("reference", "nom", "identifiant", "adresse", "code_postal", "ville", "iban"),
    optional=(
        "type_identifiant",
        "categorie",
        "nature_juridique",
        "civilite",
        "prenom",
        "complement_nom",
        "complement",
        "lieu_dit",
        "pays",
        "bic",
        "titulaire",
    ),
    blank=("identifiant",),
)
CREDITS: Final = Titles(required=("budget", "exercice", "section", "chapitre", "disponible"), optional=())


def fold(title: str) -> str:
    """Return a title without case, accents or outer spaces.

    Inside, any run of spaces is one: exports mix no-break spaces and ends of line in.
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())
