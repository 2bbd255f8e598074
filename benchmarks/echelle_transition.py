"""What a transition costs in a ledger of a million invoices, against one of ten thousand.

    transition = cost of what brings an invoice from its receipt to its mandat, with its events, there / here

Some invoices are really imported; one goes all the way and its records are then multiplied by SQL, long paid, over ten
exercices, by a firm for each fifty invoices. The others are then controlled, put on a desk, certified and mandated by
the real steps and acts, each commit durable, in both bases turn by turn. A cost is a median.
"""

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from dematfin.acts import visa
from dematfin.cli.context import open_app
from dematfin.config.several import load as load_settings
from dematfin.demo.folder import DemoFolder
from dematfin.demo.neighbours import running
from dematfin.demo.play import Play
from dematfin.demo.story import Story, load
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.ports.app import App
from dematfin.steps.control import control_one
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.visa import visa as open_folders
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.support import logs
from dematfin.support.clock import SystemClock

journee: Any = import_module("journee")  # beside this file
SMALL, LARGE = 10_000, 1_000_000
TURNS, AT_ONCE = 8, 25
YEARS = 10
OF_A_FIRM = 50
OF_A_SHEET = 25
TABLES = ("invoice", "reception", "visa_folder", "visa_task", "intention", "piece", "mandat", "bordereau", "flux")
Costs = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peu", type=int, default=SMALL)
    parser.add_argument("--beaucoup", type=int, default=LARGE)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    few, many = costs(options.peu, options.beaucoup)
    ratio = sum(many.values()) / sum(few.values())
    if options.json:
        print(json.dumps({"figures": [{"name": "transition", "ratio": round(ratio, 3), "unit": "x small base"}]}))
        return
    for name in few:
        print(f"{name} : {1000 * few[name]:.2f} ms, puis {1000 * many[name]:.2f} ms")
    print(f"transition : ratio {ratio:.2f} (plus bas est mieux)")


def transition(invoices_small: int = SMALL, invoices_large: int = LARGE) -> float:
    """Return the cost of a transition in the large base, in units of its cost in the small one."""
    few, many = costs(invoices_small, invoices_large)
    return sum(many.values()) / sum(few.values())


