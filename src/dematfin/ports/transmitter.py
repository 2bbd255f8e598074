"""The TdT: takes signed flows to Hélios and brings the answers back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from dematfin.domain.mandat.deposit import Held, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The TdT's word on one deposit, and the acquit when there is one."""

    phase: Phase
    message: str = ""
    acquit: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnItem:
    """One answer waiting at the TdT: a PES_Retour, or an acquit where it comes as a file among them.

    Attributes:
        acquit_of: NomFic that an acquit answers; empty for a retour.
    """

    remote_id: str
    name: str
    acquit_of: str = ""


class Transmitter(Protocol):
    """A TdT. `refuses_twins` says whether it refuses bytes that it already has, so that sending the very same
    bytes again tells whether they had arrived."""

    @property
    def name(self) -> str:
        """Say which TdT it is, and which account, as people call them."""
        ...

    @property
    def certificate_expires_on(self) -> date | None:
        """Return the last day of our client certificate; None: there is none. Raises ConfigError."""
        ...

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

    def confirm(self, remote_id: str, flow: Path, nomfic: str) -> bool:
        """Say whether the deposit of that number is this very flow.

        Raises:
            Refused: there is no such number, or it is not ours to see.
            UnknownOutcome: nothing of it can be compared.
        """
        ...

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...] | None:
        """List what the TdT has of ours since a day, and until the end of another; None: it lists nothing to us.

        Raises:
            Refused: there are too many; ConnectorError.
        """
        ...

    def recover(self, remote_id: str, target: Path) -> bool:
        """Write into `target` the bytes of a deposit, untouched; False: this TdT does not give them back."""
        ...

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        """Ask where a deposit stands."""
        ...

    def returns(self) -> Iterable[ReturnItem]:
        """List the answers that were not acknowledged."""
        ...

    def fetch(self, item: ReturnItem) -> bytes:
        """Download one answer, untouched."""
        ...

    def acknowledge(self, item: ReturnItem) -> None:
        """Say that an answer is safely stored; may be said twice."""
        ...
