"""`[editeur]`: the flows of a finance software that makes the mandats itself."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from dematfin.domain.editor.rules import DEFAULTS, EditorRules, WithoutInvoice
from dematfin.support.settings import Section

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]


class WithoutInvoiceSettings(Section):
    """`[[editeur.sans_facture]]`: mandats that pay no invoice."""

    libelle: str = Field(min_length=1, max_length=100)
    types: tuple[Code, ...] = ()
    natures: tuple[Code, ...] = ()
    comptes: tuple[Account, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        """A rule that looks at nothing would let every mandat through without its invoice."""
        if not (self.types or self.natures or self.comptes):
            message = "une règle sans types, natures ni comptes laisserait passer tous les mandats sans facture"
            raise ValueError(message)
        return self

    def rule(self) -> WithoutInvoice:
        """Return what matching needs of it."""
        return WithoutInvoice(label=self.libelle, types=self.types, natures=self.natures, accounts=self.comptes)


OURS = tuple(
    WithoutInvoiceSettings(libelle=one.label, types=one.types, natures=one.natures, comptes=one.accounts)
    for one in DEFAULTS
)


class EditorSettings(Section):
    """How flows of the finance software are taken in.

    Attributes:
        nomfic: whether a flow keeps its editor's name, as long as it may, or gets one of ours.
        sans_facture: those of the collectivité, in the place of ours.
    """

    nomfic: Literal["garder", "renouveler"] = "garder"
    sans_facture: tuple[WithoutInvoiceSettings, ...] = OURS

    def rules(self) -> EditorRules:
        """Return what the rules need of it."""
        return EditorRules(
            keeps_nomfic=self.nomfic == "garder", without_invoice=tuple(one.rule() for one in self.sans_facture)
        )
