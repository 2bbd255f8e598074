"""A syndicate of communes in one PostgreSQL, and its workers: real processes, that can be killed and replaced."""

import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

import official
from dematfin import wiring
from dematfin.cli.context import system_account
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.unattended.run import DAY, Run
from dematfin.service.queue import Queue
from dematfin.steps.day import KEYS
from dematfin.store.ledger import SqlLedger
from dematfin.store.runs import SqlRuns
from dematfin.support.clock import SystemClock
from postgres import stored_in
from service import syndicate_worker
from service.syndicate_worker import NEVER

ROOT: Final = Path(__file__).parents[2]
BIRTH: Final = multiprocessing.get_context("forkserver")
BIRTH.set_forkserver_preload([syndicate_worker.__name__])
"""What a worker imports takes seconds: it is imported once, in a process of which each worker is born."""


def _with_key(start: str) -> str:
    """Add the last figure of a SIRET: doubled one in two, its figures make a multiple of ten."""
    doubled = (sum(divmod(int(figure) * (2 - place % 2), 10)) for place, figure in enumerate(start))
    return start + str(-sum(doubled) % 10)


SIRETS: Final = tuple(_with_key(f"219900420{number:04d}") for number in range(40))
ROUTE: Final = '[numerisation.routes.SCOLAIRE]\nsiret = "%s"'
OWN: Final = {
    "TECH_1_000000": "TECH_{collectivite}",
    '"tdt.p12"': '"tdt-{collectivite}.p12"',
    ROUTE % "21990042000015": ROUTE % "{collectivite}",
}
"""What communes must not share."""
MINE: Final = """[collectivite]
siret = "{siret}"
nom = "Commune {name}"
[[budgets]]
code = "COMMUNE"
siret = "{siret}"
libelle = "COMMUNE"
poste = "099042"
code_collectivite = "142"
code_budget = "00"
[signature]
autorites = []
listes_de_revocation = []
"""
"""Its own budget, and none of the files that are not there."""
LONG: Final = 120
"""Seconds before a test says that nothing will come; a busy machine is slow, not wrong."""


@dataclass
class Syndicate:
    """What a test plays with; `places`: communes that one process serves at once."""

    folder: Path
    engine: Engine
    places: int = 4
    workers: list[ForkServerProcess] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "syndicat"

    @property
    def base(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def queue(self) -> Queue:
        return Queue(self.base)

    @property
    def hour(self) -> int:
        """Return an hour of the day that is far away: it has passed within a day, and will not come during a test."""
        clock = SystemClock("Europe/Paris")
        hour = (clock.local(clock.now()) + timedelta(hours=12)).hour
        return hour + (hour == 2)  # when clocks change, this one comes twice or never

    def settle(self, count: int) -> tuple[str, ...]:
        """Write a configuration of so many communes, whose day is due now, once."""
        self.config.mkdir()
        shared = (ROOT / "config.example.toml").read_text(encoding="utf-8")
        for alone, each in OWN.items():
            assert alone in shared
            shared = shared.replace(alone, each)
        shared = shared.replace('base = "var/registre.db"', stored_in(self.base))
        common = shared.replace('journee = ["5 7-19 * * 1-5"]', f'journee = ["0 {self.hour} * * *"]')
        (self.config / "commun.toml").write_text(common, encoding="utf-8")
        for siret in SIRETS[:count]:
            mine = MINE.format(siret=siret, name=siret[-2:])
            (self.config / f"{siret}.toml").write_text(mine, encoding="utf-8")
        return SIRETS[:count]

    def harm(self, siret: str, how: str) -> None:
        """Have the Chorus Pro of a commune kill who asks it ("poison"), or never answer ("hangs")."""
        (self.folder / f"{siret}.{how}").touch()

    def heal(self, siret: str, how: str) -> None:
        """Have it behave again."""
        (self.folder / f"{siret}.{how}").unlink()

    def employ(self, siret: str) -> None:
        """Give whoever runs the tests the role of an agent in a commune."""
        agent = Person(id="claire", name="Claire", roles=frozenset({Role.AGENT}), system_user=system_account())
        with SqlLedger(self.engine, siret, SystemClock("Europe/Paris").now).transaction() as books:
            books.save(agent)

    @contextmanager
    def hanging_up(self) -> Iterator[None]:
        """Have what opens the base in this process take the connections of the test, which closes them."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "open_engine", lambda _: self.engine)
            yield

    def start(self) -> ForkServerProcess:
        """Start one process of workers."""
        worker = BIRTH.Process(target=syndicate_worker.serve, args=(self.config, self.folder, self.places))
        worker.start()
        self.workers.append(worker)
        return worker

    def kill_one(self, chance: random.Random) -> None:
        """Kill a worker and put another one in its place."""
        victim = chance.choice(self.workers)
        victim.kill()
        victim.join()
        self.replace_the_dead()

    def replace_the_dead(self) -> None:
        """Do what systemd does."""
        for one in [one for one in self.workers if not one.is_alive()]:
            self.workers.remove(one)
            self.start()

    def stop(self) -> None:
        """Kill whatever still works."""
        for one in self.workers:
            one.kill()
            one.join()

    def until(self, holds: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait for something."""
        limit = time.monotonic() + LONG
        while not holds():
            assert time.monotonic() < limit, self._why()
            meanwhile()
            NEVER.wait(0.05)

    def runs(self) -> dict[tuple[str, str], Run]:
        """Return every run of every commune."""
        return SqlRuns(self.engine).of({DAY, *KEYS.values()})

    def are_done(self, sirets: tuple[str, ...]) -> bool:
        """Say whether the day of some communes has ended."""
        runs = self.runs()
        return all((one, DAY) in runs and runs[one, DAY].ended_at for one in sirets)

    def steps(self, siret: str) -> list[tuple[str, str]]:
        """Return what the processes themselves wrote down: each step that began and ended, in order."""
        record = self.folder / "steps"
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        return [(key, word) for owner, key, word in map(str.split, lines) if owner == siret]

    def ended(self, sirets: tuple[str, ...]) -> int:
        """Return how many steps of some communes have ended."""
        return sum(word == "ends" for siret in sirets for _, word in self.steps(siret))

    def events(self, siret: str) -> list[str]:
        """Return the invoices that a ledger saw arrive."""
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    text(
                        "SELECT subject_id FROM event WHERE collectivite = :o AND subject = 'facture' AND before = ''"
                    ),
                    {"o": siret},
                ).scalars()
            )

    def jobs(self) -> list[tuple[str, str]]:
        """Return the jobs of the queue: whose, and their state."""
        query = (
            "SELECT lock, status::text FROM dematfin_file.procrastinate_jobs WHERE task_name = 'avancer' ORDER BY id"
        )
        with self.engine.connect() as connection:
            return [(owner, state) for owner, state in connection.execute(text(query))]

    def interrupt(self, worker: ForkServerProcess) -> None:
        """Ask a worker to stop, as systemd does."""
        os.kill(worker.pid or 0, signal.SIGTERM)

    def fall(self) -> None:
        """Stop the database at once, as a power cut does, and start it again."""
        self.engine.dispose()
        folder = Path(str(self.engine.url.query["host"]))
        programs = official.postgres_bin()
        assert programs
        account = folder.owner()
        as_owner = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"] if os.getuid() == 0 else []
        control = [*as_owner, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
        subprocess.run(start, check=True, capture_output=True, cwd=folder)

    def _why(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")[-4000:] + str(self.runs()) + str(self.jobs())
