"""A place of signature: anywhere else, where a person takes the file and brings it back."""

from pathlib import Path

from dematfin.domain.mandat.flux import BY_HAND
from dematfin.ports.signature import Collected, Place, Progress, ToSign


class Elsewhere:
    """Implements ports.signature.SigningDesk: nobody there can be asked, a signed file comes back or it does not."""

    place = Place.ELSEWHERE

    def holder(self) -> None:
        """Nobody knows it beforehand."""

    def submit(self, _: ToSign) -> str:
        """Hand a flow over, by the file that is written for whoever signs."""
        return BY_HAND

    def collect(self, _: str, __: Path) -> Collected:
        """Wait for the file."""
        return Collected(progress=Progress.PENDING)

    def release(self, _: str) -> None:
        """Nothing lies there."""
