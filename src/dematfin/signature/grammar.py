"""What may be in a signature, element by element; whatever is not named here is refused.

The one form that we write is among those allowed, with what other tools are known to add or to spell otherwise: XAdES
1.1.1, digests in the XAdES namespace, attributes Id, line breaks in values.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from dematfin.domain.finding import Finding
from dematfin.signature.structure import remark, wrong
from dematfin.signature.vocabulary import DS, VERSIONS, XAD

DIGESTED: Final = "(ds:DigestMethod ds:DigestValue|xad:DigestMethod xad:DigestValue)"
DIGESTED_BEFORE: Final = re.compile("xad:DigestMethod xad:DigestValue")
"""XAdES 1.1.1 is in the official schemas, which accept no other."""
CHILDREN: Final = {
    name: re.compile(inside)
    for name, inside in {
        "ds:Signature": "ds:SignedInfo ds:SignatureValue ds:KeyInfo ds:Object",
        "ds:SignedInfo": "ds:CanonicalizationMethod ds:SignatureMethod ds:Reference ds:Reference",
        "ds:Reference": "ds:Transforms ds:DigestMethod ds:DigestValue",
        "ds:Transforms": "ds:Transform( ds:Transform)?",
        "ds:KeyInfo": "(ds:KeyValue )?ds:X509Data",
        "ds:KeyValue": "ds:RSAKeyValue",
        "ds:RSAKeyValue": "ds:Modulus ds:Exponent",
        "ds:X509Data": "(ds:X509SubjectName )?(ds:X509IssuerSerial )?(ds:X509SubjectName )?ds:X509Certificate"
        "( ds:X509Certificate)*",
        "ds:X509IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
        "ds:Object": "xad:QualifyingProperties",
        "xad:QualifyingProperties": "xad:SignedProperties",
        "xad:SignedProperties": "xad:SignedSignatureProperties( xad:SignedDataObjectProperties)?",
        "xad:SignedSignatureProperties": "xad:SigningTime xad:SigningCertificate xad:SignaturePolicyIdentifier"
        "( xad:SignatureProductionPlace)?( xad:SignerRole)?",
        "xad:SigningCertificate": "xad:Cert",
        "xad:Cert": "xad:CertDigest xad:IssuerSerial",
        "xad:CertDigest": DIGESTED,
        "xad:IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
        "xad:SignaturePolicyIdentifier": "xad:SignaturePolicyId",
        "xad:SignaturePolicyId": "xad:SigPolicyId xad:SigPolicyHash( xad:SigPolicyQualifiers)?",
        "xad:SigPolicyId": "xad:Identifier( xad:Description)?",
        "xad:SigPolicyHash": DIGESTED,
        "xad:SigPolicyQualifiers": "xad:SigPolicyQualifier",
        "xad:SigPolicyQualifier": "xad:SPURI",
        "xad:SignatureProductionPlace": "(xad:City)?( ?xad:StateOrProvince)?( ?xad:PostalCode)?( ?xad:CountryName)?",
        "xad:SignerRole": "xad:ClaimedRoles",
        "xad:ClaimedRoles": "xad:ClaimedRole",
        "xad:SignedDataObjectProperties": "xad:DataObjectFormat",
        "xad:DataObjectFormat": "(xad:Description)?( ?xad:ObjectIdentifier)?( ?xad:MimeType)?( ?xad:Encoding)?",
        "xad:ObjectIdentifier": "xad:Identifier( xad:Description)?",
    }.items()
}
"""The children of each element; one that is not named has none."""

ATTRIBUTES: Final = frozenset({"Id", "URI", "Type", "Algorithm", "Target", "Qualifier", "ObjectReference", "Encoding"})
NONE: Final = re.compile("")
DIGESTS: Final = frozenset({"xad:CertDigest", "xad:SigPolicyHash"})
BARE_KEY: Final = "ds:KeyValue"


def check(signature: Any, name: str) -> Iterator[Finding]:
    """Yield the first part of a signature that should not be there, or that lacks."""
    namespace = _properties_namespace(signature)
    if namespace not in VERSIONS:
        yield wrong("SIG-FORME", f"{name} : ce n'est pas une signature XAdES 1.2.2, ni 1.1.1 : Hélios la refuserait.")
        return
    prefixes = {DS: "ds", namespace: "xad"}
    for element in signature.iter():
        own, inside = _token(element, prefixes), " ".join(_token(child, prefixes) for child in element)
        allowed = DIGESTED_BEFORE if own in DIGESTS and namespace != XAD else CHILDREN.get(own, NONE)
        if not allowed.fullmatch(inside) or _is_mixed(element) or not {*element.keys()} <= ATTRIBUTES:
            said = own.partition(":")[2]
            yield wrong(
                "SIG-FORME",
                f"{name} : dans la signature, « {said} » contient ce qu'il ne devrait pas, ou il y manque quelque "
                "chose. Faites signer de nouveau.",
            )
            return
        if own == BARE_KEY:
            yield remark("SIG-FORME", f"{name} : une clé nue accompagne le certificat. Elle est ignorée.")


def _properties_namespace(signature: Any) -> str:
    """Return the namespace of the properties, which tells the version of XAdES."""
    for found in signature.iter("{*}QualifyingProperties"):
        return str(etree.QName(found).namespace)
    return ""


def _token(element: Any, prefixes: dict[str, str]) -> str:
    if not isinstance(element.tag, str):
        return "?:?"
    name = etree.QName(element)
    return f"{prefixes.get(name.namespace or '', '?')}:{name.localname}"


def _is_mixed(element: Any) -> bool:
    """Say whether there is a text where only elements should be."""
    texts = [child.tail for child in element] + ([element.text] if len(element) else [])
    return any(text and text.strip() for text in texts)
