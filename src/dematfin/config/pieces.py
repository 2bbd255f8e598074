"""`[pieces_justificatives]`: what is agreed with the comptable about supporting documents."""

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from dematfin.domain.invoice.invoice import normalised
from dematfin.domain.mandat.annexe_i import RULES
from dematfin.domain.mandat.justify import PieceRules
from dematfin.support.settings import Section

KNOWN = frozenset(f"{under}:{kind}" for rule in RULES for under in rule.rubriques for kind in rule.kinds)


def _known(waived: tuple[str, ...]) -> tuple[str, ...]:
    """A dispense that no rule asks for would be believed and never used."""
    if lost := [one for one in waived if one not in KNOWN]:
        message = f"dispense inconnue « {lost[0]} » ; écrivez rubrique:NATURE, par exemple 412:NOTIFICATION"
        raise ValueError(message)
    return waived


class PieceSettings(Section):
    """What the list of annexe I becomes here.

    Attributes:
        strict: rules that could not be read in the text block too.
        dispenses: `rubrique:NATURE` that the comptable does without, by the `convention` (its date or reference).
        marches_en_cours: marchés begun before dematfin, whose contract the comptable has.
    """

    strict: bool = False
    dispenses: Annotated[tuple[str, ...], AfterValidator(_known)] = ()
    convention: str = ""
    marches_en_cours: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agreed(self) -> Self:
        if self.dispenses and not self.convention.strip():
            message = "des dispenses demandent une convention : donnez sa date ou sa référence"
            raise ValueError(message)
        return self

    def rules(self) -> PieceRules:
        """Return what the rules need of it."""
        return PieceRules(
            strict=self.strict,
            waived=frozenset(self.dispenses),
            convention=self.convention,
            under_way=frozenset(map(normalised, self.marches_en_cours)),
        )
