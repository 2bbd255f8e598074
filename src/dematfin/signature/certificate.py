"""Is this certificate fit to sign for this commune, at this instant?

A signature certificate has the usage nonRepudiation (content_commitment). The defaults of TLS libraries ask for the
opposite usage: an authentication certificate would pass and a signature certificate would not.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID

from dematfin.domain.finding import Finding, Severity
from dematfin.signature.keys import load_certificates, load_revocation_lists
from dematfin.signature.settings import SignatureSettings

SMALLEST_KEY: Final = 2048
DEEPEST_CHAIN: Final = 4
SOON: Final = timedelta(days=30)


class Authorities:
    """The roots that the commune trusts, what stands below them, and who was revoked."""

    def __init__(self, settings: SignatureSettings) -> None:
        """Read the files of the configuration, or raise ConfigError."""
        known = load_certificates(settings.autorites)
        self._roots = [one for one in known if one.issuer == one.subject]
        self._others = [one for one in known if one.issuer != one.subject]
        self._lists = load_revocation_lists(settings.listes_de_revocation)
        self._expected = settings.empreinte

    def judge(
        self, certificate: x509.Certificate, at: datetime, more: tuple[x509.Certificate, ...] = ()
    ) -> tuple[Finding, ...]:
        """Return what is wrong with a certificate that signs, or signed, at an instant.

        `more` are authorities that came with the signature: they may link to our roots, never be one.
        """
        return (
            *_dates(certificate, at),
            *_usage(certificate),
            *_person(certificate, self._expected),
            *self._chain(certificate, at, more),
            *self._revocation(certificate, at, more),
        )

    def _chain(
        self, certificate: x509.Certificate, at: datetime, more: tuple[x509.Certificate, ...]
    ) -> Iterator[Finding]:
        if not self._roots:
            yield _warning("SIG-CHAINE", "Chaîne du certificat non vérifiée : aucune autorité n'est configurée.")
            return
        policy = (
            verification.PolicyBuilder()
            .store(verification.Store(self._roots))
            .time(at)
            .max_chain_depth(DEEPEST_CHAIN)
            .extension_policies(
                ee_policy=verification.ExtensionPolicy.permit_all(),
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
            )
        )
        try:
            policy.build_client_verifier().verify(certificate, [*self._others, *more])
        except verification.VerificationError as error:
            who = certificate.issuer.rfc4514_string()
            yield _blocking("SIG-CHAINE", f"L'autorité {who} du certificat n'est pas reconnue ({error}).")

    def _revocation(
        self, certificate: x509.Certificate, at: datetime, more: tuple[x509.Certificate, ...]
    ) -> Iterator[Finding]:
        issuers = [one for one in (*self._roots, *self._others, *more) if one.subject == certificate.issuer]
        lists = [
            one
            for one in self._lists
            if one.issuer == certificate.issuer and any(_issued(one, issuer) for issuer in issuers)
        ]
        for one in lists:
            entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                day = entry.revocation_date_utc
                yield _blocking("SIG-REVOQUE", f"{_holder(certificate)} est révoqué depuis le {day:%d/%m/%Y}.")
                return
        if not any(one.next_update_utc and one.next_update_utc > at for one in lists):
            yield _warning("SIG-REVOCATION", "Révocation du certificat non vérifiée : aucune liste à jour.")


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def common_name(certificate: x509.Certificate) -> str:
    """Return the name of the holder."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _dates(certificate: x509.Certificate, at: datetime) -> Iterator[Finding]:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < start:
        yield _blocking("SIG-DATES", f"{_holder(certificate)} n'est valable qu'à partir du {start:%d/%m/%Y}.")
    elif at > end:
        yield _blocking("SIG-DATES", f"{_holder(certificate)} est expiré depuis le {end:%d/%m/%Y}.")
    elif end - at < SOON:
        yield _warning("SIG-BIENTOT", f"{_holder(certificate)} expire le {end:%d/%m/%Y} : renouvelez-le.")


def _usage(certificate: x509.Certificate) -> Iterator[Finding]:
    try:
        signs = certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except x509.ExtensionNotFound:
        signs = False
    if not signs:
        yield _blocking(
            "SIG-USAGE",
            f"{_holder(certificate)} n'est pas un certificat de signature (usage non-répudiation absent) : c'est "
            "peut-être le certificat d'authentification de la même clé.",
        )
    if _is_authority(certificate):
        yield _blocking("SIG-USAGE", f"{_holder(certificate)} est celui d'une autorité, pas d'une personne.")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        yield _blocking(
            "SIG-CLE", f"{_holder(certificate)} : la politique Hélios veut une clé RSA de 2048 bits au moins."
        )
    algorithm = certificate.signature_hash_algorithm
    if algorithm is not None and algorithm.name in {"sha1", "md5"}:
        yield _blocking("SIG-CLE", f"{_holder(certificate)} a été émis avec {algorithm.name}, qui n'est plus admis.")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _person(certificate: x509.Certificate, expected: str) -> Iterator[Finding]:
    if expected and fingerprint(certificate) != expected:
        yield _blocking(
            "SIG-PERSONNE",
            f"{_holder(certificate)} n'est pas celui du signataire attendu. Vérifiez « empreinte » dans [signature].",
        )


def _issued(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey) and one.is_signature_valid(key)


def _holder(certificate: x509.Certificate) -> str:
    return f"Le certificat de {common_name(certificate)}"


def _blocking(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)


def _warning(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, sentence=sentence)
