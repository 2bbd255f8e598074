"""What a TdT says of a deposit that it has."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """Where a deposit stands at the TdT."""

    WAITING = "WAITING"  # received, checked or on its way: ask again later
    HELD = "HELD"  # a person must act on the TdT's own pages
    ANSWERED = "ANSWERED"  # an acquit can be fetched
    REFUSED = "REFUSED"  # the TdT refused it, nothing reached Hélios
    LOST = "LOST"  # cancelled or purged: no answer will come
    UNKNOWN = "UNKNOWN"  # a status that we do not know: keep asking, alert once


PHASE: Final[dict[Phase, str]] = {
    Phase.WAITING: "en chemin",
    Phase.HELD: "retenu, quelqu'un doit agir sur le portail",
    Phase.ANSWERED: "acquit disponible",
    Phase.REFUSED: "refusé",
    Phase.LOST: "annulé ou détruit",
    Phase.UNKNOWN: "statut inconnu",
}
"""What people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One deposit that the TdT says it has.

    Attributes:
        nomfic: empty when it cannot be read there.
        sha256, size: of its bytes, where the TdT remembers them; else empty.
    """

    remote_id: str
    nomfic: str
    phase: Phase
    message: str = ""
    sha256: str = ""
    size: int = 0
