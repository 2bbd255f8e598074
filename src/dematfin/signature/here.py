"""A place of signature: here, with the key of the person who is at the keyboard."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dematfin.errors import SignatureError
from dematfin.ports.signature import Collected, Holder, Progress, ToSign
from dematfin.signature.certificate import common_name
from dematfin.signature.xades import XadesSigner


class Here:
    """Implements ports.signature.SigningDesk: what is submitted is signed at once."""

    def __init__(self, signer: XadesSigner, now: Callable[[], datetime]) -> None:
        self._signer = signer
        self._now = now
        self._folder = TemporaryDirectory(prefix="dematfin-signature-")

    def holder(self) -> Holder:
        """Open the key, and say whose it is."""
        certificate = self._signer.open_key(self._now()).certificate
        return Holder(
            name=common_name(certificate.subject),
            issuer=common_name(certificate.issuer),
            expires_on=certificate.not_valid_after_utc.date(),
        )

    def submit(self, request: ToSign) -> str:
        """Sign a flow."""
        self._signer.sign(request.flow, self._signed(request.nomfic), self._now())
        return request.nomfic

    def collect(self, reference: str, target: Path) -> Collected:
        """Give a flow signed by this process; it is kept nowhere else."""
        signed = self._signed(reference)
        if not signed.exists():
            message = f"Le flux {reference} n'a pas été signé ici : signez-le (bordereau signer)."
            raise SignatureError(message)
        target.write_bytes(signed.read_bytes())
        return Collected(progress=Progress.SIGNED)

    def _signed(self, nomfic: str) -> Path:
        return Path(self._folder.name) / f"{nomfic}.xml"
