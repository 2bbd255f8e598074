"""The great trial: the day of a syndicate carried by real workers, some of whose communes are sick.

`python -m crash.syndicat.trial --communes 200` plays it, and says what the judge found. Workers are killed at random
and replaced, the database is stopped at once in mid-day and started again. The day after, the sick are cured, and
another engine takes up what the workers have left of theirs.

A neighbour that keeps silent answers again once everybody else's day has ended, and not before: an engine in which one
commune waits for another is seen whatever the speed of the machine.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crash.campaign.verdict import BROKEN, Fault
from crash.syndicat import engine, past, watchman
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import communes
from crash.syndicat.course import Course
from crash.syndicat.crew import Crew
from crash.syndicat.judge import delayed, judged, judged_late, judged_sick, opened
from crash.syndicat.records import Platforms
from crash.syndicat.sickness import sickness, spoken
from crash.syndicat.syndicate import NOTHING, Syndicate, sirets
from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready
from dematfin.support import logs

WORKERS: Final = 4
KILLS: Final = 8
LATENCY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the judge found, and the seconds that each part took."""

    faults: tuple[Fault, ...]
    seconds: Mapping[str, float]


def play(root: Path, cluster: Cluster, count: int, chance: random.Random, kills: int = KILLS) -> Seen:
    """Play a day on a base whose tables are made, and the day after for those who were sick."""
    syndicate, watch = Syndicate(root=root, communes=communes(count)), Watch()
    sick, everybody = sickness(syndicate.communes), sirets(syndicate.communes)
    syndicate.settle(f'postgresql = "{cluster.url}"')
    syndicate.trust_neighbours_only()
    with syndicate.neighbours():
        watch.lap("mise en place")
        engine.evening(syndicate, WORKERS)
        past.remember(syndicate, sick.failing)
        syndicate.morning()
        syndicate.configure(past.hours(everybody, sick.own))
        syndicate.weather(LATENCY, sick.troubles)
        watch.lap("veille")
        with Crew.hired(syndicate.config, root / "ouvriers.log", WORKERS) as crew:
            course = Course(cluster=cluster, crew=crew, chance=chance, kills=kills)
            course.live([one for one in everybody if one not in sick.hung])
            watch.lap("journée")
            syndicate.weather(LATENCY, spoken(sick))
            course.until(lambda: course.are_done(everybody))
            faults = tuple(_left(crew))
            watch.lap("fin des muets")
        faults += (*judgement(syndicate, sick.failed, sick.hung), *delayed(course.days(), sick.hung))
        faults += tuple(watchman.alerted(syndicate, crew, sick))
        watch.lap("jugement")
        syndicate.configure(NOTHING)
        syndicate.weather(LATENCY)
        engine.days(syndicate, (*sick.failed, *sick.hung), WORKERS)
        watch.lap("lendemain des malades")
        faults += (*judgement(syndicate), *watchman.all_well(crew))
        watch.lap("second jugement")
    return Seen(faults=faults, seconds=watch.seconds)


def _left(crew: Crew) -> Iterator[Fault]:
    """Ask the workers to stop."""
    yield from (Fault(BROKEN, f"un ouvrier a fini par {code}") for code in crew.dismiss() if code)


def judgement(syndicate: Syndicate, failed: Sequence[str] = (), late: Sequence[str] = ()) -> tuple[Fault, ...]:
    """Judge every commune, those whose day failed or was late as such."""
    platforms = Platforms.read(syndicate)
    known = {one.siret: one for one in syndicate.communes}

    def of_one(siret: str) -> tuple[Fault, ...]:
        house = opened(syndicate.app(siret), known[siret], platforms)
        if siret in failed:
            return judged_sick(house)
        return judged_late(house) if siret in late else judged(house)

    return tuple(fault for siret in known for fault in of_one(siret))


class Watch:
    """Seconds of each part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a part."""
        now = time.perf_counter()
        self.seconds[name] = now - self._began
        self._began = now


def main() -> int:
    """Play, and say what was found; 1 when it is not nothing."""
    parser = argparse.ArgumentParser(prog="python -m crash.syndicat.trial", description=__doc__)
    parser.add_argument("--communes", type=int, default=200)
    parser.add_argument("--morts", type=int, default=KILLS, help="ouvriers tués")
    parser.add_argument("--graine", type=int, default=0, help="0 : tirée au sort")
    asked = parser.parse_args()
    seed = asked.graine or random.SystemRandom().randrange(1, 1_000_000)
    logs.configure()
    with tempfile.TemporaryDirectory(prefix="syndicat-") as folder, Cluster.open() as cluster:
        make_tables(cluster.url)
        seen = play(Path(folder) / "syndicat", cluster, asked.communes, random.Random(seed), asked.morts)
    for fault in seen.faults:
        sys.stdout.write(f"✗ {fault.kind} : {fault.sentence}\n")
    laps = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in seen.seconds.items())
    sys.stdout.write(f"{asked.communes} communes, graine {seed} : {len(seen.faults)} fautes ({laps})\n")
    return int(bool(seen.faults))


def make_tables(base: str) -> None:
    """Make the tables of an empty base, before several processes open it at once."""
    pool = open_engine(base)
    make_ready(pool)
    pool.dispose()


if __name__ == "__main__":
    sys.exit(main())
