"""What S²LOW checks by itself, after the deposit and before sending: in this order, and no schema among it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

PROLOG: Final = 50
LONGEST_CODE: Final = 3
LONGEST_SIRET: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a flow says of itself; `refusal` is why it stops here, in the platform's words."""

    nomfic: str = ""
    cod_col: str = ""
    siret: str = ""
    refusal: str = ""


def analyse(data: bytes, sha1: str, known: Callable[[str, str], bool]) -> Header:
    """Read a deposited flow; `known` says whether a NomFic and CodCol were used before."""
    if b"ISO-8859-1" not in data[:PROLOG].upper():
        return Header(refusal="ce fichier n'est pas encodé en ISO-8859-1")
    try:
        parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return Header(refusal="ce fichier n'est pas en XML")
    header = Header(
        nomfic=_v(root, "Enveloppe/Parametres/NomFic"),
        cod_col=_v(root, "EnTetePES/CodCol"),
        siret=_v(root, "EnTetePES/IdColl"),
    )
    return Header(
        nomfic=header.nomfic,
        cod_col=header.cod_col,
        siret=header.siret,
        refusal=_refusal(root, header, hashlib.sha1(data, usedforsecurity=False).hexdigest() == sha1, known),
    )


def _refusal(root: Any, header: Header, same: bool, known: Callable[[str, str], bool]) -> str:  # noqa: FBT001 - internal
    if not [child for child in root if child.tag not in {"Enveloppe", "EnTetePES"}]:
        return "ce fichier ne contient ni bordereau, ni PJ, ni marché"
    if not header.nomfic:
        return "La balise Enveloppe/Parametre/NomFic n'est pas présente ou est vide"
    if len(header.cod_col) > LONGEST_CODE:
        return "Le CodCol est trop long"
    if not same:
        return "Le fichier a été modifé depuis son postage sur la plateforme"
    if known(header.nomfic, header.cod_col):
        return "ce fichier existe déjà sur la plateforme"
    return "La balise IdCol est trop longue" if len(header.siret) > LONGEST_SIRET else ""


def _v(root: Any, path: str) -> str:
    found = root.find(path)
    return "" if found is None else str(found.get("V", ""))
