"""How the people of a simulated i-Parapheur sign a PES: a XAdES 1.2.2 signature in each bordereau, by hand.

Written from the policy of Hélios alone, so that nothing of the product judges itself. The rest of the file
keeps its bytes.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from dematfin.sandbox.pki import Identity

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XAD: Final = "http://uri.etsi.org/01903/v1.2.2#"
C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
POLICY: Final = "urn:oid:1.2.250.1.131.1.5.18.21.1.7"
POLICY_NAME: Final = "Politique de signature Helios de la DGFiP"
POLICY_HASH: Final = "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E="
POLICY_AT: Final = (
    "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/dematerialisation/ps_helios_dgfip.pdf"
)
SHORT: Final = {"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU"}
END: Final = b"</Bordereau>"
UTF8_STRING: Final = 12


def opened(pem: bytes) -> Identity:
    """Return the identity that a PEM file holds, its key in clear."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(key)
    return Identity(certificate=x509.load_pem_x509_certificate(pem), key=key)


def sign(flow: bytes, who: Identity, at: datetime) -> bytes:
    """Return a flow with a signature at the end of each bordereau."""
    root = etree.fromstring(flow, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    *pieces, rest = flow.split(END)
    sheets = list(root.iter("Bordereau"))
    signed = (
        piece + _signature(sheet.get("Id"), _canonical(sheet), who, at) + END
        for piece, sheet in zip(pieces, sheets, strict=True)
    )
    return b"".join((*signed, rest))


def _signature(target: str, covered: bytes, who: Identity, at: datetime) -> bytes:
    name = f"{target}_SIG_1"
    der = who.certificate.public_bytes(serialization.Encoding.DER)
    properties = _canonical(_properties(name, der, who.certificate, at))
    info = _parsed(
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        + _reference(f'URI="#{target}"', f"{DS}enveloped-signature", covered)
        + _reference(f'URI="#{name}_SP" Type="{XAD}SignedProperties"', "", properties)
        + "</ds:SignedInfo>"
    )
    value = base64.b64encode(who.key.sign(_canonical(info), padding.PKCS1v15(), hashes.SHA256())).decode()
    whole = (
        f'<ds:Signature xmlns:ds="{DS}" Id="{name}">{_canonical(info).decode()}'
        f'<ds:SignatureValue Id="{name}_SV">{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{base64.b64encode(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xad:QualifyingProperties xmlns:xad="{XAD}" Target="#{name}">{properties.decode()}'
        "</xad:QualifyingProperties></ds:Object></ds:Signature>"
    )
    return bytes(etree.tostring(_parsed(whole), encoding="ascii"))


def _reference(about: str, first: str, covered: bytes) -> str:
    algorithms = [one for one in (first, C14N) if one]
    transforms = "".join(f'<ds:Transform Algorithm="{one}"/>' for one in algorithms)
    return f"<ds:Reference {about}><ds:Transforms>{transforms}</ds:Transforms>{_digest(covered)}</ds:Reference>"


def _digest(data: bytes) -> str:
    value = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{value}</ds:DigestValue>'


def _properties(name: str, der: bytes, certificate: x509.Certificate, at: datetime) -> Any:
    policy_digest = f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{POLICY_HASH}</ds:DigestValue>'
    return _parsed(
        f'<xad:SignedProperties xmlns:xad="{XAD}" xmlns:ds="{DS}" Id="{name}_SP"><xad:SignedSignatureProperties>'
        f"<xad:SigningTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xad:SigningTime>"
        f"<xad:SigningCertificate><xad:Cert><xad:CertDigest>{_digest(der)}</xad:CertDigest><xad:IssuerSerial>"
        f"<ds:X509IssuerName>{_issuer(certificate.issuer)}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber>{certificate.serial_number}</ds:X509SerialNumber>"
        "</xad:IssuerSerial></xad:Cert></xad:SigningCertificate>"
        f"<xad:SignaturePolicyIdentifier><xad:SignaturePolicyId><xad:SigPolicyId><xad:Identifier>{POLICY}"
        f"</xad:Identifier><xad:Description>{POLICY_NAME}</xad:Description></xad:SigPolicyId>"
        f"<xad:SigPolicyHash>{policy_digest}</xad:SigPolicyHash><xad:SigPolicyQualifiers><xad:SigPolicyQualifier>"
        f"<xad:SPURI>{POLICY_AT}</xad:SPURI></xad:SigPolicyQualifier></xad:SigPolicyQualifiers></xad:SignaturePolicyId>"
        "</xad:SignaturePolicyIdentifier><xad:SignatureProductionPlace><xad:City>Valbrume</xad:City>"
        "<xad:PostalCode>99042</xad:PostalCode><xad:CountryName>France</xad:CountryName></xad:SignatureProductionPlace>"
        "<xad:SignerRole><xad:ClaimedRoles><xad:ClaimedRole>Maire</xad:ClaimedRole></xad:ClaimedRoles></xad:SignerRole>"
        "</xad:SignedSignatureProperties></xad:SignedProperties>"
    )


def _issuer(name: x509.Name) -> str:
    """Return an issuer as verifiers compare it: last part first, what has no short name in hexadecimal DER."""
    return ",".join(_part(one) for one in reversed(list(name)))


def _part(one: x509.NameAttribute[Any]) -> str:
    oid, value = one.oid.dotted_string, str(one.value).encode()
    if oid in SHORT:
        return f"{SHORT[oid]}={one.value}"
    return f"{oid}=#{bytes((UTF8_STRING, len(value), *value)).hex()}"


def _parsed(text: str) -> Any:
    return etree.fromstring(text)


def _canonical(element: Any) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False))
