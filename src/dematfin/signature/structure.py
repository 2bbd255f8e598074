"""The shape that a signed flow must have: checked before any cryptography, against wrapping and forged parts.

Every signature is the last child of what it signs, alone; it refers to its own parent and to its own properties, by
the two exact forms of the policy, and to nothing else; every bordereau has one.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding, Severity
from dematfin.signature.vocabulary import (
    BORDEREAU,
    C14N,
    DOMAINS,
    ENVELOPED,
    ID_ATTRIBUTES,
    RSA_SHA256,
    SHA256,
    SIGNATURE,
    SIGNED_PROPERTIES,
    ds,
    xad,
)
from dematfin.support.xml import local_name

TWO: Final = 2


def check(root: Any) -> Iterator[Finding]:
    """Yield what is wrong with the shape of a signed flow."""
    yield from _whole(root)
    sheets = [sheet for domain in root if local_name(domain) in DOMAINS for sheet in domain.iterfind(BORDEREAU)]
    strays = [one for one in root.iter(f"{{*}}{BORDEREAU}") if one not in sheets]
    if strays:
        yield _wrong("SIG-PLACE", "Un bordereau est caché ailleurs qu'à sa place.")
    for signature in root.iter(SIGNATURE):
        if signature.getparent() not in sheets:
            yield _wrong("SIG-PLACE", "Une signature n'est pas à sa place dans un bordereau.")
    for sheet in sheets:
        yield from _sheet(sheet)


def _whole(root: Any) -> Iterator[Finding]:
    if any(not local_name(element) for element in root.iter()):
        yield _wrong("SIG-COMMENTAIRE", "Le flux contient un commentaire ou une instruction, que rien ne protège.")
    ids = Counter(value for one in root.iter() for name, value in one.attrib.items() if name in ID_ATTRIBUTES)
    for name, count in ids.items():
        if count > 1:
            yield _wrong("SIG-ID", f"L'identifiant « {name} » est donné {count} fois.")


def _sheet(sheet: Any) -> Iterator[Finding]:
    name = f"Bordereau {sheet.get('Id', 'sans Id')}"
    signatures = sheet.findall(SIGNATURE)
    if len(signatures) != 1:
        yield _wrong("SIG-COUVERTURE", f"{name} : {len(signatures)} signature, il en faut exactement une.")
        return
    signature = signatures[0]
    if signature.getnext() is not None or not signature.get("Id"):
        yield _wrong("SIG-PLACE", f"{name} : la signature n'est pas le dernier élément, ou n'a pas d'Id.")
    yield from (_wrong("SIG-FORME", f"{name} : {reason}.") for reason in _shape(signature, sheet))


def _shape(signature: Any, sheet: Any) -> Iterator[str]:
    signed_info = signature.find(ds("SignedInfo"))
    if signed_info is None or [one.tag for one in signature] != [
        ds("SignedInfo"),
        ds("SignatureValue"),
        ds("KeyInfo"),
        ds("Object"),
    ]:
        yield "la signature n'a pas ses quatre parties, et elles seules"
        return
    if _algorithm(signed_info, "CanonicalizationMethod") != C14N:
        yield "la forme canonique n'est pas celle de la politique"
    if _algorithm(signed_info, "SignatureMethod") != RSA_SHA256:
        yield "l'algorithme de signature n'est pas RSA-SHA256"
    certificates = signature.findall(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    if len(certificates) != 1 or len(list(signature.find(ds("KeyInfo")).iter())) != TWO + 1:
        yield "elle doit porter un certificat, et rien d'autre"
    properties = signature.findall(f"{ds('Object')}/{xad('QualifyingProperties')}/{xad('SignedProperties')}")
    if len(properties) != 1 or len(signature.find(ds("Object"))) != 1 or len(properties[0].getparent()) != 1:
        yield "elle doit porter des propriétés signées, une seule fois, et rien d'autre"
        return
    if properties[0].getparent().get("Target") != f"#{signature.get('Id')}":
        yield "ses propriétés visent une autre signature"
    yield from _references(signed_info, sheet.get("Id"), properties[0].get("Id"))


def _references(signed_info: Any, target: str | None, properties: str | None) -> Iterator[str]:
    references = signed_info.findall(ds("Reference"))
    expected = [(f"#{target}", [ENVELOPED, C14N]), (f"#{properties}", [C14N])]
    if [(one.get("URI"), _transforms(one)) for one in references] != expected:
        yield "elle ne désigne pas exactement son bordereau et ses propriétés"
    elif references[1].get("Type") != SIGNED_PROPERTIES:
        yield "le type de sa seconde référence n'est pas celui de XAdES 1.2.2"
    if any(_algorithm(one, "DigestMethod") != SHA256 for one in references):
        yield "une empreinte n'est pas SHA-256"


def _transforms(reference: Any) -> list[str | None]:
    """Return the algorithms of the transforms; one that has parameters is no longer the plain one."""
    found = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    return [None if len(one) else one.get("Algorithm") for one in found]


def _algorithm(parent: Any, name: str) -> str | None:
    found = parent.find(ds(name))
    algorithm: str | None = None if found is None or len(found) else found.get("Algorithm")
    return algorithm


def _wrong(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)
