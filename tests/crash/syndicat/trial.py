"""The day of a whole syndicate, some of whose communes are sick; then, once they are cured, what was left of theirs.

`python -m crash.syndicat.trial --communes 200` plays it, and says what the judge found.

A neighbour that keeps silent answers again once everybody else's day has ended, and not before: an engine in which one
commune waits for another is seen whatever the speed of the machine.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import text

from crash.campaign.children import fork
from crash.campaign.verdict import Fault
from crash.syndicat import engine
from crash.syndicat.cluster import Cluster
from crash.syndicat.communes import Commune, communes
from crash.syndicat.judge import delayed, judged, judged_late, judged_sick, opened
from crash.syndicat.records import Platforms
from crash.syndicat.syndicate import NOTHING, Syndicate, sirets
from dematfin.sandbox.weather import Trouble
from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready
from dematfin.support import logs

PROCESSES: Final = 4
LATENCY: Final = 0.05
NOWHERE: Final = 'chorus.url_api = "http://127.0.0.1:9"\ncourriel.delai = 1'
"""Connections are refused there."""
ENDED: Final = text("SELECT collectivite, ended_at FROM run WHERE id = 'journee' AND ended_at IS NOT NULL")
EVERY: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sickness:
    """What is wrong with the neighbours of some communes.

    Attributes:
        troubles: by account; `own`: lines of a configuration, by SIRET.
        failed: SIRETs whose day fails; `hung`: those whose day ends once their neighbour speaks again, failed or not.
    """

    troubles: Mapping[str, Trouble]
    own: Mapping[str, str]
    failed: tuple[str, ...]
    hung: tuple[str, ...]


def sickness(of: Sequence[Commune]) -> Sickness:
    """Choose among the communes; the first to be called have the silent neighbours."""
    silent, mute, down, refused, posted, nobody, slow, nowhere = of[:8]
    troubles = {
        silent.technical: Trouble.HUNG,
        mute.depositor: Trouble.HUNG,
        down.technical: Trouble.DOWN,
        refused.depositor: Trouble.DOWN,
        posted.box: Trouble.DOWN,
        nobody.box: Trouble.HUNG,
        slow.technical: Trouble.SLOW,
    }
    own = {nowhere.siret: NOWHERE, nobody.siret: "courriel.delai = 1"}
    failed = sirets((down, refused, posted, nobody, nowhere))
    return Sickness(troubles=troubles, own=own, failed=failed, hung=sirets((silent, mute)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the judge found, and the seconds that each part took."""

    faults: tuple[Fault, ...]
    seconds: Mapping[str, float]


def play(root: Path, base: str, count: int, processes: int = PROCESSES) -> Seen:
    """Play a day on a base whose tables are made, and the day after for those who were sick."""
    syndicate = Syndicate(root=root, communes=communes(count))
    sick, watch = sickness(syndicate.communes), Watch()
    syndicate.settle(f'postgresql = "{base}"')
    syndicate.trust_neighbours_only()
    with syndicate.neighbours():
        watch.lap("mise en place")
        engine.evening(syndicate, processes)
        syndicate.morning()
        watch.lap("veille")
        syndicate.configure(sick.own)
        syndicate.weather(LATENCY, sick.troubles)
        lifting = fork(partial(_lift_silence, syndicate, base, sick), root / "erreur.txt")
        engine.days(syndicate, sirets(syndicate.communes), processes)
        lifting.end()
        watch.lap("journée")
        faults = (*judgement(syndicate, sick.failed, sick.hung), *delayed(_ended(base), sick.hung))
        watch.lap("jugement")
        syndicate.configure(NOTHING)
        syndicate.weather(LATENCY)
        engine.days(syndicate, (*sick.failed, *sick.hung), processes)
        watch.lap("lendemain des malades")
        faults += judgement(syndicate)
        watch.lap("second jugement")
    return Seen(faults=faults, seconds=watch.seconds)


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


def _lift_silence(syndicate: Syndicate, base: str, sick: Sickness) -> None:
    """Have the silent neighbours speak again once everybody else's day has ended."""
    others = set(sirets(syndicate.communes)) - set(sick.hung)
    while others - _ended(base).keys():
        threading.Event().wait(EVERY)
    spoken = {login: one for login, one in sick.troubles.items() if not _is_silent(login, one)}
    syndicate.weather(LATENCY, spoken)


def _is_silent(login: str, trouble: Trouble) -> bool:
    return trouble is Trouble.HUNG and not login.startswith("visas-")


def _ended(base: str) -> dict[str, datetime]:
    """Return when each commune's day ended, those whose day goes on left out."""
    pool = open_engine(base)
    try:
        with pool.connect() as connection:
            return {siret: datetime.fromisoformat(at) for siret, at in connection.execute(ENDED)}
    finally:
        pool.dispose()


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
    parser.add_argument("--processus", type=int, default=PROCESSES)
    asked = parser.parse_args()
    logs.configure()
    with tempfile.TemporaryDirectory(prefix="syndicat-") as folder, Cluster.open() as cluster:
        make_tables(cluster.url)
        seen = play(Path(folder) / "syndicat", cluster.url, asked.communes, asked.processus)
    for fault in seen.faults:
        sys.stdout.write(f"✗ {fault.kind} : {fault.sentence}\n")
    laps = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in seen.seconds.items())
    sys.stdout.write(f"{asked.communes} communes : {len(seen.faults)} fautes ({laps})\n")
    return int(bool(seen.faults))


def make_tables(base: str) -> None:
    """Make the tables of an empty base, before several processes open it at once."""
    pool = open_engine(base)
    make_ready(pool)
    pool.dispose()


if __name__ == "__main__":
    sys.exit(main())
