"""The signatory's key, opened for the time of one act."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from dematfin.errors import ConfigError, SignatureError
from dematfin.support.secrets import private_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A certificate, what signs in its name, and the authorities given with it."""

    certificate: x509.Certificate
    sign: Callable[[bytes], bytes]
    authorities: tuple[x509.Certificate, ...]


def open_pkcs12(path: Path, password: str) -> Key:
    """Open a PKCS#12 file; a wrong password is tried once, never again by itself.

    Raises:
        ConfigError: the file is unreadable, or others may read it.
        SignatureError: wrong password, no certificate, or a key that the policy does not allow.
    """
    data = private_bytes(path)
    try:
        store = pkcs12.load_pkcs12(data, password.encode())
    except ValueError as error:
        message = f"Le certificat {path.name} ne s'ouvre pas : mot de passe faux ou fichier abîmé."
        raise SignatureError(message) from error
    if store.cert is None or not isinstance(store.key, rsa.RSAPrivateKey):
        message = f"Le fichier {path.name} ne contient pas un certificat RSA avec sa clé : la politique Hélios l'exige."
        raise SignatureError(message)
    key = store.key
    return Key(
        certificate=store.cert.certificate,
        sign=lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
        authorities=tuple(one.certificate for one in store.additional_certs),
    )


def load_certificates(paths: tuple[Path, ...]) -> tuple[x509.Certificate, ...]:
    """Read every certificate of some PEM files, or raise ConfigError naming the file."""
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            message = f"Le fichier d'autorités {path} est illisible : {error}."
            raise ConfigError(message) from error
    return tuple(found)


def load_revocation_lists(paths: tuple[Path, ...]) -> tuple[x509.CertificateRevocationList, ...]:
    """Read CRL files, PEM or DER, or raise ConfigError naming the file."""
    found = []
    for path in paths:
        try:
            data = path.read_bytes()
            pem = data.lstrip().startswith(b"-----BEGIN")
            found.append(x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data))
        except (OSError, ValueError) as error:
            message = f"La liste de révocation {path} est illisible : {error}."
            raise ConfigError(message) from error
    return tuple(found)
