"""An attempt to deposit a flow: what was about to leave is written before its first byte, what became of it after.

The same bytes may be tried several times; what the attempts of one flow say together decides what may be done next.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final


class AttemptState(StrEnum):
    """What became of one deposit."""

    SENDING = "SENDING"  # begun; found so after a crash, nobody knows its outcome
    ARRIVED = "ARRIVED"  # the TdT gave its number
    THERE = "THERE"  # it proved to be there, its number is unknown
    CONFLICT = "CONFLICT"  # the very first attempt found these bytes there: somebody else deposited them
    UNKNOWN = "UNKNOWN"  # the answer was lost
    NOT_SENT = "NOT_SENT"  # nothing left us
    ABSENT = "ABSENT"  # it left, or may have; it was shown since that the TdT does not have it
    REFUSED = "REFUSED"  # the TdT said no


OPEN: Final = frozenset({AttemptState.SENDING, AttemptState.UNKNOWN})
"""Its outcome is still to be learnt."""
MAY_HAVE_LEFT: Final = frozenset(AttemptState) - {AttemptState.NOT_SENT, AttemptState.REFUSED}
"""Bytes that the TdT says it has may be those of such an attempt."""

ATTEMPT: Final[dict[AttemptState, str]] = {
    AttemptState.SENDING: "commencé, résultat pas encore écrit",
    AttemptState.ARRIVED: "arrivé",
    AttemptState.THERE: "arrivé, numéro inconnu",
    AttemptState.CONFLICT: "le TdT avait déjà ces octets avant notre premier envoi",
    AttemptState.UNKNOWN: "réponse perdue, peut-être arrivé",
    AttemptState.NOT_SENT: "rien n'est parti",
    AttemptState.ABSENT: "n'est pas au TdT",
    AttemptState.REFUSED: "refusé par le TdT",
}
"""What people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One deposit of one flow.

    Attributes:
        id: `<NomFic>#<number>`.
        transmitter: the TdT and the account that it was meant for, as people call them.
        sha256, sha1: of the bytes; S²LOW knows a file by its SHA-1, which is what its administrator can look for.
        size: bytes.
        remote_id: what the TdT calls it, once known.
        message: the TdT's last word, in French.
    """

    id: str
    flux: str
    number: int
    transmitter: str
    sha256: str
    sha1: str = ""
    size: int
    started_at: datetime
    by: str
    state: AttemptState = AttemptState.SENDING
    ended_at: datetime | None = None
    remote_id: str = ""
    message: str = ""

    def ended(self, state: AttemptState, at: datetime, message: str = "", remote_id: str = "") -> "Attempt":
        """Return the attempt with its outcome."""
        return replace(self, state=state, ended_at=at, message=message, remote_id=remote_id)


def attempt_id(nomfic: str, number: int) -> str:
    """Name an attempt, so that the same one cannot be begun twice."""
    return f"{nomfic}#{number}"
