"""Reissue: how a mandat that came back is sent again, with which number.

Refused at the entry gate: its bordereau was never integrated, so bordereau and mandat keep their numbers and only
the NomFic changes. Rejected by the comptable before the prise en charge: the mandat keeps its number in a later
bordereau. Rejected after the prise en charge: the number is burnt, a new one is allotted.
"""

from collections.abc import Iterable
from dataclasses import replace

from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState


def rejected(mandat: Mandat, reason: str, *, keeps_number: bool) -> Mandat:
    """Record the comptable's rejection: a fact, whatever our table says."""
    burnt = mandat.burnt if keeps_number else (*mandat.burnt, mandat.number)
    return replace(mandat, state=MandatState.REJECTED, reason=reason, burnt=burnt)


def again(mandat: Mandat) -> Mandat:
    """Return the mandat ready for a bordereau, with the number that it may keep.

    Raises:
        IllegalTransition: the mandat did not come back.
    """
    prepared = replace(
        mandat.moved(MandatState.PREPARED),
        reason="",
        reasons=(),
        taken_on=None,
        held_on=None,
        rejected_on=None,
    )
    if mandat.state is MandatState.REFUSED_AT_GATE:
        return prepared
    number = 0 if mandat.number in mandat.burnt else mandat.number
    return replace(prepared, doubt="", doubt_seen="", bordereau="", number=number)


def issued_again(mandats: Iterable[Mandat], sheets: Iterable[Bordereau]) -> frozenset[str]:
    """Return those that the comptable rejected in an earlier life: the bordereau of then lists them for ever."""
    now = {mandat.id: mandat.bordereau for mandat in mandats}
    return frozenset(key for sheet in sheets for key in sheet.mandats if now.get(key, sheet.id) != sheet.id)
