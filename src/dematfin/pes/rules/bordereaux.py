"""A bordereau: its totals, its counts, its numbers."""

import re
from collections.abc import Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding
from dematfin.domain.money import ZERO, french
from dematfin.pes.place import number, problem, value, warning
from dematfin.pes.rules.case import Case, repeated

ORDINARY: Final = "01"
FROM_HELIOS: Final = "04"
YEAR: Final = re.compile("[0-9]{4}", re.ASCII)


def rules(case: Case) -> Iterator[Finding]:
    """Judge each bordereau, then all together."""
    names = []
    for sheet in case.bordereaux():
        block = sheet.find("BlocBordereau")
        names.append(" ".join(value(block, tag) for tag in ("Exer", "TypBord", "IdBord")))
        yield from _year(block)
        yield from _counts(sheet, block)
        yield from _totals(sheet, block)
        yield from _cumul(case, block)
    for name in repeated(names):
        exercice, _, key = name.split()
        sentence = f"le bordereau n° {key} de {exercice} y figure deux fois"
        yield problem(case.root, "PES-DOUBLON-BORDEREAU", sentence, "Gardez-en un seul.")


def _year(block: Any) -> Iterator[Finding]:
    """Judge what the schema takes for a year: one before Christ, or of nine figures, or with an hour."""
    told = value(block, "Exer")
    if not YEAR.fullmatch(told):
        sentence = f"l'exercice « {told} » n'est pas une année de quatre chiffres"
        yield problem(block.find("Exer"), "PES-EXERCICE", sentence, "Écrivez par exemple 2026.")


def _counts(sheet: Any, block: Any) -> Iterator[Finding]:
    pieces = sheet.findall("Piece")
    if (announced := number(block, "NbrPce")) != len(pieces):
        sentence = f"il annonce {announced:.0f} mandats et en porte {len(pieces)}"
        yield problem(block.find("NbrPce"), "PES-NBRPCE", sentence, f"Écrivez NbrPce = {len(pieces)}.")
    if value(block, "TypBord") == FROM_HELIOS:
        sentence = "le type 04 vient d'Hélios et n'y est jamais envoyé"
        yield problem(block.find("TypBord"), "PES-TYPBORD", sentence, "Écrivez 01, 02 ou 03.")
    numbers = [value(piece, "BlocPiece/InfoPce/IdPce") for piece in pieces]
    last = dict(zip(numbers, pieces, strict=True))
    for key in repeated(numbers):
        sentence = "ce numéro figure deux fois dans le bordereau"
        yield problem(last[key], "PES-DOUBLON-PIECE", sentence, "Donnez un autre numéro à l'un des deux mandats.")


def _totals(sheet: Any, block: Any) -> Iterator[Finding]:
    for announced, line in (("MtBordHT", "MtHT"), ("MtBordTVA", "MtTVA")):
        said = number(block, announced)
        found = sum(
            (number(one, line) for one in sheet.iterfind("Piece/LigneDePiece/BlocLignePiece/InfoLignePce")), ZERO
        )
        if (said > 0) != (found > 0) and announced == "MtBordTVA":
            sentence = f"la TVA du bordereau est de {french(said)}, celle de ses lignes de {french(found)}"
            yield problem(block, "PES-TVA", sentence, "Donnez la TVA des deux côtés, ou d'aucun.")
        elif said != found:
            sentence = f"{announced} annonce {french(said)}, les lignes font {french(found)}"
            yield problem(block.find(announced), "PES-TOTAL", sentence, f"Écrivez {announced} = {found:.2f}.")


def _cumul(case: Case, block: Any) -> Iterator[Finding]:
    cumul = number(block, "MtCumulAnnuel")
    if case.dematerialised and not cumul:
        sentence = "le cumul annuel est obligatoire sur un bordereau dématérialisé"
        yield problem(block, "PES-CUMUL", sentence, "Ajoutez MtCumulAnnuel, ce bordereau compris.")
    elif 0 < cumul < number(block, "MtBordHT") and value(block, "TypBord") == ORDINARY:
        sentence = f"le cumul annuel de {french(cumul)} est plus petit que le bordereau lui-même"
        yield warning(block.find("MtCumulAnnuel"), "PES-CUMUL-PETIT", sentence, "Vérifiez le cumul de l'exercice.")
