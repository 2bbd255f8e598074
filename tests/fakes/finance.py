"""A finance software that exports nothing: registers are written straight into the ledger of a test."""

from pathlib import Path

from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement


class FakeFinance:
    """Implements FinanceSoftware."""

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        return (), (f"{source.name} : vide",)

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        return (), (f"{source.name} : vide",)

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        return (), (f"{source.name} : vide",)