def costs(small: int, large: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median seconds of each transition, in each base."""
    logs.configure()
    with tempfile.TemporaryDirectory(prefix="transition-") as name:
        app, base = imported(Path(name))
        towns = [grown(app, base, count) for count in (small, large)]
        measured: list[Costs] = [{}, {}]
        for turn in range(TURNS):
            live(towns, measured, turn)
        few, many = ({kind: statistics.median(taken) for kind, taken in one.items()} for one in measured)
        return few, many


def imported(root: Path) -> tuple[App, Path]:
    """Return a town with its base, where invoices have been imported, and one of them has come to its mandat."""
    folder = DemoFolder(root=root / "demo")
    story = load(SystemClock("Europe/Paris").today())
    folder.prepare(Story(data={**story.data, "factures": []}, today=story.today))
    journee.add_invoices(folder, story, TURNS * AT_ONCE + 1)
    with running(folder.config):
        app = open_app(folder.config)
        list(Play(app=app, story=story, folder=folder.root).set_up())
        journee.enlarge(app)
        journee.check(intake(app))
    control_one(app, key_of(0, app))
    journee.check(open_folders(app))
    approve(app, key_of(0, app))
    journee.check(prepare(app))
    base = load_settings(folder.config).stockage.base
    assert base
    return app, base


def grown(app: App, base: Path, count: int) -> App:
    """Return a copy of a town whose base holds `count` more invoices."""
    copy = base.with_name(f"{count}.sqlite")
    with closing(sqlite3.connect(base)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):  # a copy: made again if it dies
            target.execute(f"PRAGMA {pragma}")
        indexes = target.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''").fetchall()
        for name, _ in indexes:
            target.execute(f"DROP INDEX {name}")
        multiply(target, model_of(app), count)
        for _, sql in indexes:
            target.execute(sql)
        target.commit()
    engine = open_engine(str(copy))
    return replace(app, ledger=SqlLedger(engine, app.policy.collectivite, app.clock.now))


def model_of(app: App) -> dict[str, str]:
    """Return the words that tell one invoice from another, each with what it becomes in copy `i`."""
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, key_of(0, app))
        (mandat,), (sheet,) = books.find(Mandat), books.find(Bordereau)
    words = {
        invoice.id: "printf('F1999-%07d', i)",
        invoice.remote_id: "printf('1%09d', i)",
        invoice.number: "printf('A%07d', i)",
        invoice.number_key: "printf('A%07d', i)",
        invoice.supplier_siren: f"printf('9%08d', i / {OF_A_FIRM})",
        invoice.main_file: "printf('%064x', i)",
        mandat.id: "printf('M1999-%07d', i)",
        sheet.id: f"printf('COPIE-%07d', i / {OF_A_SHEET})",
        sheet.flux: f"printf('PESALR1_%07d', i / {OF_A_SHEET})",
        **{piece: f"printf('{piece[:4]}%020d', i)" for piece in mandat.pieces},
    }
    return {word: copy for word, copy in words.items() if word}


def multiply(connection: sqlite3.Connection, words: dict[str, str], count: int) -> None:
    """Copy all that the ledger holds of one invoice, with its events, `count` times."""
    for table in TABLES:
        for row in about(connection, table, words):
            kept = f"WHERE i % {OF_A_SHEET} = 0" if table in {"bordereau", "flux"} else ""
            put(
                connection, table, {name: copied(table, name, value, words) for name, value in row.items()}, count, kept
            )
    events = about(connection, "event", words)
    (last,) = connection.execute("SELECT sequence FROM chain").fetchone()
    for rank, row in enumerate(events, start=1):
        columns = {name: copied("event", name, value, words) for name, value in row.items()}
        put(connection, "event", columns | {"sequence": f"{last + rank} + i * {len(events)}"}, count, "")
    connection.execute(f"UPDATE chain SET sequence = {last + count * len(events)}")


def about(connection: sqlite3.Connection, table: str, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a table that name the model."""
    cursor = connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    key = next(iter(words))
    named = [row for row in rows if any(key == value or f'"{key}"' in str(value) for value in row.values())]
    return named or [row for row in rows if any(str(value) in words for value in row.values())]


def copied(table: str, name: str, value: Any, words: dict[str, str]) -> str:
    """Return the SQL of a column of copy `i`."""
    special = {
        "exercice": f"{value} - i % {YEARS}",
        "ttc": "1000 + i * 37 % 100000",
        "issued_on": f"date('{value}', '-' || (i % 3600) || ' days')",
        ("bordereau", "number"): f"1000 + i / {OF_A_SHEET}",
        ("mandat", "number"): "1000 + i",
        ("mandat", "state"): "'PAID'",
        ("flux", "state"): "'ACKNOWLEDGED'",
    }
    if sql := special.get((table, name)) or special.get(name):
        return sql
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    sql = "'" + value.replace("'", "''") + "'"
    for word, copy in words.items():
        if word in value:
            sql = f"replace({sql}, '{word}', {copy})"
    return sql


def put(connection: sqlite3.Connection, table: str, columns: dict[str, str], count: int, kept: str) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < {count}) "
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM numbers {kept}"
    )


def live(towns: list[App], measured: list[Costs], turn: int) -> None:
    """Bring the next invoices to their mandat, in each town."""
    keys = [key_of(1 + turn * AT_ONCE + rank, towns[0]) for rank in range(AT_ONCE)]
    both = tuple(zip(towns, measured, strict=True))
    for name, one in (("control", control_one), ("approve", approve)):
        for key in keys:
            for app, costs_here in both:
                timed(costs_here, name, 1, partial(one, app, key))
        for app, costs_here in both:
            step = open_folders if name == "control" else prepare
            timed(costs_here, step.__name__, AT_ONCE, partial(run, app, step))


def run(app: App, step: Callable[[App], Any]) -> None:
    journee.check(step(app))


def timed(costs_here: Costs, name: str, count: int, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    costs_here.setdefault(name, []).append((time.perf_counter() - start) / count)


def approve(app: App, key: str) -> None:
    done = visa.ServiceFait(executed_on=app.clock.today() - timedelta(days=1))
    visa.approve(app, journee.person(app, "paul"), key, done)


def key_of(rank: int, app: App) -> str:
    return f"F{app.clock.today().year}-{rank + 1:06d}"


if __name__ == "__main__":
    main()
