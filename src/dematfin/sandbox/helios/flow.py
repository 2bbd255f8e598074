"""Reading a received flow, as the entry gate does."""

import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lxml import etree

ELECTRONIC: Final = "01"
LARGEST: Final = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandat:
    """One Piece."""

    number: str
    invoice: str
    nature: str
    fonctions: tuple[tuple[str, str], ...]  # (line, fonction)
    references: tuple[str, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One Bordereau."""

    element_id: str
    exercice: str
    number: str
    kind: str
    count: int
    cumul: str
    total: Decimal
    mandats: tuple[Mandat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One PJ; `problem` is empty when its content is good."""

    key: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who sends, for which budget."""

    nomfic: str
    kind: str
    siret: str
    post: str
    cod_col: str
    cod_bud: str
    dematerialised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The whole flow; `root` has its documents emptied, for the signatures."""

    header: Header
    sheets: tuple[Sheet, ...]
    documents: tuple[Document, ...]
    root: Any


def read(path: Path) -> Flow:
    """Read a flow that the TdT has already found to be XML."""
    root = etree.parse(path, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)).getroot()
    documents = tuple(_documents(root))
    return Flow(
        header=Header(
            nomfic=v(root, "Enveloppe/Parametres/NomFic"),
            kind=v(root, "Enveloppe/Parametres/TypFic"),
            siret=v(root, "EnTetePES/IdColl"),
            post=v(root, "EnTetePES/IdPost"),
            cod_col=v(root, "EnTetePES/CodCol"),
            cod_bud=v(root, "EnTetePES/CodBud"),
            dematerialised=v(root, "PES_DepenseAller/EnTeteDepense/InfoDematerialisee") in {"1", "true"},
        ),
        sheets=tuple(_sheet(one) for one in root.iterfind("PES_DepenseAller/Bordereau")),
        documents=documents,
        root=root,
    )


def v(element: Any, path: str) -> str:
    """Return the attribute `V` at a path."""
    found = element.find(path)
    return "" if found is None else str(found.get("V", ""))


def _sheet(element: Any) -> Sheet:
    block = "BlocBordereau"
    return Sheet(
        element_id=element.get("Id", ""),
        exercice=v(element, f"{block}/Exer"),
        number=v(element, f"{block}/IdBord"),
        kind=v(element, f"{block}/TypBord"),
        count=int(v(element, f"{block}/NbrPce") or 0),
        cumul=v(element, f"{block}/MtCumulAnnuel"),
        total=_amount(element, f"{block}/MtBordHT") + _amount(element, f"{block}/MtBordTVA"),
        mandats=tuple(_mandat(one) for one in element.iterfind("Piece")),
    )


def _mandat(piece: Any) -> Mandat:
    lines = piece.findall("LigneDePiece/BlocLignePiece/InfoLignePce")
    references = (one for one in piece.iter("PJRef") if v(one, "Support") == ELECTRONIC)
    return Mandat(
        number=v(piece, "BlocPiece/InfoPce/IdPce"),
        invoice=v(lines[0], "Facture") if lines else "",
        nature=v(piece, "BlocPiece/InfoPce/NatPce"),
        fonctions=tuple((v(line, "IdLigne"), v(line, "Fonction")) for line in lines),
        references=tuple(v(one, "IdUnique") for one in references),
        amount=sum((_amount(line, "MtHT") + _amount(line, "MtTVA") for line in lines), Decimal(0)),
    )


def _documents(root: Any) -> Iterator[Document]:
    for element in root.iterfind("PES_PJ/PJ"):
        content = element.find("Contenu/Fichier")
        yield Document(key=v(element, "IdUnique"), problem=_problem(content.text or ""))
        content.text = None


def _problem(text: str) -> str:
    try:
        data = zlib.decompressobj(31).decompress(binascii.a2b_base64(text, strict_mode=True), LARGEST)
    except (binascii.Error, zlib.error):
        return "Le contenu de la PJ n'est pas un fichier compressé en base64"
    return "" if data else "La PJ est vide"


def _amount(element: Any, path: str) -> Decimal:
    return Decimal(v(element, path) or "0")
