"""`[tdt]`: when flows may leave, and when a silence is told, whichever TdT it is."""

from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from dematfin.domain.mandat.closure import Closure, Patience
from dematfin.support.settings import Section


class ClosureSettings(Section):
    """`[[tdt.fermetures]]`: Hélios is closed; flows wait until it opens again."""

    debut: datetime
    fin: datetime
    motif: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.debut.tzinfo or self.fin.tzinfo:
            message = "debut et fin s'écrivent à l'heure de la collectivité, sans décalage : 2026-12-30T18:00:00"
            raise ValueError(message)
        if self.fin <= self.debut:
            message = "la fin d'une fermeture vient après son début"
            raise ValueError(message)
        return self


class TdtSettings(Section):
    """Hours after which an acquit that does not come is told: as an information, a warning, an alarm."""

    acquit_information: float = Field(default=4, gt=0)
    acquit_alerte: float = Field(default=24, gt=0)
    acquit_critique: float = Field(default=48, gt=0)
    fermetures: tuple[ClosureSettings, ...] = ()

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not self.acquit_information <= self.acquit_alerte <= self.acquit_critique:
            message = "acquit_information, acquit_alerte et acquit_critique vont en croissant"
            raise ValueError(message)
        return self

    def patience(self) -> Patience:
        """Return how long an acquit may take."""
        hours = (self.acquit_information, self.acquit_alerte, self.acquit_critique)
        information, warning, critical = (timedelta(hours=one) for one in hours)
        return Patience(information=information, warning=warning, critical=critical)

    def closures(self, zone: str) -> tuple[Closure, ...]:
        """Return when nothing leaves, in the time of a zone."""
        here = ZoneInfo(zone)
        return tuple(
            Closure(start=one.debut.replace(tzinfo=here), end=one.fin.replace(tzinfo=here), reason=one.motif)
            for one in self.fermetures
        )
