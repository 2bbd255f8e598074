"""What a signature says, once its parts are known to be all there and nothing else."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cryptography import x509
from lxml import etree

from dematfin.errors import SignatureError
from dematfin.signature.certificate import read_certificate
from dematfin.signature.form import CERTIFICATE_PATH, REFERENCES_PATH
from dematfin.signature.vocabulary import VERSIONS, ds

UTC_INSTANT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?Z")
QUANTUM: Final = 4


class Digest(NamedTuple):
    """A digest, and the algorithm that made it."""

    algorithm: str
    value: bytes


class Reference(NamedTuple):
    """What a signature covers, and how."""

    uri: str
    type: str
    transforms: tuple[str, ...]
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words of a signature.

    Attributes:
        methods: canonical form and signature algorithm.
        signed_info, properties: the two elements whose canonical form counts.
        place: city, postal code, country.
    """

    id: str
    target: str
    xades: str
    methods: tuple[str, str]
    references: tuple[Reference, ...]
    value: bytes
    signed_info: Any
    properties: Any
    certificate: x509.Certificate
    signed_at: datetime
    certificate_digest: Digest
    issuer: str
    serial: str
    policy: str
    policy_digest: Digest
    place: tuple[str, str, str]
    role: str


def read(signature: Any) -> Said:
    """Read a signature whose grammar is good; raises SignatureError for a value that is none."""
    qualifying = signature.find(f"{ds('Object')}/*")
    namespace = str(etree.QName(qualifying).namespace)
    properties = qualifying.find(f"{{{namespace}}}SignedProperties")
    find = _finder(properties, namespace)
    info = signature.find(ds("SignedInfo"))
    place = ("City", "PostalCode", "CountryName")
    return Said(
        id=signature.get("Id", ""),
        target=qualifying.get("Target", ""),
        xades=VERSIONS[namespace],
        methods=(info[0].get("Algorithm", ""), info[1].get("Algorithm", "")),
        references=tuple(_reference(one) for one in signature.iterfind(REFERENCES_PATH)),
        value=_decoded(signature.findtext(ds("SignatureValue"))),
        signed_info=info,
        properties=properties,
        certificate=read_certificate(signature.findtext(CERTIFICATE_PATH) or ""),
        signed_at=_instant(_text(find("SigningTime"))),
        certificate_digest=_digest(find("CertDigest")),
        issuer=_text(find("IssuerSerial")[0]),
        serial=_text(find("IssuerSerial")[1]),
        policy=_text(find("SigPolicyId")[0]),
        policy_digest=_digest(find("SigPolicyHash")),
        place=(_text(find(place[0])), _text(find(place[1])), _text(find(place[2]))),
        role=_text(find("ClaimedRole")),
    )


def _finder(properties: Any, namespace: str) -> Callable[[str], Any]:
    return lambda name: properties.find(f"{{{namespace}}}SignedSignatureProperties//{{{namespace}}}{name}")


def _reference(element: Any) -> Reference:
    return Reference(
        uri=element.get("URI", ""),
        type=element.get("Type", ""),
        transforms=tuple(one.get("Algorithm", "") for one in element.iterfind(f"{ds('Transforms')}/*")),
        digest=_digest(element, skip=1),
    )


def _digest(parent: Any, skip: int = 0) -> Digest:
    method, value = parent[skip:]
    return Digest(method.get("Algorithm", ""), _decoded(value.text))


def _decoded(text: str | None) -> bytes:
    """Decode base64 as tools write it: with line breaks, or without its padding."""
    compact = "".join((text or "").split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % QUANTUM), validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"la valeur « {compact[:20]} » n'est pas du base64."
        raise SignatureError(message) from error


def _instant(text: str) -> datetime:
    if UTC_INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
        except ValueError:
            pass
    message = f"la date de signature « {text} » n'est pas un instant UTC."
    raise SignatureError(message)


def _text(element: Any) -> str:
    return "" if element is None else (element.text or "").strip()
