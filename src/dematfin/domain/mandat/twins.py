"""Twins: bordereaux of one flow that an acquit cannot tell apart, since it names the exercice and the number alone.

Each kind of bordereau is numbered apart, and a finance software may put several kinds in one flow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dematfin.domain.mandat.answers import EXPENSE, AckElement, Anomaly
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.verdict import FlowVerdict, Key, reasons

Numbers = Mapping[str, Collection[int]]
"""The numbers of the mandats of each bordereau, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetVerdict:
    """What an acquit makes of one bordereau: neither refused nor accepted, a person must look."""

    refused: tuple[Anomaly, ...] = ()
    accepted: bool = False


UNTOLD = SheetVerdict()


def key_of(sheet: Bordereau) -> Key:
    """Name a bordereau as acquits do."""
    return sheet.exercice, sheet.number


def are_there(sheets: Sequence[Bordereau]) -> bool:
    """Say whether acquits cannot tell some bordereaux apart."""
    return len({key_of(one) for one in sheets}) < len(sheets)


def numbers_of(mandats: Iterable[Mandat]) -> dict[str, set[int]]:
    """Return the numbers of mandats, by their bordereau."""
    numbers: dict[str, set[int]] = {}
    for one in mandats:
        numbers.setdefault(one.bordereau, set()).add(one.number)
    return numbers


def of_sheets(verdict: FlowVerdict, sheets: Sequence[Bordereau], numbers: Numbers) -> dict[str, SheetVerdict]:
    """Return what an acquit makes of each bordereau of its flow, by its id."""
    if verdict.whole:
        return {one.id: SheetVerdict(refused=verdict.whole) for one in sheets}
    named: dict[Key, list[Bordereau]] = {}
    for one in sheets:
        named.setdefault(key_of(one), []).append(one)
    told: dict[str, SheetVerdict] = {}
    for key, alike in named.items():
        told |= _apart(verdict, key, alike, numbers) if len(alike) > 1 else {alike[0].id: _alone(verdict, key)}
    return told


def _alone(verdict: FlowVerdict, key: Key) -> SheetVerdict:
    refused = verdict.refused.get(key, ())
    return SheetVerdict(refused=refused, accepted=not refused and key in verdict.accepted)


def _apart(verdict: FlowVerdict, key: Key, alike: Sequence[Bordereau], numbers: Numbers) -> dict[str, SheetVerdict]:
    """Tell twins apart by the mandats that a refusal names; a yes counts only when there is one for each of them."""
    refusals: dict[str, list[AckElement]] = {}
    for element in verdict.said.get(key, ()):
        if element.accepted is False:
            refusals.setdefault(_owner(element, alike, numbers), []).append(element)
    found = {name: SheetVerdict(refused=reasons(elements)) for name, elements in refusals.items() if name}
    others = [one.id for one in alike if one.id not in found]
    yes = sum(bool(one.accepted) and one.domain == EXPENSE for one in verdict.said.get(key, ()))
    clear = "" not in refusals and key not in verdict.unclear and yes >= len(others)
    return found | {name: SheetVerdict(accepted=True) if clear else UNTOLD for name in others}


def _owner(element: AckElement, alike: Sequence[Bordereau], numbers: Numbers) -> str:
    """Return the only bordereau that holds the mandats which a refusal names; empty when nothing tells."""
    pieces = {one.piece for one in element.anomalies} - {0}
    holders = [one.id for one in alike if pieces and pieces <= set(numbers.get(one.id, ()))]
    return holders[0] if len(holders) == 1 else ""
