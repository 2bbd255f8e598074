"""Issuer names in the one form that verifiers of PES signatures compare: the JDK's RFC 2253.

Most names are written as text; any other attribute (organizationIdentifier of the French qualified authorities,
serialNumber, email...) as `OID=#` followed by the hexadecimal DER of its value, and the order is reversed.
"""

from collections.abc import Iterator
from typing import Final

from cryptography import x509

KEYWORDS: Final = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
TEXT_TAGS: Final = frozenset({12, 19, 20, 22, 30})  # UTF8, Printable, Teletex, IA5, BMP
ESCAPED: Final = frozenset(',=+<>#;"\\')
LONG_FORM: Final = 0x80


def issuer_name(name: x509.Name) -> str:
    """Return a distinguished name as a PES signature must write it."""
    written = [
        "+".join(_attribute(attribute, raw) for attribute, raw in zip(rdn, _inside(raw_set), strict=True))
        for rdn, raw_set in zip(name.rdns, _inside(name.public_bytes()), strict=True)
    ]
    return ",".join(reversed(written))


def _attribute(attribute: x509.NameAttribute[str | bytes], raw: bytes) -> str:
    """Write one attribute; `raw` is its DER: a sequence of an OID and a value."""
    oid = attribute.oid.dotted_string
    _, value = _inside(raw)
    if oid in KEYWORDS and value[0] in TEXT_TAGS:
        text = "".join(f"\\{sign}" if sign in ESCAPED else sign for sign in str(attribute.value))
        return f"{KEYWORDS[oid]}={text}"
    return f"{oid}=#{value.hex()}"


def _inside(der: bytes) -> Iterator[bytes]:
    """Yield, whole, each element that the first element of `der` holds."""
    start, end = _content(der, 0)
    while start < end:
        stop = _content(der, start)[1]
        yield der[start:stop]
        start = stop


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends."""
    length, start = der[at + 1], at + 2
    if length & LONG_FORM:
        size = length & ~LONG_FORM
        length, start = int.from_bytes(der[start : start + size], "big"), start + size
    return start, start + length
