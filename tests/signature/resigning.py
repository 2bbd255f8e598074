"""Changing a signature and signing it again for real, as another tool, or a forger who holds a good key, would."""

import base64
import hashlib
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from dematfin.sandbox import pki
from signature.town import DS

C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
DECLARATION: Final = b'<?xml version="1.0" encoding="ISO-8859-1"?>'


def sign_again(signature: Any, who: pki.Identity) -> None:
    properties = signature.find(".//{*}SignedProperties")
    second = signature.findall(f"{DS}SignedInfo/{DS}Reference/{DS}DigestValue")[-1]
    second.text = base64.b64encode(hashlib.sha256(canonical(properties)).digest()).decode()
    value = who.key.sign(canonical(signature.find(f"{DS}SignedInfo")), padding.PKCS1v15(), hashes.SHA256())
    signature.find(f"{DS}SignatureValue").text = base64.b64encode(value).decode()


def canonical(element: Any) -> bytes:
    form: bytes = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    return form


def certificate_text(who: pki.Identity) -> str:
    return base64.b64encode(who.certificate.public_bytes(serialization.Encoding.DER)).decode()
