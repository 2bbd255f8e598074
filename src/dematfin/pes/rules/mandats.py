"""A mandat: its kind, its documents, its delay of payment."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from dematfin.domain.finding import Finding
from dematfin.pes.place import number, problem, value, warning
from dematfin.pes.rules.case import Case, repeated


def rules(case: Case) -> Iterator[Finding]:
    """Judge each mandat."""
    for sheet in case.bordereaux():
        kind = value(sheet, "BlocBordereau/TypBord")
        for piece in sheet.iterfind("Piece"):
            yield from _kind(case, piece, kind)
            yield from _delay(piece.find("BlocPiece/DGP"))


def _kind(case: Case, piece: Any, kind: str) -> Iterator[Finding]:
    info = piece.find("BlocPiece/InfoPce")
    triplet = (kind, value(info, "TypPce"), value(info, "NatPce"))
    if triplet not in case.expected.triplets:
        yield case.custom(
            info.find("NatPce"),
            "PES-TRIPLET",
            f"la combinaison {'/'.join(triplet)} (bordereau, type, nature) n'est pas de celles que vous utilisez",
            "Corrigez le type ou la nature ; si le comptable accepte celle-ci, ajoutez-la à « triplets » dans [pes].",
        )
    if piece.find(".//PJRef") is None:
        sentence = "aucune pièce justificative n'y est attachée"
        yield case.custom(info, "PES-SANS-PJ", sentence, "Attachez la facture, ou ce que la nomenclature demande.")
    for key in repeated(value(line, "BlocLignePiece/InfoLignePce/IdLigne") for line in piece.iterfind("LigneDePiece")):
        yield problem(piece, "PES-DOUBLON-LIGNE", f"la ligne {key} y figure deux fois", "Renumérotez les lignes.")


def _delay(block: Any) -> Iterator[Finding]:
    if block is None:
        return
    start, end = (_day(value(block, tag)) for tag in ("DteDebDgp", "DteFinDgp"))
    if end < start:
        sentence = f"le délai de paiement finit le {end:%d/%m/%Y}, avant de commencer le {start:%d/%m/%Y}"
        yield problem(block.find("DteFinDgp"), "PES-DGP", sentence, "Corrigez les deux dates.")
    elif (end - start).days < number(block, "DureeDgp") - 1:
        sentence = (
            f"le délai de paiement dure {(end - start).days} jours, moins que les {value(block, 'DureeDgp')} annoncés"
        )
        yield warning(
            block.find("DteFinDgp"), "PES-DGP-DUREE", sentence, "Vérifiez la date de fin, suspensions comprises."
        )
    if value(block, "TxIntMor") and not value(block, "CodIntMor"):
        sentence = "un taux d'intérêts moratoires est donné sans dire lequel"
        yield warning(block.find("TxIntMor"), "PES-INTERETS", sentence, "Ajoutez CodIntMor.")


def _day(text: str) -> date:
    """Return a date that the schema has accepted; a year beyond the calendar is its end."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return date.max
