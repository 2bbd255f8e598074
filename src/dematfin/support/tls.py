"""Our client certificate, and the strict TLS context that presents it."""

import re
import secrets
import ssl
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from dematfin.errors import ConfigError
from dematfin.support import http, trust
from dematfin.support.secrets import private_bytes

PEM: Final = b"-----BEGIN"
MOST: Final = 64
"""Certificates that are kept open in a process."""
REFUSES_US: Final = re.compile("ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """A certificate, its key and the authorities above it, in memory only."""

    key: PrivateKeyTypes
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def expires_on(self) -> date:
        """Last day of validity, in UTC."""
        return self.certificate.not_valid_after_utc.date()

    def pem(self, password: bytes) -> bytes:
        """Return the key, under a password, and the certificates."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
        return key + b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))


def load(path: Path, password: str) -> ClientCertificate:
    """Read a PKCS#12 file, or a PEM file that holds a key and its certificates; raises ConfigError."""
    data, secret = private_bytes(path), password.encode() or None
    try:
        key, certificate, chain = _opened(data, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = (
            f"Le certificat {path} est illisible : mot de passe faux, ou fichier qui n'est ni un PKCS#12 ni un PEM "
            "avec sa clé."
        )
        raise ConfigError(message) from error
    if key is None or certificate is None:
        message = f"Le fichier {path} doit contenir un certificat et sa clé : exportez-le de nouveau avec les deux."
        raise ConfigError(message)
    return ClientCertificate(key=key, certificate=certificate, chain=tuple(chain))


@lru_cache(maxsize=MOST)
def _opened(data: bytes, secret: bytes | None) -> tuple[Any, x509.Certificate | None, list[x509.Certificate]]:
    """Return what a file holds; to derive the key of its password takes forty milliseconds."""
    read = _pem if data.startswith(PEM) else pkcs12.load_key_and_certificates
    return read(data, secret)


def _pem(data: bytes, secret: bytes | None) -> tuple[PrivateKeyTypes, x509.Certificate, list[x509.Certificate]]:
    """Return what a PEM file holds; a key in clear takes no password."""
    key = load_pem_private_key(data, secret)
    certificate, *chain = x509.load_pem_x509_certificates(data)
    return key, certificate, chain


def context(client: ClientCertificate, authorities: Path | None) -> ssl.SSLContext:
    """Return the context of every call.

    OpenSSL loads a key from a file only: ours exists for that instant, readable by us alone, under a password that
    is never written. Collectivités that share a certificate share its context.
    """
    return _presenting(client, authorities, trust.stamps(authorities))


@lru_cache(maxsize=MOST)
def _presenting(client: ClientCertificate, authorities: Path | None, _: tuple[trust.Stamp, ...]) -> ssl.SSLContext:
    with http.readable(authorities):
        strict = trust.fresh(authorities)
    strict.post_handshake_auth = True  # Apache may ask for the certificate only once it knows the path
    password = secrets.token_bytes(32).hex().encode()
    with NamedTemporaryFile(suffix=".pem") as file:
        file.write(client.pem(password))
        file.flush()
        try:
            strict.load_cert_chain(file.name, password=password)
        except ssl.SSLError as error:
            message = f"Le certificat client est inutilisable ({error.reason}) : demandez-en un autre à son autorité."
            raise ConfigError(message) from error
    return strict


def failure(error: BaseException | None) -> ssl.SSLError | None:
    """Return the failure of TLS behind an error, if any."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def refuses_us(error: BaseException) -> str:
    """Return the reason for which a server refused our certificate, or an empty text.

    With TLS 1.3 its judgement comes after the handshake, at the first read, perhaps once a whole request was written:
    it is a refusal of the account, and nothing was done.
    """
    reason = getattr(failure(error), "reason", None) or ""
    return reason if REFUSES_US.search(reason) else ""
