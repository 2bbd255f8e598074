"""What a document seems to say: proposals for whoever enters it, never decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Field(StrEnum):
    """What an agent enters."""

    KIND = "type"
    SIRET = "siret"
    SUPPLIER = "fournisseur"
    NUMBER = "numero"
    ISSUED_ON = "date"
    HT = "ht"
    TVA = "tva"
    TTC = "ttc"
    IBAN = "iban"
    ENGAGEMENT = "engagement"
    SERVICE = "service"


class Source(StrEnum):
    """Where it was read."""

    FACTURX = "Factur-X"
    TEXT = "texte du PDF"
    OCR = "reconnaissance optique"


class Trust(StrEnum):
    """How far it may be believed."""

    SURE = "sûr"
    LIKELY = "probable"
    DOUBTFUL = "à vérifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One value that was read."""

    field: Field
    value: str
    trust: Trust
    source: Source
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiar:
    """What the collectivité knows already."""

    ours: frozenset[str] = frozenset()
    tiers: Mapping[str, str] = field(default_factory=dict)
    ibans: Mapping[str, str] = field(default_factory=dict)
    engagements: frozenset[str] = frozenset()


def propose(pages: Sequence[str], source: Source, familiar: Familiar) -> tuple[Proposal, ...]:
    """Return what the text of some pages seems to say."""
    return ()
