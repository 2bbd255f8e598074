"""A queue of visas and one decision, on many open folders against few.

    file     = the first page of one person's queue, on N open folders / on a thousand (median of many)
    decision = one visa, on N open folders / on a thousand (median of many)

The folders lie on twenty desks; the person owns one of them, and a page shows fifty.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from dematfin.acts import visa
from dematfin.acts.visa_views import Filter, queue
from dematfin.cli.context import open_app
from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.content import Amounts, Attachment, Content, InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Arrival, Invoice, Origin, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.circuit import DEFAULT
from dematfin.domain.visa.deadline import J_PLUS_5
from dematfin.domain.visa.folder import VisaFolder, folder_id, opened
from dematfin.domain.visa.task import VisaTask, tasks
from dematfin.ports.app import App
from dematfin.support import logs
from dematfin.support.clock import SystemClock

FEW = 1_000
DESKS = 20
PAGE = 50
SAMPLES = 40
AT_ONCE = 2_000
HEAD = Person(id="chef", name="Chef", roles=frozenset({Role.VISEUR}), desks=frozenset({"BUREAU00"}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    few, many = times(FEW), times(options.dossiers)
    measured = {name: many[name] / few[name] for name in few}
    if options.json:
        shown = [{"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in measured.items()]
        print(json.dumps({"figures": shown}))
        return
    for name, ratio in measured.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def times(count: int) -> dict[str, float]:
    """Return the median seconds of a page and of a decision, on `count` open folders."""
    with tempfile.TemporaryDirectory() as scratch:
        app = town(Path(scratch), count)
        today = app.clock.today()
        page = median(lambda _: queue(app, HEAD, Filter(most=PAGE)))
        mine = [one.invoice.id for one in queue(app, HEAD, Filter(most=SAMPLES))]
        decision = median(lambda number: visa.approve(app, HEAD, mine[number], visa.ServiceFait(executed_on=today)))
        return {"file": page, "decision": decision}


def median(act: Callable[[int], object]) -> float:
    """Return the median time of an act done many times."""
    spent = []
    for number in range(SAMPLES):
        start = time.perf_counter()
        act(number)
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def town(root: Path, count: int) -> App:
    """Return a town hall with `count` folders waiting."""
    folder = DemoFolder(root=root / "demo")
    folder.prepare(load(SystemClock("Europe/Paris").today()))
    app = open_app(folder.config)
    today = app.clock.today()
    with app.ledger.transaction() as books:
        books.save(HEAD)
    for start in range(0, count, AT_ONCE):
        invoices = [invoice(number, today, app) for number in range(start, min(start + AT_ONCE, count))]
        folders = [waiting(one, today) for one in invoices]
        pay_by = [one.notified_on + timedelta(days=30) for one in invoices]
        lying: list[VisaTask] = [
            task for one, day in zip(folders, pay_by, strict=True) for task in tasks(one, None, day)
        ]
        with app.ledger.transaction() as books:
            books.save(*invoices, *folders, *lying)
    return app


def invoice(number: int, today: date, app: App) -> Invoice:
    """Return an invoice that a desk has to certify."""
    total = Decimal(100 + number % 900)
    budget = app.policy.budgets[0]
    file = Attachment(
        name="facture.pdf",
        media_type="application/pdf",
        main=True,
        document=DocumentRef(sha256=f"{number:064x}", size=1000),
    )
    content = Content(
        number=f"N-{number}",
        kind=InvoiceKind.INVOICE,
        frame="A1",
        supplier=Supplier(identifier_kind="1", identifier="91098765000017", name="PAPETERIE DU LAC"),
        siret=budget.siret,
        service_code=f"BUREAU{number % DESKS:02d}",
        engagement="",
        marche="",
        issued_on=today,
        received_on=today,
        currency="EUR",
        amounts=Amounts(ht=total, ttc=total, payable=total),
        attachments=(file,),
    )
    arrival = Arrival(
        origin=Origin.CHORUS,
        remote_id=f"B{number}",
        remote_status="MISE_A_DISPOSITION",
        siret=budget.siret,
        notified_on=today - timedelta(days=number % 25),
    )
    return replace(received(f"B{number:07d}", content, arrival), state=InvoiceState.IN_VISA)


def waiting(one: Invoice, today: date) -> VisaFolder:
    """Return the folder of an invoice, on its desk."""
    return opened(folder_id(one.id, 1), one.id, DEFAULT, one.service).begun(today, J_PLUS_5)


if __name__ == "__main__":
    main()
