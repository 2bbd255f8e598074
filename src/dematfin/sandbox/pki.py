"""A public-key infrastructure for trials: every subject says TEST, every key is made on the spot.

Two trees: the one that signs (root, AC, mayor, with revocation lists), as signature-helios profiles want it, and the
one that carries (the TdT's server, its clients).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION: Final = x509.ObjectIdentifier("2.5.4.97")
POLICY: Final = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1.1")
USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key alone, in clear: for servers of the sandbox only."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def p12(self, password: str, chain: Sequence["Identity"] = ()) -> bytes:
        """The certificate, its key and the authorities above it, under a password."""
        return pkcs12.serialize_key_and_certificates(
            b"TEST",
            self.key,
            self.certificate,
            [one.certificate for one in chain],
            serialization.BestAvailableEncryption(password.encode()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a certificate says.

    Attributes:
        usages: names of the key usages; `clients`: whether it may open a TLS connection.
        starts, lasts: validity, counted from now.
        hosts: names and addresses of a server.
        lists_at: where a signatory's certificate says that the revoked are listed.
    """

    name: str
    usages: tuple[str, ...] = ("content_commitment",)
    clients: bool = False
    hosts: tuple[str, ...] = ()
    starts: timedelta = timedelta(days=-1)
    lasts: timedelta = YEAR
    bits: int = 2048
    authority: int | None = None  # how many authorities may stand below; None for an end entity
    organisation: str = "COMMUNE DE TEST"
    lists_at: str = "http://crl.test.invalid/ac.crl"


MAYOR: Final = Profile(name="Jeanne TEST-MAIRE")
ROOT: Final = Profile(
    name="TEST Racine du bac à sable",
    usages=("key_cert_sign", "crl_sign"),
    authority=1,
    bits=3072,
    lasts=YEAR * 10,
    organisation="AUTORITE DE TEST",
)
AC: Final = replace(ROOT, name="TEST AC du bac à sable", authority=0, lasts=YEAR * 5)
TDT_AC: Final = replace(ROOT, name="TEST AC du TdT", authority=0)
TDT_SERVER: Final = Profile(
    name="TEST TdT",
    usages=("digital_signature", "key_encipherment"),
    hosts=("localhost", "127.0.0.1"),
    organisation="TDT DE TEST",
)


def make(profile: Profile, issuer: Identity | None = None) -> Identity:
    """Make a key and its certificate, self-signed when there is no issuer."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=profile.bits)
    signing_key = issuer.key if issuer else key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(profile))
        .issuer_name(issuer.certificate.subject if issuer else _name(profile))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + profile.starts)
        .not_valid_after(now + profile.starts + profile.lasts)
    )
    for extension, critical in _extensions(profile, key.public_key(), signing_key.public_key()):
        builder = builder.add_extension(extension, critical)
    return Identity(certificate=builder.sign(signing_key, hashes.SHA256()), key=key)


def revocation_list(issuer: Identity, revoked: Sequence[Identity] = ()) -> bytes:
    """Return the issuer's list of revoked certificates, good for a week."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(days=7))
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now - timedelta(hours=2)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make_signing_pki(folder: Path, password: str) -> Identity:
    """Write racine.pem, ac.pem, ac.crl.pem, maire.pem and maire.p12, and return the mayor."""
    folder.mkdir(parents=True, exist_ok=True)
    root = make(ROOT)
    ac = make(AC, root)
    mayor = make(MAYOR, ac)
    (folder / "racine.pem").write_bytes(root.pem)
    (folder / "ac.pem").write_bytes(ac.pem)
    (folder / "ac.crl.pem").write_bytes(revocation_list(ac))
    (folder / "maire.pem").write_bytes(mayor.pem)
    private(folder / "maire.p12", mayor.p12(password, [ac, root]))
    return mayor


def make_transport_pki(folder: Path, password: str, authority: Identity | None = None) -> Identity:
    """Write the TdT's authority and server (tdt-ac.pem, tdt-serveur.pem) and our client (tdt-client.pem, .p12)."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = authority or make(TDT_AC)
    server = make(TDT_SERVER, authority)
    client = make(client_profile("TEST client dematfin"), authority)
    (folder / "tdt-ac.pem").write_bytes(authority.pem)
    private(folder / "tdt-serveur.pem", server.key_pem + server.pem)
    (folder / "tdt-client.pem").write_bytes(client.pem)
    private(folder / "tdt-client.p12", client.p12(password))
    return client


def client_profile(name: str) -> Profile:
    """Return what a TLS client certificate says."""
    return Profile(name=name, usages=("digital_signature",), clients=True)


def private(path: Path, data: bytes) -> None:
    """Write a file that nobody else may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(data)


def _name(profile: Profile) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, profile.organisation),
        (ORGANISATION, "NTRFR-21990042000015"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 21990042000015"),
    ]
    if profile.authority is None and not profile.hosts and not profile.clients:
        given, _, surname = profile.name.partition(" ")
        parts += [(NameOID.SURNAME, surname), (NameOID.GIVEN_NAME, given), (NameOID.SERIAL_NUMBER, "TEST-0001")]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in [*parts, (NameOID.COMMON_NAME, profile.name)]])


def _extensions(
    profile: Profile, own: rsa.RSAPublicKey, issuing: rsa.RSAPublicKey
) -> list[tuple[x509.ExtensionType, bool]]:
    usages = {usage: usage in profile.usages for usage in USAGES}
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=profile.authority is not None, path_length=profile.authority), True),
        (x509.KeyUsage(**usages), True),
        (x509.SubjectKeyIdentifier.from_public_key(own), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), False),
    ]
    if profile.clients:
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False))
    if profile.hosts:
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
        found.append((x509.SubjectAlternativeName([_host(host) for host in profile.hosts]), False))
    elif profile.authority is None and not profile.clients:
        found += _of_a_signer(profile.lists_at)
    return found


def _of_a_signer(lists_at: str) -> list[tuple[x509.ExtensionType, bool]]:
    list_at = x509.UniformResourceIdentifier(lists_at)
    return [
        (x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), False),
        (
            x509.CRLDistributionPoints(
                [x509.DistributionPoint(full_name=[list_at], relative_name=None, reasons=None, crl_issuer=None)]
            ),
            False,
        ),
        (x509.SubjectAlternativeName([x509.RFC822Name("maire@test.invalid")]), False),
    ]


def _host(host: str) -> x509.GeneralName:
    return x509.IPAddress(IPv4Address(host)) if host[0].isdigit() else x509.DNSName(host)


def fingerprint(one: Identity) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal."""
    return one.certificate.fingerprint(hashes.SHA256()).hex()
