"""The gate's check of the bordereaux' signatures: value, digests, chain to a recognised authority, usage."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.x509 import verification
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import SignXMLException

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"


def certificate_of(signature: Any) -> x509.Certificate:
    """Return the certificate that a signature carries, or raise ValueError."""
    text = signature.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate") or ""
    return x509.load_der_x509_certificate(base64.b64decode("".join(text.split())))


def holds(root: Any, signature: Any, certificate: x509.Certificate) -> bool:
    """Say whether a signature is that of the element in which it stands, by the key of a certificate."""
    signed = signature.getparent()
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    if reference is None or reference.get("URI") != f"#{signed.get('Id', '')}":
        return False
    config = SignatureConfiguration(location=_location(root, signed), expect_references=2)
    try:
        XMLVerifier().verify(etree.tostring(root), x509_cert=certificate, id_attribute="Id", expect_config=config)
    except (SignXMLException, etree.LxmlError, ValueError):
        return False
    return True


def _location(root: Any, signed: Any) -> str:
    path = root.getroottree().getelementpath(signed)
    return "./" if path == "." else f"./{path}/"


class SignatureGate:
    """Knows the recognised authorities."""

    def __init__(self, authorities: tuple[Path, ...]) -> None:
        known = [one for path in authorities for one in x509.load_pem_x509_certificates(path.read_bytes())]
        self._roots = [one for one in known if one.issuer == one.subject]
        self._others = [one for one in known if one.issuer != one.subject]

    def refusal(self, root: Any, sheet: Any) -> tuple[str, str]:
        """Return the code and the text of what is wrong with the signature of a bordereau, or two empty texts; that of
        the whole flow is the signature of each."""
        signature = sheet.find(f"{DS}Signature")
        if signature is None:
            signature = root.find(f"{DS}Signature")
        if signature is None or not signature.get("Id"):
            return "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE", "Signature du bordereau absente"
        try:
            certificate = certificate_of(signature)
            signed_at = datetime.fromisoformat(signature.findtext(".//{*}SigningTime") or "").astimezone(UTC)
        except (ValueError, OverflowError):
            return "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE", "Signature du bordereau illisible"
        if not self._recognised(certificate, signed_at):
            return "ERREUR_CERTIFICAT", "Certificat du signataire non reconnu"
        if not holds(root, signature, certificate):
            return "ERREUR_SIGNATURE_BORDEREAU_INVALIDE", "Signature du bordereau invalide"
        return "", ""

    def _recognised(self, certificate: x509.Certificate, at: datetime) -> bool:
        try:
            usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
            verifier = (
                verification.PolicyBuilder()
                .store(verification.Store(self._roots))
                .time(at)
                .extension_policies(
                    ee_policy=verification.ExtensionPolicy.permit_all(),
                    ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
                )
                .build_client_verifier()
            )
            verifier.verify(certificate, self._others)
        except (x509.ExtensionNotFound, verification.VerificationError):
            return False
        return usage.content_commitment
