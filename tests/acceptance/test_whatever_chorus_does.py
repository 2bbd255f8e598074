"""Whatever the platform plays on us: after enough runs each invoice is here once with its bytes, each status set once.

Real HTTP, the real ledger and documents on disk; the platform's own record is the judge.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import stamina
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chorus.platform import chorus_at
from dematfin.acts import run as acts
from dematfin.acts import visa, visa_views
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.ports.app import App
from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.steps.control import control
from dematfin.steps.day import Step
from dematfin.steps.intake import intake
from dematfin.steps.tell import tell
from dematfin.steps.visa import visa as open_folders
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.support.clock import SystemClock
from examples import AGENT, COMMUNE, VISEUR, engagement, tiers
from fakes.hall import Hall
from sandbox.worlds import NOTE, PDF, deposit, world

KEYS = (11, 12, 13)
STEPS: tuple[Step, ...] = (intake, control, open_folders, tell)
FAULTS = (
    "token_empty",
    "token_expired",
    "forbidden",
    "bad_gateway",
    "too_many",
    "server_error",
    "bad_request_400",
    "maintenance",
    "ids_as_text",
    "pagination_null",
    "duplicate_pages",
    "keys_omitted",
    "histo_short_page",
    "unknown_status",
    "cut_download",
    "cut_after_status",
    "functional_error",
    "status_20002",
    "moved",
    "old_pivot",
    "raw_files",
)
ILLS = st.dictionaries(st.sampled_from(FAULTS), st.integers(1, 12), max_size=4)
MOVES = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["complete", "recycle"])), max_size=3)


@dataclass
class Town:
    """An agent's desk in front of a platform that misbehaves."""

    app: App
    platform: ChorusApp
    folder: Path

    def run(self, ills: dict[str, int]) -> None:
        """Run the steps of a day; what stops one stops no other, and certify what can be."""
        for name, times in ills.items():
            self.platform.faults.set(name, times)
        for step in STEPS:
            with suppressed():
                acts.run(self.app, AGENT, step)
        for invoice in (one.invoice for one in visa_views.queue(self.app, VISEUR)):
            visa.approve(self.app, VISEUR, invoice.id, visa.ServiceFait(executed_on=date(2026, 2, 20)))
        with suppressed():
            acts.run(self.app, AGENT, tell)
        for name in ills:
            self.platform.faults.set(name, 0)

    def move(self, key: int, what: str) -> None:
        """A portal user sends an invoice back, and its supplier answers."""
        status = self.platform.statuses[str(key)]
        if status in {"MISE_A_DISPOSITION", "COMPLETEE"}:
            self.platform.post_status(key, "SUSPENDUE" if what == "complete" else "A_RECYCLER", "vu au portail")
            self.platform.post_status(key, "COMPLETEE" if what == "complete" else "MISE_A_DISPOSITION")

    def supply(self) -> None:
        """The supplier completes whatever somebody suspended."""
        for key in KEYS:
            if self.platform.statuses[str(key)] == "SUSPENDUE":
                self.platform.complete(key)

    def all(self, kind: type[Any]) -> tuple[Any, ...]:
        with self.app.ledger.reading() as books:
            return books.find(kind)

    def writes(self) -> Counter[tuple[int, str]]:
        path = self.folder / "etat" / "journal.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return Counter((line["idFacture"], line["statut"]) for line in lines if line["what"] == "statut")


@contextmanager
def suppressed() -> Iterator[None]:
    """A step may stop for a reason of ours, never for another."""
    from dematfin.errors import DematfinError  # noqa: PLC0415 - only here

    try:
        yield
    except DematfinError as error:
        assert str(error)


@cache
def hall() -> Hall:
    """Everything that has nothing to do with Chorus Pro, built once."""
    return Hall.build(Path(tempfile.mkdtemp()))


def _deposit(folder: Path, key: int) -> dict[str, Any]:
    """Describe an invoice with a file of its own: the same file twice would be a duplicate."""
    name = f"facture-{key}.pdf"
    (folder / name).write_bytes(PDF + name.encode())
    files = [
        {"nom": name, "chemin": name, "principale": True},
        {"nom": "bon.txt", "chemin": "bon.txt", "mime": "text/plain"},
    ]
    return deposit(key, fichiers=files)


@contextmanager
def town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as name, stamina.set_testing(True, attempts=2, cap=True):
        folder = Path(name)
        platform = ChorusApp(world(folder, *(_deposit(folder, key) for key in KEYS)), folder, folder / "etat")
        with chorus_at(platform) as chorus:
            clock = SystemClock("Europe/Paris")  # the platform dates what it does by the real one
            ledger = SqlLedger(open_engine(str(folder / "registre.db")), COMMUNE, clock.now)
            with ledger.transaction() as books:
                books.save(tiers(), engagement(), AGENT, VISEUR)
            app = replace(
                hall().app,
                policy=replace(hall().app.policy, import_days=400),
                clock=clock,
                ledger=ledger,
                documents=FolderDocuments(folder / "documents", 0),
                source=chorus,
                notice=chorus,
            )
            yield Town(app=app, platform=platform, folder=folder)
        platform.close()


@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(runs=st.lists(st.tuples(ILLS, MOVES), min_size=1, max_size=3))
def test_each_invoice_comes_in_once_and_each_status_is_set_once(
    runs: list[tuple[dict[str, int], list[tuple[int, str]]]],
) -> None:
    with town() as place:
        for ills, moves in runs:
            place.run(ills)
            for key, what in moves:
                place.move(key, what)
        place.run({})
        place.supply()
        place.run({})
        acts.synchronise(place.app, AGENT, date(2026, 1, 1))  # what was refused is told again when an agent asks
        place.run({})
        invoices = place.all(Invoice)
        assert sorted(invoice.remote_id for invoice in invoices) == [str(key) for key in KEYS]
        assert {one.state for one in place.all(Reception)} == {ReceptionState.READ}
        for invoice in invoices:
            assert contents(place.app, invoice) == [PDF + f"facture-{invoice.remote_id}.pdf".encode(), NOTE]
        episodes = {int(invoice.remote_id): invoice.episode for invoice in invoices}
        for (key, status), count in place.writes().items():
            assert count <= episodes[key], (key, status)
        assert set(place.platform.statuses.values()) == {"SERVICE_FAIT"}


def contents(app: App, invoice: Invoice) -> list[bytes]:
    found = []
    for attachment in invoice.content.attachments:
        with app.documents.open(attachment.document) as kept:
            found.append(kept.read())
    return found
