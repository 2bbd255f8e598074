"""Does a signature say exactly what the policy wants, and nothing else?

It is compared, element by element, with the one that we would have written for the same bordereau, certificate and
instant: any other algorithm, transform, reference, key, policy or unsigned addition is a difference.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from lxml import etree

from dematfin.domain.finding import Finding
from dematfin.signature.structure import wrong
from dematfin.signature.vocabulary import ds, xad

CODES: Final = {
    "SignaturePolicyIdentifier": "SIG-POLITIQUE",
    "SigningCertificate": "SIG-CERTIFICAT",
    "SignatureProductionPlace": "SIG-QUALITE",
    "SignerRole": "SIG-QUALITE",
}
"""Parts of the signed properties that deserve a code of their own; the rest is SIG-FORME."""

FREE: Final = frozenset({ds("SignatureValue"), xad("City"), xad("PostalCode"), xad("CountryName"), xad("ClaimedRole")})
"""What differs from one signature to another: it must be there, the digests and the value vouch for it."""

NAMESPACE: Final = re.compile(r"\{[^}]*\}")
LONGEST: Final = 80


class Part(NamedTuple):
    """One element of a signature, with all that it says."""

    path: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    tail: str

    def __str__(self) -> str:
        said = [f"{name}={value}" for name, value in self.attributes]
        words = [NAMESPACE.sub("", self.path), *said, self.text, self.tail]
        return " ".join(word for word in words if word)[:LONGEST]


def check(found: Any, expected: Any, name: str) -> Iterator[Finding]:
    """Yield the first difference between a signature and the one that we would have written."""
    for part, model in zip_longest(_parts(found), _parts(expected)):
        if part != model:
            where = (model or part).path
            code = next((code for word, code in CODES.items() if word in where), "SIG-FORME")
            yield wrong(code, f"{name} : la signature dit « {part or 'rien'} » au lieu de « {model or 'rien'} ».")
            return


def _parts(signature: Any) -> Iterator[Part]:
    tree = etree.ElementTree(signature)
    for element in signature.iter():
        yield Part(
            path=tree.getelementpath(element),
            attributes=tuple(sorted(element.items())),
            text=_text(element),
            tail=element.tail or "",
        )


def _text(element: Any) -> str:
    text = element.text or ""
    return "(rempli)" if _is_free(element) and text.strip() else text


def _is_free(element: Any) -> bool:
    return element.tag in FREE or (element.tag == ds("DigestValue") and element.getparent().tag == ds("Reference"))
