"""Writing a PES_Aller as finance software does: by concatenation, CRLF, simple quotes, comments, nothing self-closed.

Only PES_DepenseAller; amounts without decimals when they have none; no document unless asked for.
"""

import base64
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from dematfin.sandbox.editor.pieces import Bordereau, Line, Piece
from dematfin.sandbox.editor.setup import Creditor, Setup

ALLER: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
OTHERS: Final = (
    "xmlns:dep='http://www.minefi.gouv.fr/cp/helios/pes_v2/depense/r0/aller' "
    "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
    f"xsi:schemaLocation='{ALLER} D:\\Compta\\PES\\PES_Aller.xsd'"
)
NEWLINE: Final = "\r\n"
NAME: Final = 38
LABEL: Final = 70
SUBJECT: Final = 100
HOLDER: Final = 32
PERSON: Final = "01"
SOFTWARE: Final = "Finances du Val"
VERSION: Final = "FDV 9.2.14 - liaison PES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a flow carries; `documents` maps the number of a mandat to the file that the software joins by itself."""

    nomfic: str
    day: str
    siret: str
    sheets: Sequence[tuple[Bordereau, Sequence[Piece]]]
    documents: Mapping[int, bytes]
    signed: bool
    ids: bool
    cumul: bool
    commented: bool = False
    surplus: Decimal = Decimal(0)


def write(setup: Setup, content: Content, encoding: str) -> bytes:
    """Return a flow."""
    identifier = f"Id='FDV{setup.code_collectivite}{content.nomfic.replace('-', '')}' " if content.ids else ""
    lines = (
        f"<?xml version='1.0' encoding='{encoding}'?>",
        f"<!-- {SOFTWARE} : mandatement {setup.libelle} -->",
        f"<PES:PES_Aller {identifier}xmlns:PES='{ALLER}' {OTHERS}>",
        *_indented(_head(setup, content)),
        "\t<PES_DepenseAller>",
        *_indented(_block("EnTeteDepense", IdVer="2", InfoDematerialisee="1" if content.signed else "0"), 2),
        *(line for sheet, pieces in content.sheets for line in _indented(_sheet(setup, content, sheet, pieces), 2)),
        "\t</PES_DepenseAller>",
        *_indented(_documents(setup, content.documents)),
        "</PES:PES_Aller>",
        "",
    )
    return NEWLINE.join(lines).encode(encoding, "xmlcharrefreplace")


def _indented(lines: Iterator[str], depth: int = 1) -> Iterator[str]:
    return ("\t" * depth + line for line in lines)


def _values(**facts: object) -> Iterator[str]:
    """Write simple values; those that are empty are left out."""
    for name, value in facts.items():
        if value not in ("", None):
            text = escape(str(value), {"'": "&apos;"})
            yield f"<{name} V='{text}'></{name}>"


def _block(name: str, *inner: str, **facts: object) -> Iterator[str]:
    yield f"<{name}>"
    yield from _indented(_values(**facts))
    yield from ("\t" + line for line in inner)
    yield f"</{name}>"


def _head(setup: Setup, content: Content) -> Iterator[str]:
    parts = _block("Parametres", Version=2, TypFic="PESALR2", NomFic=content.nomfic)
    sender = _block("Emetteur", Sigle=SOFTWARE, Adresse=VERSION)
    yield from _block("Enveloppe", *parts, *sender)
    yield from _block(
        "EnTetePES",
        DteStr=content.day,
        IdPost=setup.poste,
        IdColl=content.siret,
        CodCol=setup.code_collectivite,
        CodBud=setup.code_budget,
        LibelleColBud=setup.libelle[:NAME],
    )


def _sheet(setup: Setup, content: Content, sheet: Bordereau, pieces: Sequence[Piece]) -> Iterator[str]:
    total = sum((one.montant for one in pieces), content.surplus)
    identifier = f" Id='BJ{setup.code_collectivite}-{sheet.sort}-{sheet.numero}'" if content.ids else ""
    yield f"<Bordereau{identifier}>"
    if content.commented:
        yield f"\t<!-- bordereau journal {sheet.numero} -->"
    yield from _indented(
        _block(
            "BlocBordereau",
            Exer=setup.exercice,
            IdBord=sheet.numero,
            DteBordEm=sheet.emis_le,
            TypBord=sheet.sort,
            NbrPce=len(pieces),
            MtCumulAnnuel=_amount(sheet.cumul) if content.cumul else "",
            MtBordHT=_amount(total),
        )
    )
    for one in pieces:
        joined = one.numero in content.documents
        yield from _indented(_piece(setup, one, document_key(setup, one.numero) if joined else ""))
    yield "</Bordereau>"


