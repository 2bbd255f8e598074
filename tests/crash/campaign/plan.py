"""A plan: from a seed, which faults the neighbours commit and where the processes die."""

import random
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from crash.campaign.beside import Fault
from crash.campaign.crossings import Fatal
from dematfin.sandbox import faults

CHORUS: Final = ("bad_gateway", "maintenance", "server_error", "token_expired", "cut_after_status", "too_many")
"""Those that answer to what is told of a mandat; the others bear on the import, which is over."""
LEFT_OUT: Final = {
    "huge_retour": "thousands of mandats: a matter of speed, not of deaths",
    "foreign_nomfic": "the acquit goes to nobody: the alert comes after hours",
    "retour_truncated": "told at each run, not yet a standing alert",
    "settled_otherwise": "told at one run, not yet a standing alert",
}
"""Faults that are not drawn, and why."""
WITHOUT: Final = 0.25
"""Share of plans whose neighbours behave."""
DEATHS: Final = 3
FARTHEST: Final = 170
"""Crossings of a town that lives until everything is paid."""
LONGEST: Final = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """One process dies: at a crossing of such a name (`*` is any text), at one of some rank, or after some seconds."""

    at: str = ""
    rank: int = 0
    after: float | None = None
    not_in: frozenset[str] | None = None

    def fatal(self, already: Set[str]) -> Fatal:
        """Say where it dies by itself, given where others of its run died already."""
        known = None if self.not_in is None else self.not_in | already
        return lambda rank, name: (
            fnmatchcase(name, self.at) or rank == self.rank or (known is not None and name not in known)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run."""

    seed: int
    faults: tuple[Fault, ...]
    archivist: bool
    deaths: tuple[Death, ...]


PLATFORM: Final = tuple(sorted(faults.PLATFORM - LEFT_OUT.keys()))


def at_random(seed: int) -> Plan:
    """Draw a plan."""
    chance = random.Random(seed)
    kinds = [Death(rank=chance.randint(1, FARTHEST)) for _ in range(chance.randint(1, DEATHS))]
    kinds += [Death(after=chance.uniform(0, LONGEST)) for _ in range(chance.randint(0, 1))]
    chance.shuffle(kinds)
    return Plan(seed=seed, faults=_faults(chance), archivist=chance.random() < 1 / 2, deaths=tuple(kinds))


def at_names(seed: int, names: Sequence[str]) -> Plan:
    """Die at these crossings, one after the other."""
    chance = random.Random(seed)
    deaths = tuple(Death(at=name) for name in names)
    return Plan(seed=seed, faults=_faults(chance), archivist=chance.random() < 1 / 2, deaths=deaths)


def at_new_names(seed: int, struck: Set[str], deaths: int) -> Plan:
    """Die at whatever crossing nobody has died at yet."""
    new = Death(not_in=frozenset(struck))
    return replace(at_names(seed, ()), deaths=(new,) * deaths)


def _faults(chance: random.Random) -> tuple[Fault, ...]:
    if chance.random() < WITHOUT:
        return ()
    bad = [Fault(neighbour="tdt", name=one, times=chance.randint(1, 3)) for one in PLATFORM]
    late = [Fault(neighbour="chorus", name=one, times=chance.randint(1, 3)) for one in CHORUS]
    return (*chance.sample(bad, chance.randint(1, 3)), *chance.sample(late, chance.randint(0, 1)))
