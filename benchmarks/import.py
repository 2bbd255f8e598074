"""The import of a morning, and the controls of one invoice, against their floors in the same run.

    latence  = import of N invoices of 100 KB from a platform that takes 50 ms for each call
             / (calls made x 50 ms / 8 threads)
    local    = the same import without latency
             / (one raw keep-alive connection that downloads the same N answers + sha256 of each
                + one durable write for each batch of 8)
    controle = controls of one invoice on a base of a million / on a base of ten thousand (median of many)

The platform runs in a process of its own, on this machine.
"""

import argparse
import base64
import hashlib
import http.client
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dematfin.cli.context import open_app
from dematfin.config.several import load as load_settings
from dematfin.demo.folder import DemoFolder
from dematfin.demo.paper import pdf
from dematfin.demo.play import Play
from dematfin.demo.story import Story, load
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.ports.app import App
from dematfin.sandbox.chorus.app import ChorusApp
from dematfin.sandbox.server import LoopbackServer, Reply, Request
from dematfin.sandbox.world import load as load_world
from dematfin.steps.control import control_one
from dematfin.steps.intake import intake
from dematfin.store.engine import address, open_engine
from dematfin.support import logs
from dematfin.support.clock import SystemClock

LATENCY = 0.05
THREADS = 8
BATCH = 8
SAMPLES = 200
FIRST = 9_200_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factures", type=int, default=10_000)
    parser.add_argument("--base", type=int, default=1_000_000)
    parser.add_argument("--seulement", choices=("latence", "local", "controle"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    figures = {
        "latence": lambda: late(options.factures),
        "local": lambda: near(options.factures),
        "controle": lambda: controls(options.base),
    }
    wanted = [options.seulement] if options.seulement else list(figures)
    measured = {name: figures[name]() for name in wanted}
    if options.json:
        shown = [{"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in measured.items()]
        print(json.dumps({"figures": shown}))
        return
    for name, ratio in measured.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def late(count: int) -> float:
    """Return the ratio of an import from a platform far away."""
    with morning(count, LATENCY) as (_, app, calls):
        before = calls()
        seconds = timed(app, count)
        made: int = calls() - before
        return seconds / (made * LATENCY / THREADS)


def near(count: int) -> float:
    """Return the ratio of an import from a platform that answers at once."""
    with morning(count, 0) as (folder, app, _):
        seconds = timed(app, count)
        return seconds / floor(folder, count)


def timed(app: App, count: int) -> float:
    start = time.perf_counter()
    outcome = intake(app)
    seconds = time.perf_counter() - start
    assert len(outcome.done) == count, outcome.failures[:3]
    return seconds


@contextmanager
def morning(count: int, latency: float) -> Iterator[tuple[DemoFolder, App, Any]]:
    """Lend a commune whose platform holds `count` new invoices, and the counter of its calls."""
    with tempfile.TemporaryDirectory(prefix="import-") as name:
        folder = DemoFolder(root=Path(name) / "demo")
        story = load(SystemClock("Europe/Paris").today())
        folder.prepare(Story(data={**story.data, "factures": []}, today=story.today))
        deposit(folder, story, count)
        calls = multiprocessing.Value("L", 0)
        ready = multiprocessing.Event()
        platform = multiprocessing.Process(target=serve, args=(folder.sandbox, latency, calls, ready), daemon=True)
        platform.start()
        ready.wait()
        try:
            app = open_app(folder.config)
            list(Play(app=app, story=story, folder=folder.root).set_up())
            yield folder, app, lambda: calls.value
        finally:
            platform.terminate()
            platform.join()


def deposit(folder: DemoFolder, story: Story, count: int) -> None:
    """Put invoices whose file weighs 100 KB on the platform; a hundred files serve them all."""
    world = json.loads((folder.sandbox / "monde.json").read_text(encoding="utf-8"))
    model = story.invoices(folder.sandbox)[0]
    noise = random.Random(2026)
    for number in range(min(100, count)):
        path = folder.sandbox / "factures" / f"{number}.pdf"
        path.write_bytes(pdf([f"Facture {number}"]) + b"%" + noise.randbytes(100_000))
    for number in range(count):
        file = {"nom": f"{number % 100}.pdf", "chemin": f"factures/{number % 100}.pdf", "principale": True}
        base = 100 + number
        amounts = {"ht": base, "ttc": base, "net": base, "tva": [{"taux": 0, "base": base, "montant": 0}]}
        invoice = {**model, **amounts, "id": FIRST + number, "numero": f"N{number:06d}", "fichiers": [file]}
        world["factures"].append(invoice)
    (folder.sandbox / "monde.json").write_text(json.dumps(world, default=str), encoding="utf-8")


def serve(folder: Path, latency: float, calls: Any, ready: Any) -> None:
    """Be the platform, until killed."""
    application = ChorusApp(load_world(folder / "monde.json"), folder, folder / "chorus")
    wait = threading.Event()

    def answer(request: Request) -> Reply:
        with calls.get_lock():
            calls.value += 1
        wait.wait(latency)
        return application(request)

    ports = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
    LoopbackServer(answer, ports["chorus"]).start()
    ready.set()
    threading.Event().wait()


def floor(folder: DemoFolder, count: int) -> float:
    """Do the least that the same import could cost."""
    call = raw_caller(folder)
    start = time.perf_counter()
    with (folder.root / "plancher").open("wb") as sink:
        for number in range(count):
            answer = call("factures/v1/telecharger/groupe", FIRST + number)
            hashlib.sha256(answer).digest()
            sink.write(answer)
            if number % BATCH == BATCH - 1:
                sink.flush()
                os.fsync(sink.fileno())
    return time.perf_counter() - start


def raw_caller(folder: DemoFolder) -> Any:
    """Return what downloads one invoice on one kept connection."""
    world = json.loads((folder.sandbox / "monde.json").read_text(encoding="utf-8"))
    ports = json.loads((folder.sandbox / "ports.json").read_text(encoding="utf-8"))
    connection = http.client.HTTPConnection("127.0.0.1", ports["chorus"])
    form = urllib.parse.urlencode({"grant_type": "client_credentials", **world["oauth"]})
    connection.request("POST", "/api/oauth/token", form)
    token = json.loads(connection.getresponse().read())["access_token"]
    account = world["comptes"][0]
    login = base64.b64encode(f"{account['login']}:{account['mot_de_passe']}".encode()).decode()
    headers = {"Authorization": f"Bearer {token}", "cpro-account": login, "Content-Type": "application/json"}

    def call(path: str, key: int) -> bytes:
        body = {"format": "PIVOT", "listeFacture": [{"idFacture": key}]}
        connection.request("POST", f"/cpro/{path}", json.dumps(body), headers)
        return connection.getresponse().read()

    return call


def controls(count: int) -> float:
    """Return how much longer the controls of one invoice take on a large base than on one of ten thousand."""
    small, large = control_time(10_000), control_time(count)
    return large / small


def control_time(count: int) -> float:
    """Return the median time of the controls of one invoice, on a base of `count` others."""
    with morning(SAMPLES, 0) as (folder, app, _):
        intake(app)
        with app.ledger.reading() as books:
            fresh = [invoice.id for invoice in books.find(Invoice, state=InvoiceState.RECEIVED)]
        swell(folder, count)
        times = []
        for key in fresh:
            start = time.perf_counter()
            control_one(app, key)
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def swell(folder: DemoFolder, count: int) -> None:
    """Copy an invoice `count` times, from two thousand firms, over three years, each with its number and amount."""
    settings = load_settings(folder.config)
    engine = open_engine(address(settings.stockage, folder.root))
    with engine.connect() as connection, connection.begin():
        names = [row[1] for row in connection.execute(text("PRAGMA table_info(invoice)"))]
        changed = {
            "id": "'P' || n.i",
            "remote_id": "'P' || n.i",
            "state": "'TO_PAY'",
            "number": "'P' || n.i",
            "number_key": "'P' || n.i",
            "supplier_siren": "CAST(100000000 + n.i % 2000 AS TEXT)",
            "ttc": "1000 + (n.i * 7919) % 900000",
            "main_file": "'p' || n.i",
            "issued_on": "date('now', '-' || (n.i % 1000) || ' days')",
            "engagement_key": "'p' || (n.i % 50000)",
        }
        columns = ", ".join(changed.get(name, f'i."{name}"') for name in names)
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
                f"INSERT INTO invoice SELECT {columns} FROM n, (SELECT * FROM invoice LIMIT 1) i"
            ),
            {"count": count},
        )
        connection.execute(text("ANALYZE"))
    engine.dispose()


if __name__ == "__main__":
    main()
