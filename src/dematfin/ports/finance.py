"""The finance software, which holds the truth about engagements, tiers and credits."""

from pathlib import Path
from typing import Protocol

from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement


class FinanceSoftware(Protocol):
    """Registers exported by the finance software; a bad row is reported, the others are taken."""

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        """Read engagements; return them and, in French, what is wrong with the rows left out."""
        ...

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        """Read creditors; return them and what is wrong with the rows left out."""
        ...

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        """Read the credits of each chapter; return them and what is wrong with the rows left out."""
        ...
