"""What a TdT has of ours, as a comparison needs it."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a deposit stands at the TdT."""

    WAITING = "en chemin"
    HELD = "retenu, quelqu'un doit agir sur le portail"
    ANSWERED = "acquit disponible"
    REFUSED = "refusé"
    LOST = "annulé ou détruit"
    UNKNOWN = "statut inconnu"


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One deposit at the TdT; `nomfic` is empty when it cannot be read there."""

    remote_id: str
    nomfic: str
    place: Place
    message: str = ""
