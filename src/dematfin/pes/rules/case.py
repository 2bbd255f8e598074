"""What a rule is asked about: one flow that the schemas accept, and what is known beside it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dematfin.domain.finding import Finding, Severity
from dematfin.pes.expected import Expected
from dematfin.pes.light import Light
from dematfin.pes.place import problem, yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One flow to judge.

    Attributes:
        ours: about to be signed here; else anybody's, of which our own customs are remarks only.
        known: IdUnique accepted before; None where nobody knows.
        to_sign: its signature is still to come, and what announces it may be too; False when it will be on paper.
    """

    flow: Path
    light: Light
    expected: Expected
    ours: bool
    known: frozenset[str] | None
    to_sign: bool | None = None

    @property
    def root(self) -> Any:
        """Return the root of the flow without its documents."""
        return self.light.root

    @property
    def dematerialised(self) -> bool:
        """Say whether the flow announces signed bordereaux, or will."""
        if self.to_sign is None:
            return yes(self.root, "PES_DepenseAller/EnTeteDepense/InfoDematerialisee")
        return self.to_sign

    def bordereaux(self) -> Iterator[Any]:
        """Yield the bordereaux."""
        yield from self.root.iterfind("PES_DepenseAller/Bordereau")

    def custom(self, element: Any, code: str, sentence: str, remedy: str) -> Finding:
        """Tell a problem that stops our own flows, and is a remark about anybody else's."""
        severity = Severity.BLOCKING if self.ours else Severity.WARNING
        return problem(element, code, sentence, remedy, severity)


def repeated(values: Iterable[str]) -> list[str]:
    """Return the values that come twice or more."""
    return sorted(value for value, count in Counter(values).items() if count > 1)
