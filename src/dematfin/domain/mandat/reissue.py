"""Reissue: how a mandat that came back is sent again, with which number.

Refused at the entry gate: its bordereau was never integrated, so bordereau and mandat keep their numbers and only
the NomFic changes. Rejected by the comptable before the prise en charge: the mandat keeps its number in a later
bordereau. Rejected after the prise en charge: the number is burnt, a new one is allotted.
"""

from dataclasses import replace

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
        mandat.moved(MandatState.PREPARED), reason="", reasons=(), taken_on=None, held_on=None, rejected_on=None
    )
    if mandat.state is MandatState.REFUSED_AT_GATE:
        return prepared
    number = 0 if mandat.number in mandat.burnt else mandat.number
    return replace(prepared, bordereau="", number=number, reissued=True)
