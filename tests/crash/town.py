"""A town hall in real processes: real servers beside it, its own commands, and a hand that kills them."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from dematfin.acts import sign, visa, visa_views
from dematfin.config.several import load
from dematfin.demo.folder import DemoFolder
from dematfin.demo.play import Play
from dematfin.demo.story import load as load_story
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.ports.app import App
from dematfin.sandbox.neighbours import Neighbours
from dematfin.wiring import build

PATIENCE: Final = 240.0
WATCH: Final = threading.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What a test does with it."""

    folder: DemoFolder
    neighbours: Neighbours
    app: App
    play: Play

    @classmethod
    @contextmanager
    def open(cls, root: Path) -> Iterator[Self]:
        """Settle an invented commune in a folder, with its neighbours running and its registers full."""
        folder = DemoFolder(root=root)
        story = load_story(date.today())  # noqa: DTZ011, TID251 - the neighbours run on the real clock
        for one in story.data["budgets"]:
            one["mandats"] = "dematfin"  # nobody is there to play the finance software
        folder.prepare(story)
        app = build(load(folder.config), folder.root, _nobody_to_ask)
        with Neighbours(folder.sandbox) as neighbours:
            town = cls(folder=folder, neighbours=neighbours, app=app, play=Play(app=app, story=story, folder=root))
            list(town.play.set_up())
            yield town

    def journee(self, *, killed_at: tuple[str, str, int] | None = None) -> subprocess.CompletedProcess[str] | None:
        """Run the daily order; or kill -9 it as soon as a neighbour has noted so many things of a kind.

        Returns None when it was killed.
        """
        command = [sys.executable, "-m", "dematfin", "journee", "-c", str(self.folder.config)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while killed_at and process.poll() is None:
            neighbour, what, count = killed_at
            if sum(line["what"] == what for line in self.journal(neighbour)) >= count:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                return None
            WATCH.wait(0.004)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def journal(self, neighbour: str) -> list[dict[str, Any]]:
        """Return what a neighbour noted of what it received; a line being written is for the next time."""
        path = self.folder.sandbox / neighbour / "journal.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def certify_everything(self) -> None:
        """Every head of service certifies; Chorus Pro will be told by the next daily order."""
        for person in self._people(Role.VISEUR):
            for invoice in (one.invoice for one in visa_views.queue(self.app, person)):
                visa.approve(
                    self.app, person, invoice.id, visa.ServiceFait(executed_on=self.play.story.today), "Conforme."
                )

    def sign_everything(self) -> int:
        """The mayor signs; return how many flows."""
        (mayor,) = self._people(Role.ORDONNATEUR)
        sheets = sign.to_sign(self.app, mayor)
        for sheet in sheets:
            sign.sign(self.app, mayor, sheet.flux.id, sum((one.amount for one in sheet.mandats), ZERO))
        return len(sheets)

    def statuses_told(self) -> Counter[tuple[int, str]]:
        """Count the changes of status that Chorus Pro accepted, by invoice and status."""
        changes = [line for line in self.journal("chorus") if line["what"] == "statut"]
        return Counter((line["idFacture"], line["statut"]) for line in changes)

    def _people(self, role: Role) -> list[Person]:
        with self.app.ledger.reading() as books:
            return [one for one in books.find(Person) if role in one.roles and one.id != "vous"]


def _nobody_to_ask(question: str) -> str:
    raise AssertionError(question)