def _piece(setup: Setup, one: Piece, document: str) -> Iterator[str]:
    reference = _block("PJRef", Support="01", IdUnique=document, NomPJ=f"{document}.pdf") if document else ()
    info = _block("InfoPce", *reference, IdPce=one.numero, TypPce=one.type, NatPce=one.nature, Obj=one.objet[:SUBJECT])
    delay = _block("DGP", Dgp=0, DteDebDgp=one.arrivee, DteFinDgp=one.fin, DureeDgp=30) if one.arrivee else ()
    lines = (text for rank, line in enumerate(one.lignes, start=1) for text in _line(setup, rank, line))
    yield from _block("Piece", *_block("BlocPiece", *info, *delay), *lines)


def _line(setup: Setup, rank: int, line: Line) -> Iterator[str]:
    labels = (*line.libelles, "", "")
    info = _block(
        "InfoLignePce",
        IdLigne=rank,
        Nature=line.compte,
        Fonction=line.fonction,
        Facture=line.facture,
        LibVir1=labels[0][:LABEL],
        LibVir2=labels[1][:LABEL],
        ModRegl=line.mode,
        TVAIntraCom=0,
        MtHT=_amount(line.montant),
    )
    origin = _origin(line)
    links = _values(IdMarche=line.marche, IdEmpruntOrdo=line.emprunt)
    tied = _block("LiensIdent", *links) if line.marche or line.emprunt else ()
    creditor = _creditor(line, setup.tiers[line.creditor])
    yield from _block("LigneDePiece", *_block("BlocLignePiece", *info, *origin, *tied), *creditor)


def _origin(line: Line) -> Iterator[str]:
    if line.origine is not None:
        origin = line.origine
        facts = {"NatPceOrig": origin.nature, "ExerRat": origin.exercice, "IdPceOrig": origin.piece}
        yield from _block("RattachPiece", **facts, IdLigneOrig=origin.ligne or "")


def _creditor(line: Line, known: Creditor) -> Iterator[str]:
    registered = line.creditor.isdigit()
    who = _block(
        "InfoTiers",
        IdTiers=line.creditor if registered else "",
        NatIdTiers="01" if registered else "",
        RefTiers=known.reference,
        CatTiers=known.categorie,
        NatJur=known.nature_juridique,
        Nom=known.nom[:NAME],
    )
    where = _block(
        "Adresse", TypAdr=1, Adr2=known.adresse[:NAME], CP=known.code_postal, Ville=known.ville[:NAME], CodRes=0
    )
    account = _block("CpteBancaire", BIC=known.bic, IBAN=line.iban, TitCpte=known.nom[:HOLDER]) if line.iban else ()
    yield from _block("Tiers", *who, *where, *account)


def document_key(setup: Setup, mandat: int) -> str:
    """Name the document that the software joins to a mandat by itself."""
    return f"{setup.siret}{setup.exercice}FDV{mandat:08d}"


def _documents(setup: Setup, documents: Mapping[int, bytes]) -> Iterator[str]:
    if not documents:
        return
    inner = list(_block("EnTetePES_PJ", IdVer=1))
    for number, data in documents.items():
        key = document_key(setup, number)
        packed = base64.b64encode(gzip.compress(data, mtime=0)).decode()
        content = ("<Contenu>", f"\t<Fichier MIMEType='application/pdf'>{packed}</Fichier>", "</Contenu>")
        facts = _values(IdUnique=key, NomPJ=f"{key}.pdf", TypePJ="003", Description=f"Pièce du mandat {number}")
        inner += _block("PJ", *content, *facts)
    yield from _block("PES_PJ", *inner)


def _amount(value: Decimal) -> str:
    """Write an amount without decimals when it has none."""
    return f"{value:.2f}".removesuffix(".00")
