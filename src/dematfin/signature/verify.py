"""Judging a signed flow as a stranger would: its shape, each signature, each certificate, what nobody signed.

The signatures cover the bordereaux, not the documents of PES_PJ: those are compared with the unsigned flow.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.errors import DocumentError
from dematfin.ports.signature import SignatureFact, SignatureReport
from dematfin.signature.canonical import canonical, content_digest
from dematfin.signature.certificate import Authorities, common_name, fingerprint
from dematfin.signature.names import issuer_name
from dematfin.signature.properties import UTC_FORMAT, base64_sha256
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.structure import check
from dematfin.signature.vocabulary import BORDEREAU, DOMAINS, SIGNATURE, ds, xad
from dematfin.support.xml import local_name, parse_file, parser

PROPERTIES: Final = f"{ds('Object')}/{xad('QualifyingProperties')}/{xad('SignedProperties')}"
SIGNED: Final = xad("SignedSignatureProperties")


class Verifier:
    """Implements ports.signature.SignatureCheck."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities) -> None:
        self._settings = settings
        self._authorities = authorities

    def report(self, signed: Path, unsigned: Path) -> SignatureReport:
        """Verify every signature of a flow, and that nothing else was changed in it."""
        try:
            root = parse_file(signed, f"Flux {signed.name}").getroot()
        except DocumentError as error:
            return SignatureReport(signatures=(), findings=(_wrong("SIG-XML", str(error)),))
        _empty_documents(root)
        findings = list(check(root))
        facts: list[SignatureFact] = []
        if not findings:
            for sheet in _sheets(root):
                fact, found = self._one(root, sheet)
                findings += found
                facts += [fact] if fact else []
        if content_digest(signed) != content_digest(unsigned):
            findings.append(_wrong("SIG-SCEAU", "Le contenu du flux a changé depuis qu'il a été préparé."))
        return SignatureReport(signatures=() if blocking(findings) else tuple(facts), findings=tuple(findings))

    def _one(self, root: Any, sheet: Any) -> tuple[SignatureFact | None, list[Finding]]:
        name = f"Bordereau {sheet.get('Id')}"
        signature = sheet.find(SIGNATURE)
        certificate = _certificate(signature)
        if certificate is None:
            return None, [_wrong("SIG-CERTIFICAT", f"{name} : le certificat est illisible.")]
        findings = [*_cryptography(root, sheet, certificate), *self._properties(signature, certificate, name)]
        signed_at = _signing_time(signature)
        if signed_at is None:
            return None, [*findings, _wrong("SIG-DATE", f"{name} : la date de signature n'est pas une date UTC.")]
        findings += self._authorities.judge(certificate, signed_at)
        fact = SignatureFact(
            target=sheet.get("Id"),
            signer=common_name(certificate),
            signed_at=signed_at,
            fingerprint=fingerprint(certificate),
        )
        return fact, findings

    def _properties(self, signature: Any, certificate: x509.Certificate, name: str) -> Iterator[Finding]:
        """Compare the signed properties with the certificate that signed and with the configured policy."""
        read = _Properties(signature)
        policy = self._settings.politique
        if read.text("SigningCertificate", "Cert", "CertDigest", "DigestValue") != base64_sha256(
            certificate.public_bytes(Encoding.DER)
        ):
            yield _wrong("SIG-CERTIFICAT", f"{name} : le certificat n'est pas celui que la signature annonce.")
        issuer = read.text("SigningCertificate", "Cert", "IssuerSerial", "X509IssuerName")
        serial = read.text("SigningCertificate", "Cert", "IssuerSerial", "X509SerialNumber")
        if (issuer, serial) != (issuer_name(certificate.issuer), str(certificate.serial_number)):
            yield _wrong("SIG-EMETTEUR", f"{name} : l'émetteur annoncé n'est pas celui du certificat.")
        where = ("SignaturePolicyIdentifier", "SignaturePolicyId")
        if read.text(*where, "SigPolicyId", "Identifier") != policy.oid or (
            read.text(*where, "SigPolicyHash", "DigestValue") != policy.empreinte
        ):
            yield _wrong("SIG-POLITIQUE", f"{name} : la politique de signature n'est pas celle de la DGFiP.")
        place = [read.text("SignatureProductionPlace", part) for part in ("City", "PostalCode", "CountryName")]
        if not all(place) or not read.text("SignerRole", "ClaimedRoles", "ClaimedRole"):
            yield _wrong("SIG-QUALITE", f"{name} : le lieu ou la qualité du signataire manque.")


class _Properties:
    """Reads the signed properties of one signature by local names."""

    def __init__(self, signature: Any) -> None:
        self._root = signature.find(f"{PROPERTIES}/{SIGNED}")

    def text(self, *path: str) -> str:
        element = self._root
        for name in path:
            element = None if element is None else next((one for one in element if local_name(one) == name), None)
        return "" if element is None else "".join(element.itertext()).strip()


def _cryptography(root: Any, sheet: Any, certificate: x509.Certificate) -> Iterator[Finding]:
    """Have signxml recompute the digests and the value, then compare what it says was signed with what we read."""
    name = f"Bordereau {sheet.get('Id')}"
    domain = local_name(sheet.getparent())
    config = SignatureConfiguration(
        location=f"./{domain}/{BORDEREAU}[@Id='{sheet.get('Id')}']/",
        expect_references=2,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    try:
        results = XMLVerifier().verify(
            etree.tostring(root), x509_cert=certificate, id_attribute="Id", expect_config=config, parser=parser()
        )
    except (SignXMLException, ValueError) as error:
        yield _wrong("SIG-VALEUR", f"{name} : la signature n'est pas celle de ce contenu ({error}).")
        return
    signature = sheet.find(SIGNATURE)
    sheet.remove(signature)
    read = canonical(sheet)
    sheet.append(signature)
    covered = results[0].signed_data if isinstance(results, list) else b""
    if covered != read:
        yield _wrong("SIG-VALEUR", f"{name} : la signature couvre autre chose que ce bordereau.")


def _certificate(signature: Any) -> x509.Certificate | None:
    text = signature.findtext(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}") or ""
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, binascii.Error):
        return None


def _signing_time(signature: Any) -> datetime | None:
    try:
        return datetime.strptime(_Properties(signature).text("SigningTime"), UTC_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _sheets(root: Any) -> list[Any]:
    return [sheet for domain in root if local_name(domain) in DOMAINS for sheet in domain.iterfind(BORDEREAU)]


def _empty_documents(root: Any) -> None:
    """Leave the documents out: no signature covers them, and signxml reads the whole flow again each time."""
    for document in root.iterfind("PES_PJ/PJ/Contenu/Fichier"):
        document.text = None


def _wrong(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)
