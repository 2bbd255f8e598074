"""A real process of workers over communes made of fakes; files in its folder make a commune hang, or kill the process.

python syndicate_worker.py CONFIGURATION FOLDER PLACES
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dematfin.config.settings import Settings
from dematfin.domain.registers import StructureRules
from dematfin.ports.app import App
from dematfin.service.houses import Houses
from dematfin.service.pace import Pace
from dematfin.service.workers import Workers
from dematfin.steps import day, progress
from dematfin.store.documents import FolderDocuments
from dematfin.store.lease import holder_here
from dematfin.support.clock import SystemClock
from dematfin.wiring import open_ledger
from fakes.hall import Hall

QUICK: Final = Pace(
    heartbeat=0.5, dead_after=4, recovery=0.5, deaths=40, look=0.5, rest=0.3, later=3, due="* * * * * *"
)
DEATHS: Final = 3
"""Before a step is set aside; the last one in a process of its own."""
NEVER: Final = threading.Event()


class Syndicate:
    """Wires communes whose neighbours are in this process, and their ledger in PostgreSQL."""

    def __init__(self, folder: Path, *, tells: bool = False) -> None:
        self.folder = folder
        self.tells = tells

    def build(self, settings: Settings, folder: Path, _: object) -> App:
        if self.tells:
            self._listen()
        siret = settings.collectivite.siret
        (self.folder / siret).mkdir(exist_ok=True)
        hall = Hall.build(self.folder / siret)
        hall.deposit("120.00")
        answer = hall.chorus.structures
        hall.chorus.structures = lambda door: self._behave(siret) or answer(door)  # type: ignore[method-assign]
        return replace(
            hall.app,
            policy=replace(hall.app.policy, collectivite=siret),
            clock=SystemClock(settings.fuseau),
            ledger=open_ledger(settings, folder),
            documents=FolderDocuments(self.folder / "documents", 0),
            holder=holder_here(),
        )

    def _listen(self) -> None:
        """Have this process tell what it runs; one that was made for a suspect learns it here."""
        if progress.PATIENCE != DEATHS:  # type: ignore[attr-defined, comparison-overlap]
            progress.PATIENCE = DEATHS  # type: ignore[attr-defined]
            day.begin = self._told(day.begin, "begins")  # type: ignore[attr-defined]
            day.end = self._told(day.end, "ends")  # type: ignore[attr-defined]

    def _behave(self, siret: str) -> tuple[StructureRules, ...]:
        if (self.folder / f"{siret}.poison").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        while (self.folder / f"{siret}.hangs").exists():
            NEVER.wait(0.05)
        return ()

    def _told(self, function: Callable[..., Any], word: str) -> Callable[..., Any]:
        """Write each beginning, or end, of a step in a file that all processes share."""

        def telling(app: App, key: str, *rest: Any) -> Any:
            result = function(app, key, *rest)
            with (self.folder / "steps").open("a", encoding="utf-8") as record:
                record.write(f"{app.policy.collectivite} {key} {word}\n")
            return result

        return telling


def serve(configuration: Path, folder: Path, places: int) -> None:
    """Serve, in a process of its own."""
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    syndicate = Syndicate(folder, tells=True)
    houses = Houses(configuration, syndicate.build)
    Workers(houses, houses.service.model_copy(update={"simultanees": places}), QUICK).serve()
