"""Reading a PES_Retour about expenses: what the comptable did with each mandat."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.mandat.answers import Payment, PieceState, Retour, RetourPiece
from dematfin.domain.money import ZERO
from dematfin.errors import InvalidPes
from dematfin.pes.read import amount, child, children, day, root_of, value, whole
from dematfin.pes.validate import Schemas

ROOTS: Final = frozenset({"pes_retour"})
REAL_PAYMENT: Final = "01"


def read_retour(data: bytes, schemas: Schemas) -> Retour:
    """Return what a retour says of our mandats; raises InvalidPes when it is none, or is not about expenses."""
    root = root_of(data, "Retour du comptable", ROOTS)
    expense = child(root, "PES_DepenseRetour")
    if expense is None:
        message = "Retour du comptable : il ne parle pas de dépenses."
        raise InvalidPes(message)
    pieces = tuple(_pieces(expense))
    return Retour(
        nomfic=value(root, "Enveloppe/Parametres/NomFic"),
        siret=value(root, "EnTetePES/IdColl"),
        cod_bud=value(root, "EnTetePES/CodBud"),
        pieces=pieces,
        remarks=tuple(_remarks(root, pieces, schemas)),
    )


def _pieces(expense: Any) -> Iterator[RetourPiece]:
    for sheet in children(expense, "Bordereau"):
        for piece in children(sheet, "Piece"):
            yield _piece(child(sheet, "BlocBordereau"), piece)


def _piece(sheet: Any, piece: Any) -> RetourPiece:
    lines = list(children(piece, "LigneDePiece"))
    info = child(piece, "InfoPiece")
    return RetourPiece(
        exercice=whole(sheet, "Exer"),
        bordereau_kind=value(sheet, "TypBord"),
        bordereau=whole(sheet, "IdBord"),
        number=whole(info, "IdPce"),
        state=_state(value(info, "EtatPce")),
        taken_on=day(info, "DtePcePec"),
        rejected_on=day(info, "DtePceRej"),
        held_on=day(info, "DtePceInst"),
        reasons=tuple(code for code in value(info, "ObsEtat").split("-") if code),
        comment=value(info, "Commentaire"),
        payments=tuple(payment for line in lines for payment in _payments(line)),
        amount=sum((_line_amount(line) for line in lines), ZERO),
    )


def _line_amount(line: Any) -> Decimal:
    info = "BlocLignePiece/InfoLignePiece"
    return amount(line, f"{info}/MtHT") + amount(line, f"{info}/MtTVA")


def _payments(line: Any) -> Iterator[Payment]:
    for payment in children(line, "PaiementEmargement"):
        yield Payment(
            real=value(payment, "OrgEma") == REAL_PAYMENT,
            paid_on=day(payment, "DtePay"),
            amount=amount(payment, "MtPay"),
        )


def _state(code: str) -> PieceState:
    return PieceState(code) if code in set(PieceState) else PieceState.UNKNOWN


def _remarks(root: Any, pieces: tuple[RetourPiece, ...], schemas: Schemas) -> Iterator[str]:
    for piece in pieces:
        if not (piece.number and piece.bordereau and piece.exercice):
            yield "une pièce du retour n'a pas de numéro de mandat, de bordereau ou d'exercice ; elle est ignorée."
    for refusal in schemas.refusals("retour", root.getroottree())[:1]:
        yield f"le retour n'est pas conforme à son schéma ({refusal}) ; il a été lu quand même."
