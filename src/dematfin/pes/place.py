"""Where in a flow a problem is, as a person finds it: the bordereau, the mandat, the supplier, the document."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.money import ZERO
from dematfin.support.xml import local_name

TRUE: Final = frozenset({"1", "true"})
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
NAMES: Final = {"Bordereau": "BlocBordereau/IdBord", "Piece": "BlocPiece/InfoPce/IdPce", "PJ": "NomPJ"}


def problem(element: Any, code: str, sentence: str, remedy: str, severity: Severity = Severity.BLOCKING) -> Finding:
    """Tell a problem of an element; the sentence goes on after its place."""
    around = {local_name(one): one for one in (element, *element.iterancestors())}
    piece, line = around.get("Piece"), around.get("LigneDePiece")
    supplier = _supplier(line if line is not None else piece)
    place = _place(around, supplier)
    sentence = sentence.rstrip(".") + "."
    return Finding(
        code=code,
        severity=severity,
        sentence=f"{place} : {sentence}" if place else sentence[:1].upper() + sentence[1:],
        mandat="" if piece is None else value(piece, NAMES["Piece"]),
        supplier=supplier,
        element=path_of(element),
        remedy=remedy,
    )


def warning(element: Any, code: str, sentence: str, remedy: str) -> Finding:
    """Tell what a person should look at, and that stops nothing."""
    return problem(element, code, sentence, remedy, Severity.WARNING)


def path_of(element: Any) -> str:
    """Return the path of an element by its names, numbered where it has twins."""
    steps = []
    for one in (element, *element.iterancestors()):
        parent = one.getparent()
        ranks = {} if parent is None else ranks_in(parent)[one.tag]
        number = f"[{ranks[one]}]" if len(ranks) > 1 else ""
        steps.append(local_name(one) + number)
    return "/".join(reversed(steps))


@lru_cache(maxsize=64)
def ranks_in(parent: Any) -> dict[str, dict[Any, int]]:
    """Return the rank of each child among its twins, worked out once: a bordereau may have thousands of mandats."""
    ranks: dict[str, dict[Any, int]] = defaultdict(dict)
    for child in parent:
        ranks[child.tag][child] = len(ranks[child.tag]) + 1
    return ranks


def value(element: Any, path: str) -> str:
    """Return the value at a path, or an empty text."""
    found = element.find(path)
    return "" if found is None else (found.get("V") or "").strip()


def yes(element: Any, path: str) -> bool:
    """Return a boolean."""
    return value(element, path) in TRUE


def number(element: Any, path: str) -> Decimal:
    """Return a number, 0 when there is none."""
    try:
        found = Decimal(value(element, path) or "0")
    except InvalidOperation:
        return ZERO
    return found if found.is_finite() else ZERO


def _place(around: dict[str, Any], supplier: str) -> str:
    if "Piece" in around:
        who = f" ({supplier})" if supplier else ""
        return f"Mandat n° {_name(around['Piece'], 'Piece')}{who}"
    if "Bordereau" in around:
        return f"Bordereau n° {_name(around['Bordereau'], 'Bordereau')}"
    if "PJ" in around:
        return f"Pièce jointe « {_name(around['PJ'], 'PJ')} »"
    return ""


def _name(element: Any, kind: str) -> str:
    return value(element, NAMES[kind]) or "sans numéro"


def _supplier(holder: Any) -> str:
    if holder is None:
        return ""
    found = holder.find(".//Tiers/InfoTiers")
    return "" if found is None else " ".join(filter(None, (value(found, "Prenom"), value(found, "Nom"))))
