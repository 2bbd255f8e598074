"""A plan: from a seed, which faults the neighbours commit and where the processes die."""

import random
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from crash.campaign.beside import CLERK, TWICE, Fault
from crash.campaign.crossings import Fatal
from dematfin.sandbox import faults

IMPORT: Final = frozenset({"pagination_null", "duplicate_pages", "cut_download", "moved", "old_pivot", "raw_files"})
"""Of Chorus Pro, those that bear on the import, which is over."""
PLATFORM: Final = tuple(sorted(faults.PLATFORM - {"connection_ko", "connection_page"}))
"""All but those of a link that is only tried."""
CHORUS: Final = tuple(sorted(faults.CHORUS - IMPORT))
CARRIED: Final = tuple(
    sorted(
        faults.HELIOS
        | {
            *("analysis_stuck", "window_full", "never_answer", "file_lost", "virus", "bad_signature", "cancelled"),
            *("no_acquit_expected", "invalid_acquit", "late_after_error", "purged"),
            *("retour_truncated", "retour_twice", "retour_odd_name"),
        }
    )
)
"""Those that are seen through exchange folders: what happens between the carrier and the TdT is not."""
BY_FOLDER, ARCHIVIST, HASTY, BESIDE, RENUMBERS, FICKLE = 0.25, 0.5, 0.5, 0.5, 0.5, 0.25
"""Shares of plans: flows leave by exchange folders, the TdT can be searched, the agent is hasty, a finance software
makes the mandats of a budget, and gives a new number to what was rejected; the agent has second thoughts."""
SOFTWARE: Final = tuple(sorted(faults.EDITOR - {"slow"}))
"""Nobody looks while it writes."""
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
    """One run; a hasty agent takes up again what the TdT says refused, though it may have been integrated,
    and imports by hand what the watched folder imports.

    Attributes:
        beside: a finance software makes the mandats of a budget; it `renumbers` what was rejected.
        fickle: the agent gives up, once, what that software made and is about to leave.
    """

    seed: int
    faults: tuple[Fault, ...]
    archivist: bool
    by_folder: bool
    hasty: bool = False
    beside: bool = False
    renumbers: bool = False
    fickle: bool = False
    deaths: tuple[Death, ...]


def at_random(seed: int) -> Plan:
    """Draw a plan."""
    chance = random.Random(seed)
    kinds = [Death(rank=chance.randint(1, FARTHEST)) for _ in range(chance.randint(1, DEATHS))]
    kinds += [Death(after=chance.uniform(0, LONGEST)) for _ in range(chance.randint(0, 1))]
    chance.shuffle(kinds)
    return _plan(seed, chance, tuple(kinds))


def at_names(seed: int, names: Sequence[str]) -> Plan:
    """Die at these crossings, one after the other."""
    chance = random.Random(seed)
    return _plan(seed, chance, tuple(Death(at=name) for name in names))


def at_new_names(seed: int, struck: Set[str], deaths: int) -> Plan:
    """Die at whatever crossing nobody has died at yet."""
    new = Death(not_in=frozenset(struck))
    return replace(at_names(seed, ()), deaths=(new,) * deaths)


def _plan(seed: int, chance: random.Random, deaths: tuple[Death, ...]) -> Plan:
    by_folder, archivist, hasty = (chance.random() < share for share in (BY_FOLDER, ARCHIVIST, HASTY))
    drawn = _faults(chance, by_folder=by_folder)
    beside, renumbers, fickle = (chance.random() < share for share in (BESIDE, RENUMBERS, FICKLE))
    if beside and drawn:
        drawn += tuple(Fault(neighbour=CLERK, name=one) for one in chance.sample(SOFTWARE, chance.randint(0, 2)))
    return Plan(
        seed=seed,
        faults=drawn,
        archivist=archivist,
        by_folder=by_folder,
        hasty=hasty,
        beside=beside,
        renumbers=renumbers,
        fickle=fickle,
        deaths=deaths,
    )


def _faults(chance: random.Random, *, by_folder: bool) -> tuple[Fault, ...]:
    if chance.random() < WITHOUT:
        return ()
    bad = [Fault(neighbour="tdt", name=one, times=chance.randint(1, 3)) for one in (CARRIED if by_folder else PLATFORM)]
    bad += [TWICE] if by_folder else []
    late = [Fault(neighbour="chorus", name=one, times=chance.randint(1, 3)) for one in CHORUS]
    return (*chance.sample(bad, chance.randint(1, 3)), *chance.sample(late, chance.randint(0, 1)))
