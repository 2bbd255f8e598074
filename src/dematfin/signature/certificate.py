"""Is this certificate, by itself, fit to sign at this instant?

A signature certificate has the usage nonRepudiation (content_commitment). An authentication certificate, often on
the same token, has not: taking the one for the other is the classic mistake.
"""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import SignatureError

SMALLEST_KEY: Final = 2048
SOON: Final = timedelta(days=30)
STRONG: Final = frozenset({"sha256", "sha384", "sha512"})

UNREADABLE: Final = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises on a certificate, or a list, that is not as it should be."""

E = TypeVar("E", bound=x509.ExtensionType)


def read_certificate(text: str) -> x509.Certificate:
    """Read a certificate in base64, down to what judging it needs, or raise SignatureError."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        read_through(certificate)
    except UNREADABLE as error:
        message = f"le certificat du signataire est illisible ({error})."
        raise SignatureError(message) from error
    return certificate


def read_through(certificate: x509.Certificate) -> None:
    """Read all that judging a certificate needs, or raise one of UNREADABLE: what is loaded is not parsed yet."""
    _ = certificate.subject, certificate.issuer, certificate.serial_number, certificate.public_key()
    _ = certificate.extensions, certificate.signature_hash_algorithm
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as files hold it."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def common_name(name: x509.Name) -> str:
    """Return how a person or an authority is called."""
    names = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else name.rfc4514_string()


def may_sign(certificate: x509.Certificate) -> bool:
    """Say whether a certificate is one for signing."""
    usage = _extension(certificate, x509.KeyUsage)
    return usage is not None and usage.content_commitment


def fitness(certificate: x509.Certificate, at: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the dates, the usage and the key of a certificate."""
    who = f"Le certificat de {common_name(certificate.subject)}"
    yield from _dates(certificate, at, who)
    yield from _usage(certificate, who)
    yield from _strength(certificate, who)


def _dates(certificate: x509.Certificate, at: datetime, who: str) -> Iterator[Finding]:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < start:
        yield _blocking("SIG-DATES", f"{who} n'est valable qu'à partir du {start:%d/%m/%Y} : attendez cette date.")
    elif at > end:
        yield _blocking("SIG-DATES", f"{who} est expiré depuis le {end:%d/%m/%Y} : demandez-en un nouveau.")
    elif end - at < SOON:
        sentence = f"{who} expire le {end:%d/%m/%Y}, dans {(end - at).days} jours : renouvelez-le."
        yield Finding(code="SIG-BIENTOT", severity=Severity.WARNING, sentence=sentence)


def _usage(certificate: x509.Certificate, who: str) -> Iterator[Finding]:
    if not may_sign(certificate):
        yield _blocking(
            "SIG-USAGE",
            f"{who} n'est pas un certificat de signature (usage « non-répudiation » absent). Celui d'authentification "
            "a peut-être été choisi à sa place.",
        )
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        yield _blocking("SIG-USAGE", f"{who} est celui d'une autorité, pas d'une personne.")


def _strength(certificate: x509.Certificate, who: str) -> Iterator[Finding]:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        yield _blocking("SIG-CLE", f"{who} : la politique Hélios veut une clé RSA de {SMALLEST_KEY} bits au moins.")
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or algorithm.name not in STRONG:
        yield _blocking(
            "SIG-CLE", f"{who} a été émis avec un algorithme qui n'est plus admis : demandez-en un nouveau."
        )


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _blocking(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)
