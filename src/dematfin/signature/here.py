"""A place of signature: here, with the key of the person who is at the keyboard."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dematfin.errors import SignatureError
from dematfin.ports.signature import Collected, Holder, Place, Progress, ToSign
from dematfin.signature.certificate import common_name
from dematfin.signature.xades import XadesSigner


class Here:
    """Implements ports.signature.SigningDesk: what is handed over is signed as it is collected, in the same act."""

    place = Place.HERE

    def __init__(self, signer: XadesSigner, now: Callable[[], datetime]) -> None:
        self._signer = signer
        self._now = now
        self._handed_over: dict[str, Path] = {}

    def holder(self) -> Holder:
        """Open the key, and say whose it is."""
        certificate = self._signer.open_key(self._now()).certificate
        return Holder(
            name=common_name(certificate.subject),
            issuer=common_name(certificate.issuer),
            expires_on=certificate.not_valid_after_utc.date(),
        )

    def submit(self, request: ToSign) -> str:
        """Take a flow, which must stay where it is until it is collected."""
        self._handed_over[request.nomfic] = request.flow
        return request.nomfic

    def collect(self, reference: str, target: Path) -> Collected:
        """Sign a flow."""
        if reference not in self._handed_over:
            message = f"Le flux {reference} n'a pas été signé ici : signez-le (bordereau signer)."
            raise SignatureError(message)
        self._signer.sign(self._handed_over[reference], target, self._now())
        return Collected(progress=Progress.SIGNED)

    def release(self, reference: str) -> None:
        """Forget a flow."""
        self._handed_over.pop(reference, None)
