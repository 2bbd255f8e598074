"""The titles of our registers, and where an export has them."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """The columns of one register.

    Attributes:
        required: titles that must be there, and filled on each line; `optional` may be absent.
        exported: our title = that of the export, where they differ.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    exported: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> tuple[str, ...]:
        """Every title that we know."""
        return self.required + self.optional

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Return the place of each of our columns in an export.

        Raises:
            ValueError: in French; one that must be there is not, or two bear the same title.
        """
        found = [fold(title) for title in header]
        wanted = {ours: fold(self._export(ours)) for ours in self.ours if self._sought(ours)}
        if missing := [self._export(ours) for ours, title in wanted.items() if title not in found and self._due(ours)]:
            message = f"il manque la colonne {', '.join(missing)}"
            raise ValueError(message)
        count = Counter(found)
        if twice := [self._export(ours) for ours, title in wanted.items() if count[title] > 1]:
            message = f"plusieurs colonnes s'appellent {', '.join(twice)}, laquelle lire ? Gardez-en une seule"
            raise ValueError(message)
        return {ours: found.index(title) for ours, title in wanted.items() if title in found}

    def recognised(self, header: Sequence[str]) -> int:
        """Count the titles of an export that mean something to us."""
        return len({fold(self._export(ours)) for ours in self.ours} & {fold(title) for title in header})

    def _export(self, ours: str) -> str:
        return self.exported.get(ours, ours)

    def _due(self, ours: str) -> bool:
        return ours in self.required or ours in self.exported

    def _sought(self, ours: str) -> bool:
        """Whether to look for it: a column that was given to another of our titles is no longer what its name says."""
        return self._due(ours) or fold(ours) not in {fold(theirs) for theirs in self.exported.values()}


def fold(title: str) -> str:
    """Return a title as it is compared: no accents, no capitals, no outer or double spaces."""
    signs = unicodedata.normalize("NFKD", title.casefold())
    return " ".join("".join(sign for sign in signs if not unicodedata.combining(sign)).split())


ENGAGEMENTS: Final = Titles(
    required=("budget", "numero", "libelle", "tiers", "montant", "nature"),
    optional=("fonction", "operation", "section", "chapitre", "marche", "solde", "reste"),
)
TIERS: Final = Titles(
    required=("reference", "nom", "identifiant", "adresse", "code_postal", "ville", "iban"),
    optional=("type_identifiant", "categorie", "nature_juridique", "complement", "lieu_dit", "bic", "titulaire"),
)
CREDITS: Final = Titles(required=("budget", "exercice", "section", "chapitre", "disponible"))
