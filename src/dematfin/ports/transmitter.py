"""The TdT: takes signed flows to Hélios and brings the answers back."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Phase(StrEnum):
    """Where a deposit stands at the TdT."""

    WAITING = "WAITING"  # received, checked or on its way: ask again later
    HELD = "HELD"  # a person must act on the TdT's own pages
    ANSWERED = "ANSWERED"  # an acquit can be fetched
    REFUSED = "REFUSED"  # the TdT refused it, nothing reached Hélios
    LOST = "LOST"  # cancelled or purged: no answer will come
    UNKNOWN = "UNKNOWN"  # a status that we do not know: keep asking, alert once


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The TdT's word on one deposit, and the acquit when there is one."""

    phase: Phase
    message: str = ""
    acquit: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnItem:
    """One PES_Retour waiting at the TdT."""

    remote_id: str
    name: str


class Transmitter(Protocol):
    """A TdT. `refuses_twins` says whether it refuses bytes that it already has, so that sending the very same
    bytes again tells whether they had arrived."""

    @property
    def refuses_twins(self) -> bool:
        """Say whether identical bytes are refused the second time."""
        ...

    def send(self, flow: Path, nomfic: str) -> str:
        """Deposit a flow once and return the TdT's identifier.

        Raises:
            Unreachable: nothing left us, try again.
            UnknownOutcome: it may have arrived.
            AlreadyThere: these very bytes were there before.
            Refused: the TdT says no.
        """
        ...

    def find(self, flow: Path, nomfic: str) -> str:
        """Return the identifier of a flow that may have arrived, or an empty text when it is surely not there.

        Raises:
            UnknownOutcome: this TdT cannot tell.
        """
        ...

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        """Ask where a deposit stands."""
        ...

    def returns(self) -> Iterable[ReturnItem]:
        """List the PES_Retour that were not acknowledged."""
        ...

    def fetch(self, item: ReturnItem) -> bytes:
        """Download one PES_Retour."""
        ...

    def acknowledge(self, item: ReturnItem) -> None:
        """Say that a PES_Retour is safely stored; may be said twice."""
        ...
