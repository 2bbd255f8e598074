"""Reading a received flow, as the entry gate does: one document at a time, never their contents together."""

import binascii
import re
import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lxml import etree

ELECTRONIC: Final = "01"
EXPENSES: Final = "01"
OF_EXPENSES: Final = frozenset({"003", "004", "005", "006"})
LINE: Final = "BlocLignePiece/InfoLignePce"
EARLIER: Final = ("NatPceOrig", "ExerRat", "IdPceOrig", "IdLigneOrig")
CHUNK: Final = 1024 * 1024
AMOUNT: Final = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One LigneDePiece; `origin` is what it goes back to: nature, exercice, number and line, each empty when absent."""

    number: str
    fonction: str
    ht: Decimal
    tva: Decimal
    mode: str
    account: bool
    origin: tuple[str, str, str, str]

    @property
    def amount(self) -> Decimal:
        """All that is to be paid."""
        return self.ht + self.tva


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandat:
    """One Piece."""

    number: str
    invoice: str
    kind: str
    nature: str
    lines: tuple[Line, ...]
    references: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """All that is to be paid."""
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One Bordereau; `element` is where its signature is."""

    element: Any
    exercice: str
    number: str
    kind: str
    count: int
    cumul: Decimal
    total: Decimal
    mandats: tuple[Mandat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """One RefCompta; `problem` is empty when it says what it must."""

    exercice: str
    kind: str
    number: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One PJ; `problem` is empty when its content is good, `late` names the mandats that it follows (RefCompta)."""

    key: str
    problem: str
    late: tuple[Late, ...] = ()


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
    """The whole flow; `root` has its documents emptied, for the signatures; `problem` when its figures are none."""

    header: Header
    sheets: tuple[Sheet, ...]
    documents: tuple[Document, ...]
    root: Any
    problem: str = ""


def read(path: Path) -> Flow:
    """Read a flow that the TdT has already found to be XML."""
    with path.open("rb") as source:
        events = etree.iterparse(source, tag="PJ", huge_tree=True, resolve_entities=False, no_network=True)
        documents = tuple(_document(element) for _, element in events)
    root = events.root
    sheets, problem = _sheets(root)
    return Flow(header=_header(root), sheets=sheets, documents=documents, root=root, problem=problem)


def v(element: Any, path: str) -> str:
    """Return the attribute `V` at a path."""
    found = element.find(path)
    return "" if found is None else str(found.get("V", ""))


def _header(root: Any) -> Header:
    return Header(
        nomfic=v(root, "Enveloppe/Parametres/NomFic"),
        kind=v(root, "Enveloppe/Parametres/TypFic"),
        siret=v(root, "EnTetePES/IdColl"),
        post=v(root, "EnTetePES/IdPost"),
        cod_col=v(root, "EnTetePES/CodCol"),
        cod_bud=v(root, "EnTetePES/CodBud"),
        dematerialised=v(root, "PES_DepenseAller/EnTeteDepense/InfoDematerialisee") in {"1", "true"},
    )


def _sheets(root: Any) -> tuple[tuple[Sheet, ...], str]:
    try:
        return tuple(_sheet(one) for one in root.iterfind("PES_DepenseAller/Bordereau")), ""
    except ValueError as error:
        return (), f"Valeur incorrecte : {error}"[:500]


def _sheet(element: Any) -> Sheet:
    block = "BlocBordereau"
    return Sheet(
        element=element,
        exercice=_digits(element, f"{block}/Exer", 4),
        number=_digits(element, f"{block}/IdBord", 7),
        kind=v(element, f"{block}/TypBord"),
        count=int(_digits(element, f"{block}/NbrPce", 5)),
        cumul=_amount(element, f"{block}/MtCumulAnnuel"),
        total=_amount(element, f"{block}/MtBordHT") + _amount(element, f"{block}/MtBordTVA"),
        mandats=tuple(_mandat(one) for one in element.iterfind("Piece")),
    )


def _mandat(piece: Any) -> Mandat:
    info = "BlocPiece/InfoPce"
    lines = piece.findall("LigneDePiece")
    references = (one for one in piece.iter("PJRef") if v(one, "Support") == ELECTRONIC)
    return Mandat(
        number=_digits(piece, f"{info}/IdPce", 13),
        invoice=v(lines[0], f"{LINE}/Facture") if lines else "",
        kind=v(piece, f"{info}/TypPce"),
        nature=v(piece, f"{info}/NatPce"),
        lines=tuple(_line(one) for one in lines),
        references=tuple(v(one, "IdUnique") for one in references),
    )


def _line(line: Any) -> Line:
    earlier = (v(line, f"BlocLignePiece/RattachPiece/{tag}") for tag in EARLIER)
    nature, year, number, row = earlier
    return Line(
        number=_digits(line, f"{LINE}/IdLigne", 6),
        fonction=v(line, f"{LINE}/Fonction"),
        ht=_amount(line, f"{LINE}/MtHT"),
        tva=_amount(line, f"{LINE}/MtTVA"),
        mode=v(line, f"{LINE}/ModRegl"),
        account=line.find("Tiers/CpteBancaire") is not None,
        origin=(nature, year, number, row),
    )


def _document(element: Any) -> Document:
    """Judge a document, then forget its content."""
    content = element.find("Contenu/Fichier")
    problem = _problem(content.text or "") if content is not None else "Le contenu de la PJ est absent"
    if content is not None:
        content.text = None
    late = tuple(_late(one, v(element, "TypePJ")) for one in element.iterfind("RefCompta"))
    return Document(key=v(element, "IdUnique"), problem=problem, late=late)


def _late(entry: Any, kind: str) -> Late:
    problem = ""
    if not v(entry, "Identifiant"):
        problem = "RefCompta ne dit pas le numéro de la pièce"
    elif v(entry, "Domaine") == EXPENSES and kind not in OF_EXPENSES:
        problem = f"TypePJ {kind} ne va pas avec le domaine {EXPENSES}"
    return Late(
        exercice=v(entry, "Exercice"), kind=v(entry, "TypeObjet"), number=v(entry, "Identifiant"), problem=problem
    )


def _problem(text: str) -> str:
    try:
        size = _unpacked(binascii.a2b_base64("".join(text.split()), strict_mode=True))
    except (binascii.Error, zlib.error, EOFError):
        return "Le contenu de la PJ n'est pas un fichier compressé en base64"
    return "" if size else "La PJ est vide"


def _unpacked(packed: bytes) -> int:
    """Return the size of a gzip file, unpacked a piece at a time; one that is cut raises EOFError."""
    engine = zlib.decompressobj(31)
    size, rest = 0, packed
    while rest and not engine.eof:
        size += len(engine.decompress(rest, CHUNK))
        rest = engine.unconsumed_tail
    if not engine.eof:
        raise EOFError
    return size


def _digits(element: Any, path: str, longest: int) -> str:
    """Return a whole number, or raise ValueError."""
    text = v(element, path)
    if re.fullmatch(f"[0-9]{{1,{longest}}}", text) is None:
        raise ValueError(path.rpartition("/")[2])
    return text


def _amount(element: Any, path: str) -> Decimal:
    """Return an amount, 0 when it is absent, or raise ValueError."""
    text = v(element, path) or "0"
    if AMOUNT.fullmatch(text) is None:
        raise ValueError(path.rpartition("/")[2])
    return Decimal(text)
