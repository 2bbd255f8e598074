"""What a report is narrowed to: one budget, one service, or nothing less than the whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from dematfin.domain.report.facts import Facts


class Placed(Protocol):
    """What belongs to a budget and to a service."""

    @property
    def siret(self) -> str:
        """Return the budget that pays."""
        ...

    @property
    def service(self) -> str:
        """Return the service that ordered."""
        ...


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A budget by its SIRET, a service by its code; empty: all of them."""

    siret: str = ""
    service: str = ""

    def label(self, budgets: Mapping[str, str]) -> str:
        """Say it in words; empty for the whole."""
        said = [budgets.get(self.siret, self.siret)] if self.siret else []
        return ", ".join([*said, f"service {self.service}"] if self.service else said)

    def narrowed(self, facts: Facts) -> Facts:
        """Return the facts of this part alone; what belongs to no service, such as a flow, is in no part."""
        if self == WHOLE:
            return facts
        return replace(
            facts,
            settlements=self._mine(facts.settlements),
            happenings=self._mine(facts.happenings),
            ended=self._mine(facts.ended),
            stock=self._mine(facts.stock),
        )

    def _mine(self, ones: Iterable[P]) -> list[P]:
        return [one for one in ones if self.siret in {"", one.siret} and self.service in {"", one.service}]


WHOLE: Final = Scope()
