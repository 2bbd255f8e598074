"""Signing the bordereaux of a flow: XAdES-EPES 1.2.2, enveloped, one signature each, every other byte kept.

The signature is computed on the parsed flow, then inserted as bytes before each `</Bordereau>`: nothing that the
sender wrote is written again.
"""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dematfin.domain.finding import blocking
from dematfin.errors import SignatureError
from dematfin.signature.canonical import canonical, digest_of
from dematfin.signature.certificate import Authorities
from dematfin.signature.keys import Key, open_pkcs12
from dematfin.signature.properties import base64_sha256, digest, qualifying_properties
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.vocabulary import (
    BORDEREAU,
    C14N,
    DOMAINS,
    DS,
    ENVELOPED,
    ID_ATTRIBUTES,
    RSA_SHA256,
    SIGNATURE,
    SIGNED_PROPERTIES,
    ds,
)
from dematfin.support.xml import local_name, parse_file

END_TAG: Final = re.compile(rb"</Bordereau\s*>")


class XadesSigner:
    """Implements ports.signature.Signer with the PKCS#12 file of the configuration."""

    def __init__(self, settings: SignatureSettings, authorities: Authorities, password: Callable[[], str]) -> None:
        """Prepare to sign; `password` is asked for at each signature and not kept."""
        self._settings = settings
        self._authorities = authorities
        self._password = password

    def sign(self, flow: Path, target: Path, at: datetime) -> None:
        """Write the flow with each bordereau signed, whole or not at all.

        Raises:
            SignatureError: the flow cannot be signed, or the certificate may not sign it.
            ConfigError: the key file is unreadable.
        """
        sheets = list(_to_sign(parse_file(flow, f"Flux {flow.name}")))
        key = open_pkcs12(self._settings.pkcs12, self._password())
        if wrong := blocking(self._authorities.judge(key.certificate, at, key.authorities)):
            raise SignatureError(" ".join(finding.sentence for finding in wrong))
        signatures = [_signature(sheet, key, at, self._settings) for sheet in sheets]
        _insert(flow, target, signatures)


def _to_sign(tree: Any) -> Iterator[Any]:
    """Yield the bordereaux of a flow that nobody has signed, each with an Id of its own."""
    root = tree.getroot()
    if next(root.iter(SIGNATURE), None) is not None:
        message = "Ce flux porte déjà une signature : il ne se signe pas deux fois."
        raise SignatureError(message)
    if any(not local_name(element) for element in root.iter()):
        message = "Ce flux contient un commentaire ou une instruction XML, que la signature ne couvrirait pas."
        raise SignatureError(message)
    ids = [value for element in root.iter() for name, value in element.attrib.items() if name in ID_ATTRIBUTES]
    if len(ids) != len(set(ids)):
        message = "Deux éléments du flux portent le même identifiant : la signature serait ambiguë."
        raise SignatureError(message)
    sheets = [sheet for domain in root if local_name(domain) in DOMAINS for sheet in domain.iterfind(BORDEREAU)]
    if not sheets or any(not sheet.get("Id") for sheet in sheets):
        message = "Le flux n'a pas de bordereau, ou un bordereau sans attribut Id : signature impossible."
        raise SignatureError(message)
    yield from sheets


def _signature(sheet: Any, key: Key, at: datetime, settings: SignatureSettings) -> bytes:
    """Return the signature of one bordereau, in ASCII, whatever the encoding of the flow."""
    target = sheet.get("Id")
    signature_id = f"{target}_SIG_1"
    signature = etree.Element(SIGNATURE, nsmap={"ds": DS}, Id=signature_id)
    signed_info = etree.SubElement(signature, ds("SignedInfo"))
    value = etree.SubElement(signature, ds("SignatureValue"), Id=f"{signature_id}_SV")
    data = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), ds("X509Data"))
    der = key.certificate.public_bytes(Encoding.DER)
    etree.SubElement(data, ds("X509Certificate")).text = base64.b64encode(der).decode("ascii")
    qualifying = qualifying_properties(signature_id, key.certificate, at, settings)
    etree.SubElement(signature, ds("Object")).append(qualifying)
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), Algorithm=C14N)
    etree.SubElement(signed_info, ds("SignatureMethod"), Algorithm=RSA_SHA256)
    _reference(signed_info, target, digest_of(sheet), ENVELOPED, C14N)
    properties = _reference(signed_info, f"{signature_id}_SP", base64_sha256(canonical(qualifying[0])), C14N)
    properties.set("Type", SIGNED_PROPERTIES)
    value.text = base64.b64encode(key.sign(canonical(signed_info))).decode("ascii")
    written: bytes = etree.tostring(signature, encoding="ascii")
    return written


def _reference(signed_info: Any, target: str, value: str, *transforms: str) -> Any:
    reference = etree.SubElement(signed_info, ds("Reference"), URI=f"#{target}")
    listed = etree.SubElement(reference, ds("Transforms"))
    for algorithm in transforms:
        etree.SubElement(listed, ds("Transform"), Algorithm=algorithm)
    digest(reference, value)
    return reference


def _insert(flow: Path, target: Path, signatures: list[bytes]) -> None:
    """Copy a flow, putting each signature last in its bordereau."""
    data = flow.read_bytes()
    ends = [found.start() for found in END_TAG.finditer(data)]
    if len(ends) != len(signatures):
        message = "Le texte du flux contient une fin de bordereau inattendue : signature impossible."
        raise SignatureError(message)
    done = 0
    with target.open("wb") as sink:
        for end, signature in zip(ends, signatures, strict=True):
            sink.write(memoryview(data)[done:end])
            sink.write(signature)
            done = end
        sink.write(memoryview(data)[done:])
