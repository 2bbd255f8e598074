"""Issuer names in the one form that verifiers of PES signatures compare: the JDK's RFC 2253.

Most names are written as text; any other attribute (organizationIdentifier of the French qualified authorities,
serialNumber, email...) as `OID=#` followed by the hexadecimal DER of its value, and the order is reversed.
"""

import re
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
TEXT_TAGS: Final = frozenset({12, 19, 20, 22})  # UTF8, Printable, Teletex, IA5
ESCAPED: Final = re.compile(r'[,=+<>#;"\\]|^ +| +$')
LONG_FORM: Final = 0x80


def issuer_name(name: x509.Name) -> str:
    """Return a distinguished name as a PES signature must write it."""
    return ",".join("+".join(_attribute(one) for one in rdn) for rdn in reversed(name.rdns))


def _attribute(attribute: x509.NameAttribute[str | bytes]) -> str:
    oid = attribute.oid.dotted_string
    value = _encoded(attribute)
    if oid in KEYWORDS and value[0] in TEXT_TAGS:
        return f"{KEYWORDS[oid]}={ESCAPED.sub(_escape, str(attribute.value))}"
    return f"{oid}=#{value.hex()}"


def _escape(found: re.Match[str]) -> str:
    return "".join(f"\\{sign}" for sign in found[0])


def _encoded(attribute: x509.NameAttribute[str | bytes]) -> bytes:
    """Return the DER of a value; a name is a list of sets of (OID, value) pairs."""
    (rdn,) = _inside(x509.Name([attribute]).public_bytes())
    (pair,) = _inside(rdn)
    _, value = _inside(pair)
    return value


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
