"""Where bordereaux and signatures must stand in a flow: checked before any cryptography, against wrapping.

Every bordereau in its place has one signature, its last child; there is no other bordereau and no other signature.
"""

from collections.abc import Iterator
from typing import Any

from dematfin.domain.finding import Finding, Severity
from dematfin.signature.vocabulary import BORDEREAU, DOMAINS, SIGNATURE


def bordereaux(root: Any) -> list[Any]:
    """Return the bordereaux that stand in their place, in the order of the flow."""
    return [sheet for domain in root if domain.tag in DOMAINS for sheet in domain.iterfind(BORDEREAU)]


def signature_of(sheet: Any) -> Any:
    """Return the signature of a bordereau, or None unless it has exactly one, in its place."""
    found = sheet.findall(SIGNATURE)
    alone = len(found) == 1 and found[0].getnext() is None and not found[0].tail
    return found[0] if alone else None


def check(root: Any) -> Iterator[Finding]:
    """Yield what is out of place in a signed flow."""
    sheets = bordereaux(root)
    if not sheets:
        yield wrong("SIG-COUVERTURE", "Le flux n'a pas de bordereau : il n'y a rien à vérifier.")
    if any(one not in sheets for one in root.iter(f"{{*}}{BORDEREAU}")):
        yield wrong("SIG-PLACE", "Un bordereau est caché ailleurs qu'à sa place.")
    if any(one.getparent() not in sheets for one in root.iter(SIGNATURE)):
        yield wrong(
            "SIG-PLACE", "Une signature est ailleurs que dans un bordereau : elle ne couvre pas ce qu'elle dit."
        )
    for sheet in sheets:
        yield from _covered(sheet)


def wrong(code: str, sentence: str) -> Finding:
    """Return a finding that stops a flow."""
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)


def _covered(sheet: Any) -> Iterator[Finding]:
    name = sheet.get("Id")
    if not name:
        yield wrong("SIG-ID", "Un bordereau n'a pas d'attribut Id : aucune signature ne peut le désigner.")
    count = len(sheet.findall(SIGNATURE))
    if not count:
        yield wrong("SIG-COUVERTURE", f"Bordereau {name} : il n'est pas signé.")
    elif count > 1:
        yield wrong("SIG-COUVERTURE", f"Bordereau {name} : il porte {count} signatures, une seule est permise.")
    elif signature_of(sheet) is None:
        yield wrong("SIG-PLACE", f"Bordereau {name} : sa signature n'en est pas le dernier élément.")
