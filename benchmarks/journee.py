"""A whole day: 1,000 invoices of 100 KB, from the import to the sent flows, against its floor in the same run.

    ratio = day / floor
    floor = sha256 + gzip + base64 of every file
          + one durable write of all of them together
          + one raw keep-alive request for each call that the day makes to Chorus Pro
            (history and download to import; history, possible statuses and change, twice, to tell)

The neighbours run in a process of their own, on this machine, for the day as for its floor.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import random
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dematfin.acts import run as acts
from dematfin.acts import sign, visa, visa_views
from dematfin.cli.context import open_app
from dematfin.demo.folder import DemoFolder
from dematfin.demo.neighbours import running
from dematfin.demo.paper import pdf
from dematfin.demo.play import Play
from dematfin.demo.story import Story, load
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Credit, Engagement
from dematfin.pes.pieces_jointes import DEFLATE, GZIP, LEVEL
from dematfin.ports.app import App
from dematfin.steps.control import control
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa as open_folders
from dematfin.support import logs
from dematfin.support.clock import SystemClock

CALLS_TO_READ = 3
"""Histories asked for one invoice: at the import, before each of the two changes of status."""
CALLS_TO_TELL = 2


@dataclass
class Watch:
    """Seconds spent in each part."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.parts[name] = self.parts.get(name, 0.0) + time.perf_counter() - start

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factures", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    with tempfile.TemporaryDirectory(prefix="journee-") as name:
        folder = DemoFolder(root=Path(name) / "demo")
        story = load(SystemClock("Europe/Paris").today())
        folder.prepare(Story(data={**story.data, "factures": []}, today=story.today))
        files = add_invoices(folder, story, options.factures)
        with running(folder.config):
            app = open_app(folder.config)
            play = Play(app=app, story=story, folder=folder.root)
            list(play.set_up())
            enlarge(app)
            day = Watch()
            live(app, day)
            floor = Watch()
            reach_the_floor(folder, app, files, floor)
    ratio = day.total / floor.total
    if options.json:
        print(json.dumps({"figures": [{"name": "journee", "ratio": round(ratio, 2), "unit": "x floor"}]}))
        return
    show("journée", day)
    show("plancher", floor)
    print(f"journee : {options.factures} factures, ratio {ratio:.2f} (plus bas est mieux)")


def add_invoices(folder: DemoFolder, story: Story, count: int) -> list[Path]:
    """Give the sandbox `count` invoices whose file weighs 100 KB, and return those files."""
    world = json.loads((folder.sandbox / "monde.json").read_text(encoding="utf-8"))
    model = story.invoices(folder.sandbox)[0]
    noise = random.Random(2026)
    paths = []
    for number in range(count):
        path = Path("factures") / f"{number}.pdf"
        (folder.sandbox / path).write_bytes(pdf([f"Facture {number}"]) + b"%" + noise.randbytes(100_000))
        paths.append(folder.sandbox / path)
        file = {"nom": path.name, "chemin": path, "principale": True, "categorie": "Facture PDF"}
        invoice = {**model, "id": 9_200_000 + number, "numero": f"N{number:05d}", "fichiers": [file]}
        world["factures"].append(invoice)
    (folder.sandbox / "monde.json").write_text(json.dumps(world, default=str), encoding="utf-8")
    return paths


def enlarge(app: App) -> None:
    """Make room on the engagements and the chapters: a thousand invoices of one order are no budget of a commune."""
    with app.ledger.transaction() as books:
        books.save(*(replace(one, amount=Decimal(10_000_000)) for one in books.find(Engagement)))
        books.save(*(replace(one, available=Decimal(10_000_000)) for one in books.find(Credit)))


def live(app: App, watch: Watch) -> None:
    """Live the day."""
    agent, head, mayor = (person(app, key) for key in ("claire", "paul", "jeanne"))
    for step in (intake, control, open_folders):
        with watch.part(step.__name__):
            check(acts.run(app, agent, step))
    with watch.part("approve"):
        for invoice in (one.invoice for one in visa_views.queue(app, head)):
            visa.approve(app, head, invoice.id, visa.ServiceFait(executed_on=app.clock.today() - timedelta(days=1)))
    with watch.part("tell"):
        check(acts.run(app, agent, tell))
    with watch.part("prepare"):
        check(acts.run(app, agent, prepare))
    with watch.part("sign"):
        for sheet in sign.to_sign(app, mayor):
            total: Decimal = sum((one.amount for one in sheet.mandats), ZERO)
            sign.sign(app, mayor, sheet.flux.id, total)
    with watch.part("transmit"):
        check(acts.run(app, agent, transmit))
    with app.ledger.reading() as books:
        assert all(flux.state is FluxState.TRANSMITTED for flux in books.find(Flux))


def reach_the_floor(folder: DemoFolder, app: App, files: list[Path], watch: Watch) -> None:
    """Do the least that the same day could cost."""
    contents = [path.read_bytes() for path in files]
    with watch.part("sha256 + gzip + base64"):
        for content in contents:
            hashlib.sha256(content).digest()
            packer = DEFLATE.compressobj(LEVEL, 8, GZIP)
            base64.b64encode(packer.compress(content) + packer.flush())
    with watch.part("durable write"), (folder.root / "plancher").open("wb") as sink:
        for content in contents:
            sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())
    call, close = raw_caller(folder)
    with watch.part("raw requests"):
        for number in range(len(files)):
            invoice = {"idFacture": 9_200_000 + number}
            call("factures/v1/telecharger/groupe", {"format": "PIVOT", "listeFacture": [invoice]})
            for _ in range(CALLS_TO_READ):
                call("factures/v1/consulter/historique", invoice)
            for _ in range(CALLS_TO_TELL):
                call("transverses/v1/recuperer/etats/traitement", {"statutCourant": "MISE_A_DISPOSITION"})
                call("factures/v1/traiter/recue", {**invoice, "nouveauStatut": "MANDATEE"})
    close()


def raw_caller(folder: DemoFolder) -> tuple[Callable[[str, dict[str, Any]], None], Callable[[], None]]:
    """Return what makes a call to the sandbox on one kept connection, and what closes it."""
    world = json.loads((folder.sandbox / "monde.json").read_text(encoding="utf-8"))
    ports = json.loads((folder.sandbox / "ports.json").read_text(encoding="utf-8"))
    connection = http.client.HTTPConnection("127.0.0.1", ports["chorus"])
    form = urllib.parse.urlencode({"grant_type": "client_credentials", **world["oauth"]})
    connection.request("POST", "/api/oauth/token", form)
    token = json.loads(connection.getresponse().read())["access_token"]
    account = world["comptes"][0]
    login = base64.b64encode(f"{account['login']}:{account['mot_de_passe']}".encode()).decode()
    headers = {"Authorization": f"Bearer {token}", "cpro-account": login, "Content-Type": "application/json"}

    def call(path: str, body: dict[str, Any]) -> None:
        connection.request("POST", f"/cpro/{path}", json.dumps(body), headers)
        connection.getresponse().read()

    return call, connection.close


def person(app: App, key: str) -> Person:
    with app.ledger.reading() as books:
        return books.get(Person, key)


def check(outcome: Any) -> None:
    assert not outcome.failures, outcome.failures[:3]


def show(name: str, watch: Watch) -> None:
    parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in watch.parts.items())
    print(f"{name} : {watch.total:.2f} s ({parts})")


if __name__ == "__main__":
    main()
