"""How far what was read may be believed: a checksum alone proves nothing, two signs that agree do."""

from dataclasses import dataclass
from enum import StrEnum


class Trust(StrEnum):
    """How far a value may be believed."""

    SURE = "sûr"  # two independent signs agree, or structured data that agrees with itself
    LIKELY = "probable"
    DOUBTFUL = "à vérifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A value that was read; `why` says in French which signs agree, or contradict each other."""

    value: str
    trust: Trust
    why: str
