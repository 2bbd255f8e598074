"""The one form of our signatures: built once to sign, built again to judge.

XAdES-EPES 1.2.2, enveloped, two references, exclusive canonical form, RSA-SHA256, the signatory's certificate alone.
Nothing is indented: the bytes are those of the canonical form.
"""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dematfin.signature.canonical import canonical, digest
from dematfin.signature.properties import digested, qualifying_properties
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.vocabulary import C14N, DS, ENVELOPED, RSA_SHA256, SIGNATURE, SIGNED_PROPERTIES, ds, xad

PROPERTIES_PATH: Final = f"{ds('Object')}/{xad('QualifyingProperties')}/{xad('SignedProperties')}"
CERTIFICATE_PATH: Final = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
REFERENCES_PATH: Final = f"{ds('SignedInfo')}/{ds('Reference')}"
PENDING: Final = "…"


def blank(target: str, certificate: x509.Certificate, at: datetime, settings: SignatureSettings) -> Any:
    """Return the signature of the element whose Id is `target`, its two digests and its value still pending."""
    name = f"{target}_SIG_1"
    signature = etree.Element(SIGNATURE, nsmap={"ds": DS}, Id=name)
    signed_info = etree.SubElement(signature, ds("SignedInfo"))
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), Algorithm=C14N)
    etree.SubElement(signed_info, ds("SignatureMethod"), Algorithm=RSA_SHA256)
    _reference(signed_info, target, ENVELOPED, C14N)
    _reference(signed_info, f"{name}_SP", C14N).set("Type", SIGNED_PROPERTIES)
    etree.SubElement(signature, ds("SignatureValue"), Id=f"{name}_SV").text = PENDING
    data = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), ds("X509Data"))
    der = certificate.public_bytes(Encoding.DER)
    etree.SubElement(data, ds("X509Certificate")).text = base64.b64encode(der).decode("ascii")
    etree.SubElement(signature, ds("Object")).append(qualifying_properties(name, certificate, at, settings))
    return signature


def seal(signature: Any, covered: str, sign: Callable[[bytes], bytes]) -> bytes:
    """Fill a blank signature and return it in ASCII; `covered` is the digest of what it signs."""
    properties = digest(canonical(signature.find(PROPERTIES_PATH)))
    for reference, value in zip(signature.iterfind(REFERENCES_PATH), (covered, properties), strict=True):
        reference.find(ds("DigestValue")).text = value
    signed = sign(canonical(signature.find(ds("SignedInfo"))))
    signature.find(ds("SignatureValue")).text = base64.b64encode(signed).decode("ascii")
    written: bytes = etree.tostring(signature, encoding="ascii")
    return written


def _reference(signed_info: Any, target: str, *transforms: str) -> Any:
    reference = etree.SubElement(signed_info, ds("Reference"), URI=f"#{target}")
    listed = etree.SubElement(reference, ds("Transforms"))
    for algorithm in transforms:
        etree.SubElement(listed, ds("Transform"), Algorithm=algorithm)
    digested(reference, PENDING)
    return reference
