"""Flows as finance software writes them, each in its own manner; what is added to them, and how it is read back."""

import base64
import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion, MandatKey
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.complete import complete
from dematfin.support.xml import local_name
from pes.plans import PDF, piece, stored

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
LATIN: Final = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
THEIRS: Final = base64.b64encode(gzip.compress(PDF + b"de l'editeur", mtime=0)).decode()


@dataclass(frozen=True)
class One:
    """A mandat of a flow: its number, the references that it has, what follows them."""

    number: int = 1
    references: tuple[str, ...] = ()
    follower: str = ""
    label: str = "Facture"


@dataclass(frozen=True)
class Shape:
    """How an editor writes."""

    prolog: str = LATIN
    quote: str = '"'
    line: str = "\n"
    blank: str = ""
    closing: bool = True
    prefix: str = ""
    namespaces: str = f'xmlns:n="{ALLER}"'
    remark: str = ""
    flag: str | None = "0"
    holder: str = "absent"
    named: bool = False
    nomfic: str = "FLUX-1"
    sheets: tuple[tuple[str, int, int, tuple[One, ...]], ...] = (("01", 2026, 42, (One(),)),)

    def tag(self, name: str, inside: str = "", **attributes: str) -> str:
        """Write one element in this manner."""
        named = f"{self.prefix}:{name}" if self.prefix else name
        told = "".join(
            f" {self.blank}{key}{self.blank}={self.blank}{self.quote}{value}{self.quote}"
            for key, value in attributes.items()
        )
        if not inside and self.closing:
            return f"<{named}{told}{self.blank}/>{self.line}"
        return f"<{named}{told}{self.blank}>{inside}</{named}{self.blank}>{self.line}"

    def values(self, **values: str) -> str:
        """Write simple values."""
        return "".join(self.tag(name, V=value) for name, value in values.items())

    def text(self) -> str:
        """Write the flow."""
        envelope = self.tag("Enveloppe", self.tag("Parametres", self.values(Version="2", NomFic=self.nomfic)))
        flag = {} if self.flag is None else {"InfoDematerialisee": self.flag}
        header = self.tag("EnTeteDepense", self.values(IdVer="2", **flag))
        sheets = "".join(map(self._sheet, self.sheets))
        expenses = self.tag("PES_DepenseAller", f"{self.line}{header}{self.remark}{sheets}")
        return (
            f"{self.prolog}{self.remark}<n:PES_Aller {self.namespaces} Id={self.quote}F1{self.quote}>{self.line}"
            f"{envelope}{expenses}{self._holder()}</n:PES_Aller>{self.line}{self.remark}"
        )

    def _sheet(self, sheet: tuple[str, int, int, tuple[One, ...]]) -> str:
        kind, exercice, number, mandats = sheet
        block = self.values(Exer=str(exercice), IdBord=f"{number:04d}", TypBord=kind)
        inside = self.tag("BlocBordereau", block) + "".join(map(self._mandat, mandats))
        return self.tag("Bordereau", inside, **({"Id": f"S{kind}{number}"} if self.named else {}))

    def _mandat(self, one: One) -> str:
        references = "".join(
            self.tag("PJRef", self.values(Support="01", IdUnique=key, NomPJ="a.pdf")) for key in one.references
        )
        follower = self.values(**{one.follower: "0"}) if one.follower else ""
        told = self.values(IdPce=str(one.number), TypPce="01", NatPce="01", Obj=one.label)
        info = self.tag("InfoPce", f"{self.line}{told}{references}{self.remark}{follower}")
        line = self.tag("InfoLignePce", self.values(IdLigne="1", MtHT="120.00"))
        return self.tag(
            "Piece", self.tag("BlocPiece", info) + self.tag("LigneDePiece", self.tag("BlocLignePiece", line))
        )

    def _holder(self) -> str:
        header = self.tag("EnTetePES_PJ", self.values(IdVer="1"))
        content = self.tag("Contenu", self.tag("Fichier", THEIRS, MIMEType="application/pdf"))
        hollow = self.tag(
            "PJ", self.tag("Contenu", self.tag("Fichier", MIMEType="a")) + self.values(IdUnique="EDITEUR0")
        )
        document = self.tag("PJ", content + self.values(IdUnique="EDITEUR1", NomPJ="a.pdf", Description="a"))
        return {
            "absent": "",
            "closed": self.tag("PES_PJ", "" if self.closing else self.line),
            "empty": self.tag("PES_PJ", " "),
            "headed": self.tag("PES_PJ", header),
            "full": self.tag("PES_PJ", self.line + header + document),
            "hollow": self.tag("PES_PJ", header + hollow * 3 + document),
            "headless": self.tag("PES_PJ", document),
        }[self.holder]


