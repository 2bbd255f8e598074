"""What a person puts at stake by saying that Hélios has nothing of a flow: its total is confirmed first."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.errors import RuleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What would come back.

    Attributes:
        total: what its bordereaux order to pay, in euros.
        said: what the TdT says of it now; empty where it was not asked.
    """

    flux: Flux
    mandats: tuple[Mandat, ...]
    total: Decimal
    said: str = ""

    def check(self, flux: Flux, mandats: Iterable[Mandat]) -> None:
        """Raise RuleError when the flow or its mandats have changed since their total was confirmed."""
        if flux != self.flux or set(mandats) != set(self.mandats):
            message = f"Flux {flux.id} : il a changé entre-temps. Regardez où il en est, puis recommencez."
            raise RuleError(message)
