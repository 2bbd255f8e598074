"""What the finance software understands of an acquit or a retour that it finds in its folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.editor.pieces import State

PAYMENT: Final = "01"
"""OrgEma of money that really left."""
STATES: Final = {"01": State.ON_HOLD, "02": State.TAKEN, "04": State.REJECTED, "05": State.PAID}
REFUSED: Final = frozenset({"0", "false"})
DOCUMENT: Final = "4"
ALL: Final = 0
"""Number of the bordereau when the whole flow is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquit:
    """An acquit; `refusals` tells why, by number of bordereau (ALL when the flow is)."""

    nomfic: str
    refusals: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a retour says of one piece."""

    sort: str
    bordereau: int
    number: int
    state: State
    said: str
    paid: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Retour:
    """A retour."""

    siret: str
    words: tuple[Word, ...]


def read(data: bytes) -> Acquit | Retour | None:
    """Read an answer; None when it is something else."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None
    if root.find(".//PES_DepenseRetour") is not None:
        words = tuple(word for sheet in root.iterfind("PES_DepenseRetour/Bordereau") for word in _words(sheet))
        return Retour(siret=_v(root, "EnTetePES/IdColl"), words=words)
    nomfic = _v(root, "Enveloppe/Parametres/NomFic")
    return Acquit(nomfic=nomfic, refusals=dict(_refusals(root))) if nomfic else None


def _refusals(root: Any) -> Iterator[tuple[int, str]]:
    for one in root.iter("ElementACQUIT"):
        if _v(one, "EtatAck") not in REFUSED:
            continue
        texts = (_v(error, "LibelleAnoAck") for error in one.iter("Erreur"))
        why = " ".join(text for text in texts if text)
        domain, number = _v(one, "DomaineAck"), _v(one, "NumBord")
        if number:
            yield int(number), why
        elif domain != DOCUMENT:
            yield ALL, why


def _words(sheet: Any) -> Iterator[Word]:
    for piece in sheet.iterfind("Piece"):
        info = "InfoPiece"
        state = STATES.get(_v(piece, f"{info}/EtatPce"))
        if state is None:
            continue
        paid = sum(
            (Decimal(_v(one, "MtPay")) for one in piece.iter("PaiementEmargement") if _v(one, "OrgEma") == PAYMENT),
            Decimal(0),
        )
        yield Word(
            sort=_v(sheet, "BlocBordereau/TypBord"),
            bordereau=int(_v(sheet, "BlocBordereau/IdBord")),
            number=int(_v(piece, f"{info}/IdPce")),
            state=state,
            said=_v(piece, f"{info}/Commentaire"),
            paid=paid,
        )


def _v(element: Any, path: str) -> str:
    found = element.find(path)
    return "" if found is None else str(found.get("V", ""))
