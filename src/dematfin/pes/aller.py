"""Reading a PES_Aller: the figures of a flow, whoever wrote it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dematfin.domain.mandat.aller import ReadBordereau, ReadFlow, ReadMandat
from dematfin.domain.money import ZERO
from dematfin.errors import InvalidPes
from dematfin.pes.read import amount, child, children, value, whole, yes
from dematfin.support.xml import local_name, parse_file

SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
INFO: Final = "BlocLignePiece/InfoLignePce"


def read_aller(flow: Path) -> ReadFlow:
    """Return what a flow says; raises InvalidPes when it is none."""
    root = parse_file(flow, f"Flux {flow.name}").getroot()
    if local_name(root) != "PES_Aller":
        message = f"{flow.name} : ce n'est pas un flux PES_Aller (racine « {local_name(root)} »)."
        raise InvalidPes(message)
    expense = child(root, "PES_DepenseAller")
    documents = child(root, "PES_PJ")
    return ReadFlow(
        nomfic=value(root, "Enveloppe/Parametres/NomFic"),
        siret=value(root, "EnTetePES/IdColl"),
        cod_col=value(root, "EnTetePES/CodCol"),
        cod_bud=value(root, "EnTetePES/CodBud"),
        dematerialised=expense is not None and yes(expense, "EnTeteDepense/InfoDematerialisee"),
        bordereaux=() if expense is None else tuple(map(_bordereau, children(expense, "Bordereau"))),
        carried=() if documents is None else tuple(value(one, "IdUnique") for one in children(documents, "PJ")),
        signatures=sum(1 for _ in root.iter(SIGNATURE)),
    )


def _bordereau(sheet: Any) -> ReadBordereau:
    block = child(sheet, "BlocBordereau")
    return ReadBordereau(
        element_id=sheet.get("Id", ""),
        exercice=whole(block, "Exer"),
        number=whole(block, "IdBord"),
        kind=value(block, "TypBord"),
        announced=amount(block, "MtBordHT") + amount(block, "MtBordTVA"),
        cumul=amount(block, "MtCumulAnnuel") if value(block, "MtCumulAnnuel") else None,
        mandats=tuple(map(_mandat, children(sheet, "Piece"))),
    )


def _mandat(piece: Any) -> ReadMandat:
    info = child(piece, "BlocPiece/InfoPce")
    lines = list(children(piece, "LigneDePiece"))
    return ReadMandat(
        number=whole(info, "IdPce"),
        kind=(value(info, "TypPce"), value(info, "NatPce")),
        label=value(info, "Obj"),
        amount=sum((_amount(line) for line in lines), ZERO),
        creditor=value(lines[0], "Tiers/InfoTiers/IdTiers") if lines else "",
        iban=value(lines[0], "Tiers/CpteBancaire/IBAN") if lines else "",
        invoices=tuple(number for line in lines if (number := value(line, f"{INFO}/Facture"))),
        references=tuple(_references(info, lines)),
    )


def _references(info: Any, lines: list[Any]) -> Iterator[str]:
    """Documents hang from the mandat or from one of its lines."""
    for holder in (info, *(child(line, INFO) for line in lines)):
        yield from (value(reference, "IdUnique") for reference in children(holder, "PJRef"))


def _amount(line: Any) -> Decimal:
    return amount(line, f"{INFO}/MtHT") + amount(line, f"{INFO}/MtTVA")
