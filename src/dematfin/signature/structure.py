"""Where bordereaux and signatures must stand in a flow: checked before any cryptography, against wrapping.

Either the whole flow has one signature, its last child, or every bordereau has one, its last child; never both. There
is no other bordereau and no other signature.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from dematfin.domain.finding import Finding, Severity
from dematfin.ports.signature import Scope
from dematfin.signature.vocabulary import BORDEREAU, DOMAINS, SIGNATURE

PAPERLESS: Final = frozenset({"1", "true"})


class Signed(NamedTuple):
    """An element with its one signature."""

    element: Any
    signature: Any
    scope: Scope

    @property
    def name(self) -> str:
        """How a person is told of it."""
        return "Le flux entier" if self.scope is Scope.FLOW else _named(self.element)


def bordereaux(root: Any) -> list[Any]:
    """Return the bordereaux that stand in their place, in the order of the flow."""
    return [sheet for domain in root if domain.tag in DOMAINS for sheet in domain.iterfind(BORDEREAU)]


def signed(root: Any) -> list[Signed]:
    """Return what is signed in a flow where everything is in its place."""
    if root.find(SIGNATURE) is not None:
        return [Signed(root, root.find(SIGNATURE), Scope.FLOW)]
    return [Signed(sheet, sheet.find(SIGNATURE), Scope.BORDEREAU) for sheet in bordereaux(root)]


def is_paperless(sheet: Any) -> bool:
    """Say whether the domain of a bordereau tells that it is signed (InfoDematerialisee)."""
    declared = sheet.getparent().find("*/InfoDematerialisee")
    return declared is not None and declared.get("V") in PAPERLESS


def check(root: Any) -> Iterator[Finding]:
    """Yield what is out of place in a signed flow."""
    sheets = bordereaux(root)
    if not sheets:
        yield wrong("SIG-COUVERTURE", "Le flux n'a pas de bordereau : il n'y a rien à vérifier.")
    if any(one not in sheets for one in root.iter(f"{{*}}{BORDEREAU}")):
        yield wrong("SIG-PLACE", "Un bordereau est caché ailleurs qu'à sa place : n'utilisez pas ce fichier.")
    holders = [one.getparent() for one in root.iter(SIGNATURE)]
    if any(one is not root and one not in sheets for one in holders):
        yield wrong(
            "SIG-PLACE",
            "Une signature est ailleurs que dans un bordereau ou à la fin du flux : elle ne couvre pas ce qu'elle dit.",
        )
    if root in holders:
        yield from _whole(root, sheets)
    else:
        yield from (finding for sheet in sheets for finding in _alone(sheet, _named(sheet)))
    if holders and any(not is_paperless(sheet) for sheet in sheets):
        yield wrong(
            "SIG-DEMAT",
            "Le flux est signé mais ne se dit pas dématérialisé (InfoDematerialisee) : Hélios le rejetterait. "
            "Reconstruisez-le, puis faites-le signer.",
        )


def wrong(code: str, sentence: str) -> Finding:
    """Return a finding that stops a flow."""
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)


def remark(code: str, sentence: str) -> Finding:
    """Return a finding that a person should look at."""
    return Finding(code=code, severity=Severity.WARNING, sentence=sentence)


def _named(sheet: Any) -> str:
    return f"Bordereau {sheet.get('Id') or 'sans identifiant'}"


def _whole(root: Any, sheets: list[Any]) -> Iterator[Finding]:
    if any(sheet.find(SIGNATURE) is not None for sheet in sheets):
        yield wrong(
            "SIG-PLACE", "Le flux est signé à deux niveaux, en entier et par bordereau : la politique l'interdit."
        )
    yield from _alone(root, "Le flux entier")


def _alone(element: Any, name: str) -> Iterator[Finding]:
    """Judge the signature of an element: one, and nothing after it."""
    found = element.findall(SIGNATURE)
    if not element.get("Id"):
        yield wrong("SIG-ID", f"{name} : pas d'attribut Id, aucune signature ne peut le désigner.")
    if not found:
        yield wrong("SIG-COUVERTURE", f"{name} : il n'est pas signé. Faites-le signer avant tout envoi.")
    elif len(found) > 1:
        yield wrong("SIG-COUVERTURE", f"{name} : il porte {len(found)} signatures, une seule est permise.")
    elif found[0].getnext() is not None or found[0].tail:
        yield wrong("SIG-PLACE", f"{name} : sa signature n'en est pas le dernier élément.")
