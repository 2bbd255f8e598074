"""A finance software whose exports are laid down by the test, each under the name of a file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.errors import DocumentError

R = TypeVar("R")


@dataclass
class FakeFinance:
    """Implements FinanceSoftware; one list of records a kind, then what is wrong with the other rows."""

    laid_engagements: dict[str, tuple[Engagement, ...]] = field(default_factory=dict)
    laid_tiers: dict[str, tuple[Tiers, ...]] = field(default_factory=dict)
    laid_credits: dict[str, tuple[Credit, ...]] = field(default_factory=dict)
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def engagements(self, source: Path) -> tuple[tuple[Engagement, ...], tuple[str, ...]]:
        return _export(self.laid_engagements, source), self.problems.get(source.name, ())

    def credits(self, source: Path) -> tuple[tuple[Credit, ...], tuple[str, ...]]:
        return _export(self.laid_credits, source), self.problems.get(source.name, ())

    def tiers(self, source: Path) -> tuple[tuple[Tiers, ...], tuple[str, ...]]:
        return _export(self.laid_tiers, source), self.problems.get(source.name, ())


def _export(laid: dict[str, tuple[R, ...]], source: Path) -> tuple[R, ...]:
    if source.name not in laid:
        message = f"Le fichier {source} est illisible : fichier ou dossier absent."
        raise DocumentError(message)
    return laid[source.name]
