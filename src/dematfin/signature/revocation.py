"""Lists of revoked certificates: those of the configuration, and those that certificates say where to find.

A list counts once its issuer's signature has been checked, so that it may come over plain HTTP. A fetched one is kept
in a folder as long as it is good. Addresses are read in certificates of known authorities only: nobody else chooses
whom we call.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from dematfin.errors import BadAnswer, ConfigError, ConnectorError, Unreachable
from dematfin.signature.settings import SignatureSettings
from dematfin.support.http import fetched

List = x509.CertificateRevocationList
PEM: Final = b"-----BEGIN"
HEAVIEST: Final = 20_000_000
PATIENCE: Final = timedelta(minutes=10)
"""For how long a list that was out of reach is not asked for again: a flow may have a hundred signatures."""


class RevocationLists:
    """What is known of revoked certificates."""

    def __init__(self, settings: SignatureSettings, now: Callable[[], datetime]) -> None:
        """Read the files of the configuration; raises ConfigError."""
        self._configured = [configured_list(path) for path in settings.listes_de_revocation]
        self._folder = settings.cache_crl if settings.telecharger_crl else None
        self._now = now
        self._missed: dict[str, tuple[datetime, str]] = {}

    def of(self, certificate: x509.Certificate, issuer: x509.Certificate) -> tuple[list[List], list[str]]:
        """Return the lists of a certificate's issuer, and why others could not be had."""
        lists = [one for one in self._configured if _by(one, issuer)]
        troubles = []
        for address in _addresses(certificate) if self._folder else ():
            try:
                lists.append(self._downloaded(self._folder or Path(), address, issuer))
            except ConnectorError as error:
                troubles.append(str(error))
        return lists, troubles

    def _downloaded(self, folder: Path, address: str, issuer: x509.Certificate) -> List:
        """Return the list of an address: the one that is kept as long as it is good, else a new one."""
        kept = _kept(folder / _name(address), issuer)
        if kept is not None and kept.next_update_utc and kept.next_update_utc >= self._now():
            return kept
        try:
            return self._fetched(folder, address, issuer)
        except ConnectorError:
            if kept is None:
                raise
            return kept  # stale: whoever reads it says so

    def _fetched(self, folder: Path, address: str, issuer: x509.Certificate) -> List:
        when, why = self._missed.get(address, (None, ""))
        if when and self._now() - when < PATIENCE:
            raise Unreachable(why)
        try:
            data = fetched(address, HEAVIEST, f"La liste de révocation {address}")
            found = _checked(data, address, issuer)
        except ConnectorError as error:
            self._missed[address] = (self._now(), str(error))
            raise
        _keep(folder / _name(address), data)
        return found


def _checked(data: bytes, address: str, issuer: x509.Certificate) -> List:
    try:
        found = _read(data)
    except ValueError as error:
        message = f"La liste de révocation {address} est illisible."
        raise BadAnswer(message) from error
    if not _by(found, issuer):
        message = f"La liste de révocation {address} n'est pas signée par l'émetteur du certificat."
        raise BadAnswer(message)
    return found


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Yield where a certificate says that its list is."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
                yield name.value


def _by(found: List, issuer: x509.Certificate) -> bool:
    """Say whether a list is an issuer's own: by its key, not only by its name."""
    key = issuer.public_key()
    if found.issuer != issuer.subject or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return found.is_signature_valid(key)


def _kept(path: Path, issuer: x509.Certificate) -> List | None:
    try:
        found = _read(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if _by(found, issuer) else None


def _keep(path: Path, data: bytes) -> None:
    """Keep a list, whole or not at all; without a place to keep it, it is fetched again next time."""
    temporary = path.with_suffix(".part")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)


def _name(address: str) -> str:
    return f"{hashlib.sha256(address.encode()).hexdigest()}.crl"


def configured_list(path: Path) -> List:
    """Read a list that the configuration names, or raise ConfigError."""
    try:
        return _read(path.read_bytes())
    except (OSError, ValueError) as error:
        message = f"La liste de révocation {path} est illisible : {error}."
        raise ConfigError(message) from error


def _read(data: bytes) -> List:
    return x509.load_pem_x509_crl(data) if data.lstrip().startswith(PEM) else x509.load_der_x509_crl(data)
