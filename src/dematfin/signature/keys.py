"""The signatory's key, opened for the time of one act."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from dematfin.errors import SignatureError
from dematfin.support.secrets import private_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A certificate, and what signs in its name: bytes in, signature value out."""

    certificate: x509.Certificate
    sign: Callable[[bytes], bytes]


def open_pkcs12(path: Path, password: Callable[[], str]) -> Key:
    """Open a PKCS#12 file; a wrong password is tried once, never again by itself.

    Raises:
        ConfigError: the file is unreadable, or others may read it.
        SignatureError: wrong password, no certificate, or a key that the policy does not allow.
    """
    data = private_bytes(path)
    try:
        store = pkcs12.load_pkcs12(data, password().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        message = (
            f"Le certificat {path.name} ne s'ouvre pas : le mot de passe est faux, ou le fichier n'est pas un PKCS#12 "
            "lisible. Rien n'est signé. Relancez la commande avec le bon mot de passe."
        )
        raise SignatureError(message) from error
    if store.cert is None or store.key is None:
        message = f"Le fichier {path.name} ne contient pas un certificat avec sa clé."
        raise SignatureError(message)
    if not isinstance(store.key, rsa.RSAPrivateKey):
        message = (
            f"La clé de {path.name} n'est pas une clé RSA : la politique de signature Hélios n'en admet pas d'autre."
        )
        raise SignatureError(message)
    return Key(certificate=store.cert.certificate, sign=_signs_with(store.key))


def _signs_with(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
