"""The XAdES part of a signature: when, by whom, where, in what quality, under which policy."""

from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dematfin.signature.canonical import digest
from dematfin.signature.names import issuer_name
from dematfin.signature.settings import PolicySettings, SignatureSettings
from dematfin.signature.vocabulary import SHA256, XAD, ds, xad

UTC_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


def qualifying_properties(
    signature_id: str, certificate: x509.Certificate, at: datetime, settings: SignatureSettings
) -> Any:
    """Return the element that qualifies a signature; what is signed of it has the Id `<signature>_SP`."""
    root = etree.Element(xad("QualifyingProperties"), nsmap={"xad": XAD}, Target=f"#{signature_id}")
    signed = etree.SubElement(root, xad("SignedProperties"), Id=f"{signature_id}_SP")
    properties = etree.SubElement(signed, xad("SignedSignatureProperties"))
    _text(properties, "SigningTime", at.astimezone(UTC).strftime(UTC_FORMAT))
    _certificate(etree.SubElement(properties, xad("SigningCertificate")), certificate)
    _policy(etree.SubElement(properties, xad("SignaturePolicyIdentifier")), settings.politique)
    place = etree.SubElement(properties, xad("SignatureProductionPlace"))
    _text(place, "City", settings.ville)
    _text(place, "PostalCode", settings.code_postal)
    _text(place, "CountryName", settings.pays)
    role = etree.SubElement(properties, xad("SignerRole"))
    _text(etree.SubElement(role, xad("ClaimedRoles")), "ClaimedRole", settings.qualite)
    return root


def digested(parent: Any, value: str) -> None:
    """Add a digest and its algorithm; from XAdES 1.2.2 on they are of the XML signature namespace everywhere."""
    etree.SubElement(parent, ds("DigestMethod"), Algorithm=SHA256)
    etree.SubElement(parent, ds("DigestValue")).text = value


def _certificate(parent: Any, certificate: x509.Certificate) -> None:
    one = etree.SubElement(parent, xad("Cert"))
    digested(etree.SubElement(one, xad("CertDigest")), digest(certificate.public_bytes(Encoding.DER)))
    issuer = etree.SubElement(one, xad("IssuerSerial"))
    etree.SubElement(issuer, ds("X509IssuerName")).text = issuer_name(certificate.issuer)
    etree.SubElement(issuer, ds("X509SerialNumber")).text = str(certificate.serial_number)


def _policy(parent: Any, policy: PolicySettings) -> None:
    one = etree.SubElement(parent, xad("SignaturePolicyId"))
    identifier = etree.SubElement(one, xad("SigPolicyId"))
    _text(identifier, "Identifier", policy.oid)
    _text(identifier, "Description", policy.description)
    digested(etree.SubElement(one, xad("SigPolicyHash")), policy.empreinte)
    qualifiers = etree.SubElement(one, xad("SigPolicyQualifiers"))
    _text(etree.SubElement(qualifiers, xad("SigPolicyQualifier")), "SPURI", policy.adresse)


def _text(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, xad(name)).text = text