@dataclass(frozen=True)
class Added:
    """What is added to a flow, and the documents that it takes."""

    completion: Completion
    blobs: dict[str, bytes] = field(default_factory=dict)

    def open(self, ref: DocumentRef) -> BinaryIO:
        """Open a document."""
        return io.BytesIO(self.blobs[ref.sha256])

    def complete(self, flow: Path, target: Path) -> None:
        """Complete a flow."""
        complete(flow, self.completion, target, self.open)


def added(*keys: MandatKey, nomfic: str = "", dematerialised: bool = True) -> Added:
    """Return one new document for each mandat, with a name that is not written as it is."""
    given = {key: PDF + str(number).encode() for number, key in enumerate(keys)}
    pieces = {
        key: piece(900 + number, given[key], f"Facture d’été n° {number} <A&B>.pdf") for number, key in enumerate(keys)
    }
    completion = Completion(
        nomfic=nomfic,
        dematerialised=dematerialised,
        references={key: (one,) for key, one in pieces.items()},
        carried=tuple(pieces.values()),
    )
    return Added(completion, stored(*given.values()))


def key(number: int = 1, sheet: int = 42, kind: str = "01", exercice: int = 2026) -> MandatKey:
    return BordereauKind(kind), exercice, sheet, number


def keys_of(shape: Shape) -> list[MandatKey]:
    return [
        (BordereauKind(kind), exercice, number, one.number)
        for kind, exercice, number, mandats in shape.sheets
        for one in mandats
    ]


def written(tmp_path: Path, text: str, encoding: str = "iso-8859-1") -> Path:
    path = tmp_path / "editeur.xml"
    path.write_bytes(text.encode(encoding))
    return path


def tree(path: Path) -> Any:
    return etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True, resolve_entities=False))


def named(element: Any, *names: str) -> list[Any]:
    """Return the descendants along a path of local names."""
    found = [element]
    for name in names:
        found = [child for one in found for child in one if local_name(child) == name]
    return found


def references(root: Any) -> list[list[str]]:
    """Return what each mandat refers to, in order."""
    infos = named(root, "PES_DepenseAller", "Bordereau", "Piece", "BlocPiece", "InfoPce")
    return [[one.get("V") for one in named(info, "PJRef", "IdUnique")] for info in infos]


def documents(root: Any) -> dict[str, bytes]:
    """Return each document that travels, as it was."""
    return {
        named(one, "IdUnique")[0].get("V"): gzip.decompress(
            base64.b64decode(named(one, "Contenu", "Fichier")[0].text or "")
        )
        for one in named(root, "PES_PJ", "PJ")
    }


MANDATS = st.builds(
    One,
    references=st.lists(st.sampled_from(["EDITEUR1", "EDITEUR2"]), unique=True, max_size=2).map(tuple),
    follower=st.sampled_from(["", "PJ", "CarteAchatNiveau1"]),
    label=st.sampled_from(["Facture", "Eau &amp; été", "a &lt;/InfoPce> b"]),
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Draw a manner of writing, and what is written."""
    kinds = draw(st.lists(st.sampled_from(["01", "02", "03"]), min_size=1, max_size=3, unique=True))
    sheets = []
    for kind in kinds:
        count = draw(st.integers(1, 3))
        # the same numbers in bordereaux of different kinds, as editors number them
        mandats = tuple(
            One(n + 1, one.references, one.follower, one.label) for n in range(count) for one in [draw(MANDATS)]
        )
        sheets.append((kind, 2026, draw(st.sampled_from([42, 43])), mandats))
    prefix, more = draw(st.sampled_from([("", ""), ("e", ' xmlns:e="urn:e"'), ("", ' xmlns="urn:e"')]))
    return Shape(
        prolog=draw(
            st.sampled_from(
                [
                    LATIN,
                    LATIN.replace('"', "'"),
                    '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\r\n\r\n',
                    '<?xml version="1.0"   encoding = "iso-8859-1" standalone="no"?>',
                ]
            )
        ),
        quote=draw(st.sampled_from(["'", '"'])),
        line=draw(st.sampled_from(["", "\n", "\r\n", "\n\t  "])),
        blank=draw(st.sampled_from(["", " ", "\n\t"])),
        closing=draw(st.booleans()),
        prefix=prefix,
        namespaces=f'xmlns:n="{ALLER}"{more}',
        remark=draw(st.sampled_from(["", "<!-- </InfoPce> <PES_PJ/> é -->", "<!---->"])),
        flag=draw(st.sampled_from([None, "0", "1", "true", "false"])),
        holder=draw(st.sampled_from(["absent", "closed", "empty", "headed", "full", "hollow", "headless"])),
        named=draw(st.booleans()),
        sheets=tuple(sheets),
    )


def pieces_of(one: Added) -> tuple[Piece, ...]:
    return one.completion.carried
