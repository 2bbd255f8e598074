"""Exercice: the year on which an expense goes, and until when (journée complémentaire: until 31 January)."""

from datetime import date
from typing import Final

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState

TITRE_773: Final = "un titre de recettes au compte 773, à émettre hors de dematfin"
"""What takes back an expense of a closed exercice (M57, account 773: mandats annulés sur exercices antérieurs)."""
LAST_DAY: Final = (1, 31)
"""Last day of the journée complémentaire: running expenses whose service was done before 1 January."""


def former_is_open(today: date) -> bool:
    """Say whether the year that has ended may still take running expenses.

    >>> former_is_open(date(2027, 1, 31)), former_is_open(date(2027, 2, 1))
    (True, False)
    """
    return (today.month, today.day) <= LAST_DAY


def why_closed(exercice: int, today: date, *, investment: bool) -> str:
    """Say why nothing more can be mandated on an exercice; an empty text when something can.

    >>> why_closed(2026, date(2027, 1, 15), investment=False), why_closed(2026, date(2026, 12, 31), investment=True)
    ('', '')
    """
    if exercice == today.year:
        return ""
    if exercice > today.year:
        return f"l'exercice {exercice} n'a pas commencé"
    if exercice < today.year - 1 or not former_is_open(today):
        return f"l'exercice {exercice} est clos depuis le 31/01/{exercice + 1}"
    if investment:
        return f"en investissement, l'exercice {exercice} est clos depuis le 31/12/{exercice}"
    return ""


def out_of_time(mandat: Mandat, today: date) -> str:
    """Say why a mandat that waits goes into no bordereau, and what to do; an empty text when its exercice is open."""
    waits = mandat.state is MandatState.PREPARED and not (mandat.bordereau or mandat.set_aside or mandat.editor)
    why = why_closed(mandat.exercice, today, investment=mandat.investment) if waits else ""
    return f"Mandat {mandat.id} : {why}. {_way_out(mandat)}. Il n'est pas mis en bordereau." if why else ""


def _way_out(mandat: Mandat) -> str:
    cancel = f"Annulez-le (mandat annuler {mandat.id} --motif …)"
    if mandat.number or mandat.burnt:
        return f"{cancel} après avoir vu avec le comptable : une facture que Chorus Pro montre mandatée ne revient pas"
    if mandat.kind is MandatKind.REDUCTION:
        return f"{cancel} : il faut à sa place {TITRE_773}"
    return f"{cancel} : " + (
        "sa facture ira sur l'exercice ouvert" if mandat.shares else "ressaisissez-le sur l'exercice ouvert"
    )
