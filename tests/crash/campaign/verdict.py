"""What a judge finds: faults of the product, and the flows that wait for a person."""

from dataclasses import dataclass
from typing import Final

LOST, DOUBLED, HIDDEN, BROKEN = "perdu", "en double", "sans alerte", "cassé"
KINDS: Final = (LOST, DOUBLED, HIDDEN, BROKEN)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that may not be: its kind, and the sentence that says it."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a run; `limbo`: flows that wait for a person, each with its alert."""

    faults: tuple[Fault, ...]
    limbo: tuple[str, ...]
