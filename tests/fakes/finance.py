"""A finance software that exports what a test puts in it, whatever file it is shown."""

from dataclasses import dataclass
from pathlib import Path

from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeFinance:
    """Implements FinanceSoftware."""

    orders: tuple[Engagement, ...] = ()
    creditors: tuple[Tiers, ...] = ()
    chapters: tuple[Credit, ...] = ()
    problems: tuple[str, ...] = ()

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        return self.orders, self._about(source)

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        return self.creditors, self._about(source)

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        return self.chapters, self._about(source)

    def _about(self, source: Path) -> tuple[str, ...]:
        return tuple(f"{source.name}, {problem}" for problem in self.problems)
