"""Namespaces, algorithms and places of a Hélios signature: the policy allows one of each."""

from typing import Final

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XAD: Final = "http://uri.etsi.org/01903/v1.2.2#"
VERSIONS: Final = {XAD: "1.2.2", "http://uri.etsi.org/01903/v1.1.1#": "1.1.1"}
"""What may be read: 1.1.1 was used until 2018, and real flows of it were accepted."""

C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = f"{DS}enveloped-signature"
SHA1: Final = f"{DS}sha1"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGNED_PROPERTIES: Final = f"{XAD}SignedProperties"
PROPERTIES_TYPES: Final = frozenset(
    {
        "",
        SIGNED_PROPERTIES,
        "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
        "http://uri.etsi.org/01903#SignedProperties",
    }
)
"""How the reference to the signed properties may tell its type, in the signatures of others."""

BORDEREAU: Final = "Bordereau"
DOMAINS: Final = frozenset({"PES_DepenseAller", "PES_RecetteAller"})
ID_ATTRIBUTES: Final = frozenset({"Id", "ID", "id"})
XML_ID: Final = "http://www.w3.org/XML/1998/namespace id"


def ds(name: str) -> str:
    """Return the tag of an XML signature element."""
    return f"{{{DS}}}{name}"


def xad(name: str) -> str:
    """Return the tag of a XAdES element."""
    return f"{{{XAD}}}{name}"


SIGNATURE: Final = ds("Signature")
