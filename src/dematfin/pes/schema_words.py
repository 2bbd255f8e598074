"""What a schema refuses, told to a person: which mandat, which element, what is wrong, what to do.

The engine speaks English and of facets; its codes and the figures in its messages are enough to say it in French.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from dematfin.domain.finding import Finding
from dematfin.pes.place import path_of, problem
from dematfin.support.xml import local_name

CODE: Final = "PES-XSD"
MOST: Final = 20
LONGEST_SHOWN: Final = 60
NATURES: Final = (
    ("Num", "un nombre entier plus grand que zéro"),
    ("entier", "un nombre entier plus grand que zéro"),
    ("Montant", "un montant, avec un point et deux décimales au plus"),
    ("montant", "un montant, avec un point et deux décimales au plus"),
    ("Taux", "un taux, avec un point et deux décimales au plus"),
    ("taux", "un taux, avec un point et deux décimales au plus"),
    ("Annee", "une année de quatre chiffres"),
    ("annee", "une année de quatre chiffres"),
    ("Date", "une date AAAA-MM-JJ"),
    ("date", "une date AAAA-MM-JJ"),
    ("Booleen", "0 ou 1"),
    ("ouinon", "0 ou 1"),
    ("xs:decimal", "un nombre, avec un point"),
    ("xs:boolean", "0 ou 1"),
    ("xs:gYear", "une année de quatre chiffres"),
    ("xs:ID", "un identifiant unique, qui commence par une lettre"),
    ("xs:base64Binary", "du base64"),
)
"""What a type is for a person, by a word of its name."""

Said = tuple[str, str]
"""What is wrong, and the remedy."""


def told(tree: Any, log: Any, judge: str) -> tuple[Finding, ...]:
    """Return the refusals of a schema; one a place, the first: the next ones say the same otherwise."""
    found: dict[tuple[str, str], Finding] = {}
    for entry in log:
        element = _element(tree, entry.path)
        attribute = re.search(r"attribute '([^']*)'", entry.message)
        key = (entry.path or "", attribute[1] if attribute else entry.type_name)
        if key in found:
            continue
        if len(found) == MOST:
            break
        wrong, remedy = _said(entry, element, attribute[1] if attribute else "")
        found[key] = problem(element, CODE, f"{wrong} ({judge})", remedy)
    return tuple(found.values())


def in_words(tree: Any, entry: Any) -> str:
    """Say one refusal of an answer of the DGFiP: where, and what is wrong."""
    element = _element(tree, entry.path)
    attribute = re.search(r"attribute '([^']*)'", entry.message)
    wrong, _ = _said(entry, element, attribute[1] if attribute else "")
    return f"{path_of(element)} : {wrong}"


def _element(tree: Any, path: str | None) -> Any:
    root = tree.getroot()
    spaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found = tree.xpath(path, namespaces=spaces) if path else []
    except etree.XPathError:  # a prefix that is declared further down
        found = []
    return found[0] if found else root


def _said(entry: Any, element: Any, attribute: str) -> Said:
    name = local_name(element)
    say = SAYINGS.get(entry.type_name.removeprefix("SCHEMAV_"))
    if say is None:
        return f"« {name} » ne suit pas le schéma", "Comparez cet élément avec un flux accepté."
    return say(name, _shown(element, attribute), entry.message)


def _shown(element: Any, attribute: str) -> str:
    text = element.get(attribute or "V") or (element.text or "").strip()
    return f"« {text[:LONGEST_SHOWN]}… »" if len(text) > LONGEST_SHOWN else f"« {text} »"


def _content(name: str, _: str, message: str) -> Said:
    expected = _expected(message)
    if "Missing child" in message:
        return f"« {name} » est incomplet, il y manque {expected}", f"Ajoutez {expected} dans « {name} »."
    hint = f" ; ici vient {expected}" if expected else ""
    return (
        f"« {name} » n'est pas attendu à cet endroit{hint}",
        "Retirez cet élément, ou remettez les éléments dans l'ordre et au nombre du schéma.",
    )


def _expected(message: str) -> str:
    found = re.search(r"\(([^()]*)\)\.?\s*$", message)  # the last one: the first may be that of « element(s) »
    names = re.findall(r"[\w*:{}./#-]+", found[1]) if found else []
    short = [re.sub(r"\{[^}]*\}|^##other.*", "", name) for name in names]
    return " ou ".join(f"« {name} »" for name in short if name and name != "*")


def _too_long(name: str, shown: str, message: str) -> Said:
    length, most = [*re.findall(r"length of '(\d+)'", message), "", ""][:2]
    return (
        f"la valeur de « {name} » est trop longue : {shown} a {length} caractères, {most} au plus",
        f"Raccourcissez-la à {most} caractères.",
    )


def _too_short(name: str, _: str, __: str) -> Said:
    return f"« {name} » est vide", "Donnez-lui une valeur, ou retirez l'élément s'il est facultatif."


def _listed(name: str, shown: str, message: str) -> Said:
    found = re.search(r"set \{(.*)\}", message)
    known = found[1].replace("'", "") if found else ""
    return f"{shown} n'est pas un code connu de « {name} »", f"Codes possibles : {known}."


def _pattern(name: str, shown: str, _: str) -> Said:
    return (
        f"la valeur {shown} de « {name} » n'a pas la forme voulue",
        "Corrigez-la : ni vide, ni « nc », ni un seul point, ni rien que des zéros, et les seuls signes permis.",
    )


def _nature(name: str, shown: str, message: str) -> Said:
    kind = re.search(r"type '([^']*)'", message)
    wanted = next((words for key, words in NATURES if kind and key in kind[1]), "")
    remedy = f"Il faut {wanted}." if wanted else "Corrigez cette valeur."
    return f"la valeur {shown} de « {name} » n'est pas de la nature voulue", remedy


def _bound(relation: str) -> Callable[[str, str, str], Said]:
    def say(name: str, shown: str, message: str) -> Said:
        bounds = re.findall(r"'([^']*)'", message)
        return f"la valeur {shown} de « {name} » doit être {relation} {bounds[-1]}", "Corrigez cette valeur."

    return say


def _digits(what: str) -> Callable[[str, str, str], Said]:
    def say(name: str, shown: str, message: str) -> Said:
        most = re.findall(r"'(\d+)'", message)[-1:]
        return f"la valeur {shown} de « {name} » a trop de {what}", f"{''.join(most)} au plus."

    return say


def _unknown_attribute(name: str, _: str, message: str) -> Said:
    found = re.findall(r"attribute '([^']*)'", message)
    return f"« {name} » porte un attribut « {''.join(found[:1])} » qui n'existe pas", "Retirez cet attribut."


def _missing_attribute(name: str, _: str, message: str) -> Said:
    found = re.findall(r"attribute '([^']*)'", message)
    return f"« {name} » n'a pas son attribut « {''.join(found[:1])} »", "Ajoutez-le, ou retirez l'élément."


def _text(name: str, _: str, __: str) -> Said:
    return f"« {name} » contient du texte, alors qu'une valeur s'écrit dans l'attribut V", "Retirez ce texte."


def _children(name: str, _: str, __: str) -> Said:
    return f"« {name} » contient un élément, alors qu'il n'en a aucun", "Retirez cet élément."


def _root(name: str, _: str, __: str) -> Said:
    return (
        f"la racine « {name} », avec son espace de noms, n'est pas celle que le schéma attend",
        "La racine est PES_Aller, dans l'espace de noms de la DGFiP.",
    )


SAYINGS: Final[dict[str, Callable[[str, str, str], Said]]] = {
    "ELEMENT_CONTENT": _content,
    "CVC_MAXLENGTH_VALID": _too_long,
    "CVC_MINLENGTH_VALID": _too_short,
    "CVC_ENUMERATION_VALID": _listed,
    "CVC_PATTERN_VALID": _pattern,
    "CVC_DATATYPE_VALID_1_2_1": _nature,
    "CVC_DATATYPE_VALID_1_2_2": _nature,
    "CVC_MININCLUSIVE_VALID": _bound("au moins"),
    "CVC_MAXINCLUSIVE_VALID": _bound("au plus"),
    "CVC_MINEXCLUSIVE_VALID": _bound("plus grande que"),
    "CVC_MAXEXCLUSIVE_VALID": _bound("plus petite que"),
    "CVC_TOTALDIGITS_VALID": _digits("chiffres"),
    "CVC_FRACTIONDIGITS_VALID": _digits("décimales"),
    "CVC_COMPLEX_TYPE_3_2_1": _unknown_attribute,
    "CVC_COMPLEX_TYPE_4": _missing_attribute,
    "CVC_COMPLEX_TYPE_2_1": _text,
    "CVC_COMPLEX_TYPE_2_2": _children,
    "CVC_COMPLEX_TYPE_2_3": _text,
    "CVC_TYPE_3_1_2": _children,
    "CVC_ELT_1": _root,
}
"""By the code of the engine."""
