"""What each kind of mandat asks: a combination that is listed, the mandat that it goes back to, an account or none."""

from collections.abc import Callable, Iterator
from typing import Final

from dematfin.sandbox.helios.acquit import Error
from dematfin.sandbox.helios.flow import Line, Mandat, Sheet

Triplet = tuple[str, str, str]
REDUCTION: Final = ("02", "02", "06")
REVERSAL: Final = ("01", "02", "09")
GOES_BACK: Final = frozenset({REDUCTION, REVERSAL, ("01", "13", "01"), ("02", "02", "10")})
LISTED: Final[frozenset[Triplet]] = GOES_BACK | {
    ("01", "01", "01"),
    ("01", "01", "02"),
    ("01", "01", "11"),
    ("01", "09", "01"),
    ("01", "09", "02"),
    ("01", "06", "01"),
    ("01", "07", "01"),
    *(("01", "05", f"0{nature}") for nature in range(1, 6)),
}
MANDAT: Final = "01"
TITRE: Final = "02"
WITH_ACCOUNT: Final = frozenset({"03", "05"})
WITHOUT_ACCOUNT: Final = frozenset({"01", "02", "04", "07", "08", "09", "11"})
Known = Callable[[str, str], bool]
"""Whether an ordinary mandat of that exercice and number was integrated, and still stands."""


def errors_of_kind(sheet: Sheet, mandat: Mandat, known: Known) -> Iterator[Error]:
    """Yield what has the whole bordereau rejected."""
    triplet = (sheet.kind, mandat.kind, mandat.nature)
    if triplet not in LISTED:
        yield Error("ERREUR_AUTRE", f"Combinaison {'/'.join(triplet)} interdite", piece=mandat.number)
    for line in mandat.lines:
        for text in (_account(line), _origin(line, triplet, sheet.exercice, known)):
            if text:
                yield Error("ERREUR_AUTRE", text, piece=mandat.number, line=line.number)


def _account(line: Line) -> str:
    if line.mode in WITH_ACCOUNT and not line.account:
        return "Compte bancaire absent pour un virement"
    if line.mode in WITHOUT_ACCOUNT and line.account:
        return f"Compte bancaire interdit avec le mode de règlement {line.mode}"
    return ""


def _origin(line: Line, triplet: Triplet, exercice: str, known: Known) -> str:
    if triplet not in GOES_BACK:
        return ""
    nature, year, number, row = line.origin
    if nature not in {MANDAT, TITRE} or not year or not number or not row.strip("0"):
        return "RattachPiece absent ou incomplet"
    if (triplet == REDUCTION and year != exercice) or (triplet == REVERSAL and year >= exercice):
        return "Exercice de la pièce d'origine incorrect"
    return "" if nature == TITRE or known(year, number) else f"Le mandat d'origine {number} est inconnu"
