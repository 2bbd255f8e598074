"""A plan: which part is played, what strikes it and where, and which faults its neighbours commit."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from crash.chain.parts import PARTS
from crash.chain.points import CUT, FULL, JUMP, KILL, POWER, Strikes
from dematfin.sandbox import faults
from dematfin.sandbox.neighbours import Neighbours

NAMED, RANDOM, DISK, CALL, CLOCK, BLACKOUT, TWO, EXPIRED, LIARS = (
    "mort à un passage nommé",
    "morts au hasard",
    "disque plein",
    "réponse coupée",
    "horloge",
    "coupure de courant",
    "deux processus",
    "certificat expiré",
    "voisins menteurs",
)
FAULTS: Final = (NAMED, RANDOM, DISK, CALL, CLOCK, BLACKOUT, TWO, EXPIRED, LIARS)
"""Columns of the table."""
HOW: Final = {NAMED: KILL, DISK: FULL, CALL: CUT, BLACKOUT: POWER, CLOCK: JUMP}
JUMPS: Final = tuple(
    timedelta(**one)
    for one in (
        {"hours": 1},
        {"hours": -1},
        {"minutes": 90},
        {"days": 1},
        {"days": -1},
        {"days": 7},
        {"days": 120},
        {"days": -3},
        {"days": -150},
        {"seconds": -2},
    )
)
"""Over midnight, over a summer or winter change, back and forth."""
ENDING: Final = (("signature", "signature ici"), ("tdt", "transmission"), ("tdt", "suivi"), ("tdt", "journée"))
"""Certificates that may have ended, and who would use them."""
LONGEST: Final = 0.8
"""Seconds of the longest part, about."""
ON_THEIR_PAGES: Final = {"connection_ko", "connection_page"}
LIES: Final[Mapping[str, frozenset[str]]] = {
    "chorus": faults.CHORUS - {"slow"},
    "tdt": faults.PLATFORM - ON_THEIR_PAGES - {"slow", "huge_retour"},
    "parapheur": faults.PARAPHEUR - {"slow"},
    "courriel": faults.SMTP - {"slow"},
    "logiciel": faults.EDITOR - {"slow"},
}
"""What each neighbour may do wrong; being merely slow is measured elsewhere."""


class Lie(NamedTuple):
    """One fault of a neighbour, so many times."""

    neighbour: str
    name: str
    times: int

    def set(self, neighbours: Neighbours, clerk: Any, times: int) -> None:
        """Ask for it."""
        if self.neighbour == "logiciel":
            clerk.editor.faults.set(self.name, times)
            return
        known: dict[str, Any] = {
            "chorus": neighbours.chorus,
            "tdt": neighbours.tdt,
            "parapheur": neighbours.parapheur,
            "courriel": neighbours.mail,
        }
        known[self.neighbour].faults.set(self.name, times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """What strikes one process: how, and where: at a name (`*` is any text), at a rank, or after some seconds."""

    how: str = KILL
    at: str = ""
    rank: int = 0
    after: float | None = None

    def strikes(self) -> Strikes:
        """Say how a point is struck: once for a name that comes back."""
        return lambda rank, name: self.how if rank == self.rank or (self.at and fnmatchcase(name, self.at)) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run.

    Attributes:
        number: from 1; with the seed, it makes the plan again.
        jump: by how much the clock jumps; `stays`: what of it the clock still tells afterwards.
        whole: what follows is lived until all is paid, and not only until the part has ended.
    """

    number: int
    seed: int
    part: str
    fault: str
    blows: tuple[Blow, ...] = ()
    lies: tuple[Lie, ...] = ()
    jump: timedelta = timedelta(0)
    stays: timedelta = timedelta(0)
    whole: bool = False


class Named(NamedTuple):
    """A point that was met in a calm run of a part, and how it is struck."""

    part: str
    fault: str
    name: str


def all_named(met: Mapping[str, Sequence[str]]) -> tuple[Named, ...]:
    """Return each point of each part, struck in each way that means something there."""
    return tuple(
        Named(part, fault, name)
        for fault in (NAMED, DISK, BLACKOUT, CALL, CLOCK)
        for part, names in met.items()
        for name in names
        if _means_something(fault, name)
    )


def _means_something(fault: str, name: str) -> bool:
    """A call is cut at a neighbour's; a clock jumps where something is written, a disk is full from before it."""
    _, what, *_ = name.split(" ")
    if fault == CALL:
        return what.partition(".")[0] in {"source", "notice", "transmitter", "signer", "mailer", "parapheur"}
    if fault == DISK:
        return name.endswith("avant")
    return fault != CLOCK or (what == "écrire" and name.endswith("avant"))


def planned(number: int, seed: int, named: Sequence[Named]) -> Plan:
    """Return the plan of one run: first each point by its name, then at random, the same for ever."""
    chance = random.Random(seed * 1_000_003 + number)
    if number <= len(named):
        part, fault, name = named[number - 1]
        plan = Plan(number=number, seed=seed, part=part, fault=fault, blows=(Blow(how=HOW[fault], at=name),))
        return _at_the_end(_jumping(plan, chance) if fault == CLOCK else plan, chance)
    part = chance.choice(tuple(PARTS))
    return _at_the_end(drawn(number, seed, part, FAULTS[1:][number % (len(FAULTS) - 1)], chance), chance)


def _at_the_end(plan: Plan, chance: random.Random) -> Plan:
    share = HALF if plan.fault == CLOCK else SHARE
    return replace(plan, whole=plan.fault in {EXPIRED, LIARS} or chance.random() < share)


def _jumping(plan: Plan, chance: random.Random) -> Plan:
    """Have the clock jump: either it was wrong before, or it is put right afterwards."""
    jump = chance.choice(JUMPS)
    return replace(
        plan, jump=jump, stays=jump if timedelta(0) < jump <= WEEK and chance.random() < HALF else timedelta(0)
    )


SHARE: Final = 0.05
"""Of the runs in which all is lived until the end, though their fault is over with their part; half of a clock's."""


def drawn(number: int, seed: int, part: str, fault: str, chance: random.Random) -> Plan:
    """Draw what happens to a part."""
    plan = Plan(number=number, seed=seed, part=part, fault=fault)
    if fault == EXPIRED:
        which, where = chance.choice(ENDING)
        return replace(plan, part=where, lies=(Lie("certificat", which, 1),), blows=(Blow(how=""),))
    if fault == TWO:
        return replace(plan, blows=(_at_random(chance, KILL),) if chance.random() < HALF else ())
    if fault == LIARS:
        lies = [Lie(who, name, chance.randint(1, 3)) for who, names in LIES.items() for name in sorted(names)]
        return replace(plan, lies=tuple(chance.sample(lies, chance.randint(1, 4))), blows=_several(chance, KILL))
    how = HOW.get(fault, KILL)
    struck = replace(plan, blows=_several(chance, how))
    return _jumping(struck, chance) if fault == CLOCK else struck


HALF: Final = 0.5
WEEK: Final = timedelta(days=7)
FARTHEST: Final = 60
"""Points of the longest part, about."""


def _several(chance: random.Random, how: str) -> tuple[Blow, ...]:
    """Draw one to four blows; after one of another kind, processes also die."""
    first = _at_random(chance, how)
    return (first, *(_at_random(chance, chance.choice((how, KILL))) for _ in range(chance.randint(0, 3))))


def _at_random(chance: random.Random, how: str) -> Blow:
    if how == KILL and chance.random() < HALF:
        return Blow(how=KILL, after=chance.uniform(0, LONGEST))
    return Blow(how=how, rank=chance.randint(1, FARTHEST))
