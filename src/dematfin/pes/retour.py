"""Reading a PES_Retour: what the comptable did with each mandat, whatever else the file speaks of."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from dematfin.domain.mandat.answers import Payment, PieceState, Retour, RetourLine, RetourPiece
from dematfin.domain.money import ZERO, french
from dematfin.pes.answer import elements, judged, root_of
from dematfin.pes.read import value
from dematfin.pes.record import Record
from dematfin.pes.validate import Schemas
from dematfin.support.xml import local_name

ROOTS: Final = frozenset({"pes_retour"})
EXPENSE: Final = "PES_DepenseRetour"
SHEET: Final = "Bordereau"
REAL_PAYMENT: Final = "01"
STATES: Final = {str(one): one for one in PieceState}
REGULARISATION: Final = "04"
"""TypBord of what the comptable asks to be mandated; its numbers are his."""
FEW: Final = 3


def read_retour(data: bytes, schemas: Schemas) -> Retour:
    """Return what a retour says of our mandats; raises InvalidPes when it is none."""
    told: list[RetourPiece] = []
    doubts: dict[str, list[str]] = {}
    root: Any = None
    expense = False
    for root in elements(data, "Retour du comptable", (SHEET, EXPENSE)):
        above = root.getparent()
        if local_name(root) == EXPENSE:
            expense = True
        elif above is not None and local_name(above) == EXPENSE:
            told += _pieces(Record(root), doubts)
    root_of(root, "Retour du comptable", ROOTS)
    return Retour(
        nomfic=value(root, "Enveloppe/Parametres/NomFic"),
        siret=value(root, "EnTetePES/IdColl"),
        cod_bud=value(root, "EnTetePES/CodBud"),
        pieces=tuple(one for one in told if one.bordereau_kind != REGULARISATION),
        remarks=(*_remarks(told, doubts, expense=expense), *judged("retour", root, data, schemas)),
    )


def _pieces(sheet: Record, doubts: dict[str, list[str]]) -> Iterator[RetourPiece]:
    header = sheet.one("BlocBordereau")
    exercice, number, kind = header.whole("Exer") or 0, header.whole("IdBord") or 0, header.code("TypBord")
    for record in sheet.all("Piece"):
        piece = _piece(record, exercice, number, kind)
        if not (piece.number and number and exercice):
            doubts.setdefault("sans numéro de mandat, de bordereau ou d'exercice, ignorée", []).append("?")
            continue
        for doubt in _doubts(piece):
            doubts.setdefault(doubt, []).append(f"n° {piece.number}")
        yield piece


def _piece(record: Record, exercice: int, bordereau: int, kind: str) -> RetourPiece:
    info = record.one("InfoPiece")
    lines = tuple(map(_line, record.all("LigneDePiece")))
    return RetourPiece(
        exercice=exercice,
        bordereau_kind=kind,
        bordereau=bordereau,
        number=info.whole("IdPce") or 0,
        kind=info.text("TypPce"),
        nature=info.text("NatPce"),
        label=info.text("Obj"),
        state=STATES.get(info.code("EtatPce"), PieceState.UNKNOWN),
        taken_on=info.day("DtePcePec"),
        rejected_on=info.day("DtePceRej"),
        held_on=info.day("DtePceInst"),
        reasons=_codes(info),
        comment=info.text("Commentaire"),
        lines=lines,
        payments=tuple(payment for line in lines for payment in line.payments),
        amount=sum((line.amount for line in lines), ZERO),
    )


def _line(record: Record) -> RetourLine:
    block = record.one("BlocLignePiece")
    info = block.one("InfoLignePiece")
    return RetourLine(
        number=info.whole("IdLigne") or 0,
        state=info.text("EtatLigPce"),
        reasons=_codes(info),
        comment=info.text("Commentaire"),
        amount=(info.amount("MtHT") or ZERO) + (info.amount("MtTVA") or ZERO),
        settled=block.one("InfoPaiement").amount("MtPayTot"),
        opposed=info.text("CessOpp"),
        payments=tuple(map(_payment, record.all("PaiementEmargement"))),
    )


def _payment(record: Record) -> Payment:
    origin, amount = record.code("OrgEma"), record.amount("MtPay")
    return Payment(
        real=origin == REAL_PAYMENT,
        paid_on=record.day("DtePay"),
        amount=ZERO if amount is None else amount,
        origin=origin,
        readable=amount is not None,
    )


def _codes(record: Record) -> tuple[str, ...]:
    text = record.text("ObsEtat")
    return tuple(code for part in text.split("-") if (code := part.strip())) if text else ()


def _doubts(piece: RetourPiece) -> Iterator[str]:
    """Say what of a mandat nobody can read, or does not add up."""
    if piece.state is PieceState.UNKNOWN:
        yield "dans un état (EtatPce) que dematfin ne connaît pas : rien n'en est changé"
    if not all(payment.readable for payment in piece.payments):
        yield "avec un paiement dont le montant ne se lit pas : il n'est pas compté"
    for line in piece.lines:
        if line.settled is not None and line.settled != sum((one.amount for one in line.payments), ZERO):
            yield "avec un total payé qui n'est pas la somme de ses paiements : vérifiez avec le comptable"


def _remarks(told: list[RetourPiece], doubts: dict[str, list[str]], *, expense: bool) -> Iterator[str]:
    if not expense:
        yield "le retour ne dit rien des dépenses : il n'y a rien à y appliquer."
    for doubt, numbers in doubts.items():
        yield f"le retour contient {_counted(dict.fromkeys(numbers), len(numbers))} {doubt}."
    if asked := [one for one in told if one.bordereau_kind == REGULARISATION]:
        total = sum((one.amount for one in asked), ZERO)
        yield (
            f"le comptable demande à régulariser {_counted((f'n° {one.number}' for one in asked), len(asked))} pour "
            f"{french(total)} (bordereau de régularisation) : ce qu'il a payé ou encaissé sans mandat reste à émettre."
        )


def _counted(names: Iterable[str], count: int) -> str:
    listed = [name for name in names if name != "?"]
    shown = f" ({', '.join(listed[:FEW])}{', …' if len(listed) > FEW else ''})" if listed else ""
    return f"{count} pièce{'s' if count > 1 else ''}{shown}"
