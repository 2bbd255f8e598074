"""Flows of an invented commune, whole enough for Hélios: written by hand, so that no writer of ours judges itself."""

import base64
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NAMESPACE: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
COMMUNE: Final = "21990042000015"


@dataclass(frozen=True, kw_only=True)
class Line:
    number: int = 1
    nature: str = "60632"
    fonction: str = "211"
    ht: str = "100.00"
    tva: str = ""

    @property
    def amount(self) -> Decimal:
        return Decimal(self.ht) + Decimal(self.tva or 0)

    def written(self, invoice: str) -> str:
        facts = {
            "IdLigne": self.number,
            "Nature": self.nature,
            "Fonction": self.fonction,
            "Facture": invoice,
            "LibVir1": f"Facture {invoice}",
            "ModRegl": "03",
            "TVAIntraCom": "0",
            "MtHT": self.ht,
            "MtTVA": self.tva,
        }
        return f"<LigneDePiece><BlocLignePiece>{block('InfoLignePce', facts)}</BlocLignePiece>{CREDITOR}</LigneDePiece>"


@dataclass(frozen=True, kw_only=True)
class Mandat:
    number: int = 101
    invoice: str = "F2026-0117"
    lines: Sequence[Line] = (Line(),)
    references: Sequence[str] = ("PJ1",)

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    def written(self) -> str:
        references = "".join(
            block("PJRef", {"Support": "01", "IdUnique": key, "NomPJ": f"{key}.pdf"}) for key in self.references
        )
        info = values({"IdPce": self.number, "TypPce": "01", "NatPce": "01", "Obj": "Fournitures école"}) + references
        lines = "".join(line.written(self.invoice) for line in self.lines)
        return f"<Piece><BlocPiece><InfoPce>{info}</InfoPce></BlocPiece>{lines}</Piece>"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One bordereau; `changes` replace what is said of the sum of its mandats."""

    number: int = 12
    mandats: Sequence[Mandat] = (Mandat(),)
    cumul: str = "48250.37"
    changes: tuple[tuple[str, str], ...] = ()

    def written(self) -> str:
        lines = [line for mandat in self.mandats for line in mandat.lines]
        tva = sum((Decimal(line.tva or 0) for line in lines), Decimal(0))
        facts = {
            "Exer": "2026",
            "IdBord": self.number,
            "DteBordEm": "2026-03-02",
            "TypBord": "01",
            "NbrPce": len(self.mandats),
            "MtCumulAnnuel": self.cumul,
            "MtBordHT": sum((Decimal(line.ht) for line in lines), Decimal(0)),
            "MtBordTVA": tva or "",
        }
        written = "".join(mandat.written() for mandat in self.mandats)
        return (
            f'<Bordereau Id="B{self.number}">{block("BlocBordereau", facts | dict(self.changes))}{written}</Bordereau>'
        )


def flow(
    nomfic: str = "PESALR1_TEST_1",
    *,
    sheets: Sequence[Sheet] = (Sheet(),),
    documents: Sequence[str] = ("PJ1",),
    budget: tuple[str, str, str, str] = (COMMUNE, "099042", "142", "00"),
) -> bytes:
    """Write a flow, ready to be signed; `documents` are PJ already written, or the IdUnique of plain ones."""
    siret, post, cod_col, cod_bud = budget
    envelope = block("Parametres", {"Version": "2", "TypFic": "PESALR1", "NomFic": nomfic})
    envelope += block("Emetteur", {"Sigle": "TEST", "Adresse": "TEST"})
    header = {"DteStr": "2026-03-02", "IdPost": post, "IdColl": siret, "CodCol": cod_col, "CodBud": cod_bud}
    expense = block("EnTeteDepense", {"IdVer": "2", "InfoDematerialisee": "1"})
    expense += "".join(sheet.written() for sheet in sheets)
    carried = "".join(one if one.startswith("<") else document(one) for one in documents)
    parts = (
        f"<Enveloppe>{envelope}</Enveloppe>",
        block("EnTetePES", header),
        f"<PES_DepenseAller>{expense}</PES_DepenseAller>" if sheets else "",
        f'<PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>{carried}</PES_PJ>' if documents else "",
    )
    text = f'<n:PES_Aller xmlns:n="{NAMESPACE}" Id="ID_{nomfic}">{"".join(parts)}</n:PES_Aller>'
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{text}\n'.encode("iso-8859-1")


def document(key: str, content: bytes | None = None) -> str:
    """Write a PJ; `content` is what its Fichier holds, packed as it must be when it is not given."""
    packed = base64.b64encode(gzip.compress(f"%PDF-1.4 TEST {key}".encode())) if content is None else content
    described = values({"IdUnique": key, "NomPJ": f"{key}.pdf", "TypePJ": "003", "Description": "Facture"})
    fichier = f'<Fichier MIMEType="application/pdf">{packed.decode("ascii")}</Fichier>'
    return f"<PJ><Contenu>{fichier}</Contenu>{described}</PJ>"


def block(name: str, facts: Mapping[str, object]) -> str:
    return f"<{name}>{values(facts)}</{name}>"


def values(facts: Mapping[str, object]) -> str:
    return "".join(f'<{name} V="{value}"/>' for name, value in facts.items() if value != "")


CREDITOR: Final = (
    "<Tiers>"
    + block(
        "InfoTiers",
        {
            "IdTiers": "90012345600023",
            "NatIdTiers": "01",
            "RefTiers": "F00117",
            "CatTiers": "50",
            "NatJur": "03",
            "Nom": "QUINCAILLERIE DES ESSAIS",
        },
    )
    + block("Adresse", {"TypAdr": "1", "Adr2": "4 rue de la Forge", "CP": "99420", "Ville": "VALBRUME", "CodRes": "0"})
    + block("CpteBancaire", {"BIC": "TESTFRPP", "IBAN": "FR7619999000170009876543276", "TitCpte": "ESSAIS"})
    + "</Tiers>"
)
