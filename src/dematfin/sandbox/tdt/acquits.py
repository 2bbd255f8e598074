"""A file received from the DGFiP: what S²LOW makes of it before it chooses a status.

It validates first: an answer that its schema does not know is an error, whatever it says. The result itself is left to
whoever reads the file.
"""

from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

ERROR, ACKNOWLEDGED, REFUSED, INFORMATION = -1, 4, 6, 8
ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})
NAMESPACES: Final = frozenset(f"http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour{tail}" for tail in ("", "/v2"))
PARTS: Final = ["Enveloppe", "EnTetePES", "ACQUIT"]
BOOLEANS: Final = frozenset({"0", "1", "true", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An answer: which flow it is of, and the status that it gives to its transaction."""

    nomfic: str
    cod_col: str
    status: int


def read(data: bytes) -> Received | None:
    """Read a received file; None when it is no answer to a flow."""
    try:
        root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None
    if etree.QName(root).localname.lower() not in ROOTS:
        return None
    return Received(
        nomfic=_v(root, "Enveloppe/Parametres/NomFic"), cod_col=_v(root, "EnTetePES/CodCol"), status=_status(root)
    )


def _status(root: Any) -> int:
    if etree.QName(root).localname.lower() == "pes_nonacquit":
        return REFUSED
    names = [one.tag for one in root]
    if etree.QName(root).namespace not in NAMESPACES or names != PARTS[: len(names)]:
        return ERROR
    block = root.find("ACQUIT")
    if block is None:
        return ACKNOWLEDGED
    elements = block.findall("ElementACQUIT")
    known = all(_v(one, "DomaineAck").isdigit() and _v(one, "EtatAck") in BOOLEANS for one in elements)
    return INFORMATION if elements and known and block.find("EnTeteAcquit") is not None else ERROR


def _v(root: Any, path: str) -> str:
    found = root.find(path)
    return "" if found is None else str(found.get("V", ""))
