"""Why a mandat did not go through, as whoever said it said it: kept with the mandat, put in words when it is shown."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who said it."""

    TDT = "TdT"
    GATE = "guichet"  # the entry gate of Hélios, in an acquit
    COMPTABLE = "comptable"  # in a retour


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason.

    Attributes:
        code: NumAnoAck of an acquit, ObsEtat of a retour; empty when none was given.
        text: LibelleAnoAck, or the comment of the comptable, or the word of the TdT.
        domain: DomaineAck of an acquit; None elsewhere.
        line: number of the line that it is about, 0 for the whole mandat.
        shared: it is about another mandat of the bordereau, or about the bordereau or the flow as a whole.
    """

    speaker: Speaker
    code: str = ""
    text: str = ""
    domain: int | None = None
    line: int = 0
    shared: bool = False
