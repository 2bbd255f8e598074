"""What was given up and waits for a person, of every collectivité of a configuration; read by either engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dematfin.config.several import House
from dematfin.errors import ConfigError
from dematfin.wiring import base_of, open_runs

if TYPE_CHECKING:
    from dematfin.service.queue import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """One step that no longer runs by itself, or one job of the workers.

    Attributes:
        key: what `ouvrier relancer` takes.
        step: False of a job that died outside any step, which the ledger knows nothing of.
    """

    collectivite: str
    name: str
    key: str
    since: datetime
    attempts: int
    step: bool


def given_up(houses: Iterable[House]) -> Iterator[GivenUp]:
    """Yield what was given up, by base, then collectivité; one question a base, however many it holds."""
    for base, names in _bases(houses).items():
        for (owner, key), run in open_runs(base).set_aside().items():
            if owner in names and run.aside_since:
                yield GivenUp(
                    collectivite=owner,
                    name=names[owner],
                    key=key,
                    since=run.aside_since,
                    attempts=run.attempts,
                    step=True,
                )
        queue = queue_of(base)
        for job in queue.dead() if queue else ():
            if job.collectivite in names:
                yield GivenUp(
                    collectivite=job.collectivite,
                    name=names[job.collectivite],
                    key=job.key,
                    since=job.since,
                    attempts=job.attempts,
                    step=False,
                )


def queue_of(base: str) -> "Queue | None":
    """Return the queue that stands beside a ledger; None where no worker was ever started."""
    if not base.startswith("postgresql"):
        return None
    try:
        from dematfin.service.queue import Queue  # noqa: PLC0415 - an extra, that one machine does without
    except ModuleNotFoundError:
        return None
    queue = Queue(base)
    return queue if queue.is_there() else None


def _bases(houses: Iterable[House]) -> Mapping[str, dict[str, str]]:
    """Return the collectivités of each base, by SIRET, with their names; a broken one has nothing to show."""
    found: dict[str, dict[str, str]] = {}
    for one in houses:
        if base := _base(one):
            found.setdefault(base, {})[one.siret] = one.name
    return found


def _base(one: House) -> str:
    try:
        return base_of(one.settings(), one.folder)
    except ConfigError:
        return ""
