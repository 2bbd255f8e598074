"""A mandat set aside leaves its bordereau and keeps its number; abandoned for good, its number is free again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dematfin.domain.mandat.bordereau import Bordereau, total, total_tva
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import RuleError


def put_aside(mandat: Mandat, motif: str) -> Mandat:
    """Return a mandat out of its bordereau until somebody takes it back; raises IllegalTransition.

    That of a refused bordereau which was taken up again is prepared already.
    """
    out = mandat if mandat.state is MandatState.PREPARED else mandat.moved(MandatState.PREPARED)
    return replace(out, bordereau="", set_aside=motif)


def taken_back(mandat: Mandat) -> Mandat:
    """Return a mandat that the next freeze takes in, under the number that it kept; raises RuleError."""
    check_aside(mandat, "il n'y a rien à réintégrer")
    return replace(mandat, set_aside="")


def abandoned(mandat: Mandat, motif: str, *, known: bool) -> Mandat:
    """Return a mandat that will never be sent, or raise IllegalTransition.

    Its number goes to another one, unless the comptable has seen it: `known`, in a bordereau that was integrated.
    """
    cancelled = replace(mandat.moved(MandatState.CANCELLED), reason=motif)
    if not known:
        return replace(cancelled, set_aside=mandat.set_aside or motif)
    numbers = {mandat.number} - {0, *mandat.burnt}
    return replace(cancelled, burnt=(*mandat.burnt, *numbers))


def is_abandoned(mandat: Mandat) -> bool:
    """Say whether a mandat was given up before it left; any other one that is cancelled keeps its number."""
    return mandat.state is MandatState.CANCELLED and bool(mandat.set_aside)


def free_numbers(abandoned_ones: Iterable[Mandat], others: Iterable[Mandat]) -> tuple[int, ...]:
    """Return the numbers of abandoned mandats that nobody else has taken."""
    left = {one.number for one in abandoned_ones if one.number and one.number not in one.burnt}
    return tuple(sorted(left - {one.number for one in others}))


def without(bordereau: Bordereau, gone: Mandat, left: Sequence[Mandat]) -> Bordereau:
    """Return a bordereau without one of its mandats: its flow is to be built again.

    A refused one that holds nothing any more waits to be filled, as any other.
    """
    mandats = tuple(key for key in bordereau.mandats if key != gone.id)
    remains = replace(after(bordereau, gone), mandats=mandats, total=total(left), tva=total_tva(left))
    if bordereau.refused and not mandats:
        return replace(remains, refused=False, flux="", sent_before=(*bordereau.sent_before, bordereau.flux))
    return remains


def after(bordereau: Bordereau, gone: Mandat) -> Bordereau:
    """Return a bordereau frozen after that of a mandat which is set aside: what was mandated before is less.

    A refused one has no flow to drop: it gets another one when it is taken up again.
    """
    return replace(bordereau, cumul=bordereau.cumul - gone.amount, flux=bordereau.flux if bordereau.refused else "")


def check_aside(mandat: Mandat, remedy: str) -> None:
    """Raise RuleError, with what to do, when a mandat is not set aside."""
    if not mandat.aside:
        message = f"Le mandat {mandat.id} n'est pas écarté : {remedy}."
        raise RuleError(message)
