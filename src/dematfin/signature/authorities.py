"""Who vouches for a certificate: a chain to a trusted root, lists of the revoked, and the expected person.

No authority ships with the program: without any, the chain is said to be unverified, never good.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import verification

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import ConfigError
from dematfin.signature.certificate import UNREADABLE, common_name, fingerprint, fitness, read_through
from dematfin.signature.revocation import RevocationLists
from dematfin.signature.settings import SignatureSettings

DEEPEST_CHAIN: Final = 4


class Authorities:
    """What the commune trusts: roots, the authorities below them, and their lists of revoked certificates."""

    def __init__(self, settings: SignatureSettings, now: Callable[[], datetime]) -> None:
        """Read the files of the configuration, or raise ConfigError."""
        self._known = authorities_in(settings.autorites)
        self._roots = [one for one in self._known if _issued(one, one)]
        self._lists = RevocationLists(settings, now)
        self._list_wanted = settings.crl_obligatoire
        self._expected = settings.empreinte
        if self._known and not self._roots:
            message = "Aucune des autorités configurées dans [signature] n'est une racine : ajoutez la racine."
            raise ConfigError(message)

    def judge(self, certificate: x509.Certificate, at: datetime) -> tuple[Finding, ...]:
        """Return what is wrong with a certificate that signs, or signed, at an instant."""
        by_itself = tuple(fitness(certificate, at))
        out_of_date = any(finding.code == "SIG-DATES" for finding in by_itself)  # its chain would say the same, worse
        return (
            *by_itself,
            *self._person(certificate),
            *(() if out_of_date else self._chain(certificate, at)),
            *self._revocation(certificate, at),
        )

    def above(self, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """Return those who issued a certificate, nearest first, up to a root; nothing when no root is reached."""
        chain: list[x509.Certificate] = []
        issuer = self._issuer(certificate)
        while issuer is not None and issuer not in chain:
            chain.append(issuer)
            issuer = self._issuer(issuer)
        return tuple(chain) if chain and chain[-1] in self._roots else ()

    def _person(self, certificate: x509.Certificate) -> Iterator[Finding]:
        if self._expected and fingerprint(certificate) != self._expected:
            yield _blocking(
                "SIG-PERSONNE",
                f"Le certificat de {common_name(certificate.subject)} n'est pas celui du signataire attendu. "
                "S'il a été renouvelé, mettez à jour « empreinte » dans [signature].",
            )

    def _chain(self, certificate: x509.Certificate, at: datetime) -> Iterator[Finding]:
        if not self._roots:
            yield _warning("SIG-CHAINE", "Chaîne non vérifiée : aucune autorité n'est configurée dans [signature].")
            return
        try:
            _verifier(self._roots, at).verify(certificate, self._known)
        except verification.VerificationError as error:
            yield _blocking(
                "SIG-CHAINE",
                f"Le certificat de {common_name(certificate.subject)}, émis par {common_name(certificate.issuer)}, "
                f"ne mène pas à une racine reconnue ({error}). Voyez « autorites » dans [signature].",
            )

    def _revocation(self, certificate: x509.Certificate, at: datetime) -> Iterator[Finding]:
        """Look a certificate up in its issuer's lists, then the issuer in its own issuer's."""
        current, issuer = certificate, self._issuer(certificate)
        for _ in range(DEEPEST_CHAIN):
            lists, troubles = self._lists.of(current, issuer) if issuer else ([], [])
            yield from (_warning("SIG-REVOCATION", trouble) for trouble in troubles)
            if current == certificate and not lists:
                who = common_name(certificate.subject)
                yield self._doubt(f"Révocation non vérifiée : aucune liste pour le certificat de {who}.")
            yield from self._listed(current, lists, at)
            if issuer is None:
                return
            current, issuer = issuer, self._issuer(issuer)

    def _doubt(self, sentence: str) -> Finding:
        """What cannot be told about revocation is a remark, or a refusal where a list is wanted."""
        return _blocking("SIG-REVOCATION", sentence) if self._list_wanted else _warning("SIG-REVOCATION", sentence)

    def _listed(
        self, certificate: x509.Certificate, lists: list[x509.CertificateRevocationList], at: datetime
    ) -> Iterator[Finding]:
        who = f"Le certificat de {common_name(certificate.subject)}"
        for one in lists:
            entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                day = entry.revocation_date_utc
                yield _blocking("SIG-REVOQUE", f"{who} est révoqué depuis le {day:%d/%m/%Y} : il ne peut plus signer.")
                return
        if lists and not any(one.next_update_utc is None or one.next_update_utc >= at for one in lists):
            yield self._doubt(
                f"{who} n'est pas révoqué selon une liste qui n'est plus à jour : téléchargez la nouvelle."
            )

    def _issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        return next((one for one in self._known if one != certificate and _issued(certificate, one)), None)


def _verifier(roots: list[x509.Certificate], at: datetime) -> verification.ClientVerifier:
    """Return what builds chains; the usage of the last certificate is judged apart, the opposite of a TLS client's."""
    return (
        verification.PolicyBuilder()
        .store(verification.Store(roots))
        .time(at)
        .max_chain_depth(DEEPEST_CHAIN)
        .extension_policies(
            ee_policy=verification.ExtensionPolicy.permit_all(),
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
        )
        .build_client_verifier()
    )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def authorities_in(paths: tuple[Path, ...]) -> list[x509.Certificate]:
    """Read the certificates of some files and folders, or raise ConfigError."""
    return [one for path in _files(paths) for one in _certificates(path)]


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files, and those of the folders."""
    for path in paths:
        yield from sorted(path.glob("*.pem")) if path.is_dir() else (path,)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
        for one in found:
            read_through(one)
    except (OSError, *UNREADABLE) as error:
        message = f"Le fichier d'autorités {path} est illisible : {error}."
        raise ConfigError(message) from error
    return found


def _blocking(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)


def _warning(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, sentence=sentence)
