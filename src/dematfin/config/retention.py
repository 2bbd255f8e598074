"""`[conservation]`: how long each class of documents is kept, never less than the law asks."""

from typing import Self

from pydantic import Field, model_validator

from dematfin.domain.retention.classes import LAWS, Fate, Kind, RetentionRules, Rule
from dematfin.support.settings import Section


class ClassSettings(Section):
    """One class; what is not said is as usual.

    Attributes:
        dua: years.
        sort: D, C or T.
    """

    dua: int | None = Field(default=None, ge=0, le=200)
    sort: Fate = Fate.DESTROYED


class RetentionSettings(Section):
    """`[conservation]`."""

    factures: ClassSettings = ClassSettings()
    marches: ClassSettings = ClassSettings()
    mandats: ClassSettings = ClassSettings()
    lots: ClassSettings = ClassSettings()
    lots_ecartes: ClassSettings = ClassSettings()
    echanges: ClassSettings = ClassSettings()

    @model_validator(mode="after")
    def _the_law_is_a_floor(self) -> Self:
        """What was destroyed too soon is never found again."""
        for kind, law in LAWS.items():
            asked = self._of(kind).dua
            if asked is not None and asked < law.least:
                message = (
                    f"conservation.{kind}.dua vaut {asked} : {law.source} demande {law.least} ans au moins, une durée "
                    "peut être allongée, jamais raccourcie"
                )
                raise ValueError(message)
        return self

    def rules(self) -> RetentionRules:
        """Return what the rules need of it."""
        return RetentionRules(of={kind: self._rule(kind) for kind in Kind})

    def _rule(self, kind: Kind) -> Rule:
        asked = self._of(kind)
        return Rule(dua=LAWS[kind].dua if asked.dua is None else asked.dua, fate=asked.sort)

    def _of(self, kind: Kind) -> ClassSettings:
        found: ClassSettings = getattr(self, kind)
        return found
