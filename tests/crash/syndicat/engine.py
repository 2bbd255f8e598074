"""The plainest engine: processes that each take the next commune and live its day."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from crash.broken_beside import patch
from crash.syndicat.eve import live, written
from crash.syndicat.syndicate import Syndicate, sirets, today
from dematfin import wiring
from dematfin.acts import run as acts
from dematfin.domain.parties.person import UNATTENDED
from dematfin.store.engine import open_engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """When one commune's day began and ended, on the clock of the machine, and what it says went wrong."""

    siret: str
    began: float
    ended: float
    failed: tuple[str, ...]


def days(syndicate: Syndicate, chosen: Sequence[str], processes: int) -> list[Lived]:
    """Live the day of some communes, taken in that order."""
    return in_processes(partial(day, syndicate), chosen, processes)


def day(syndicate: Syndicate, siret: str) -> Lived:
    """Live the day of one commune, as the clock does."""
    began = time.monotonic()
    outcomes = list(acts.day(syndicate.app(siret), UNATTENDED))
    failed = tuple(failure.sentence for one in outcomes for failure in one.failures)
    return Lived(siret=siret, began=began, ended=time.monotonic(), failed=failed)


def evening(syndicate: Syndicate, processes: int) -> None:
    """Bring every commune to where its mayor has signed."""
    registers = written(syndicate.root / "registres", today().year)
    in_processes(partial(_eve, syndicate, registers), sirets(syndicate.communes), processes)


def in_processes(work: Callable[[str], T], chosen: Sequence[str], processes: int) -> list[T]:
    """Have each process take the next SIRET, until there is none."""
    with ProcessPoolExecutor(processes, mp_context=get_context("fork"), initializer=one_pool) as pool:
        return list(pool.map(work, chosen))


def _eve(syndicate: Syndicate, registers: Path, siret: str) -> None:
    live(syndicate.app(siret), registers)


def one_pool() -> None:
    """Open one pool of connections for each process, whatever the number of communes."""
    patch(wiring, "open_engine", cache(open_engine))
