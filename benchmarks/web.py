"""The pages of a director, of an agent and of a head of service, and the report of a month, on a very large town.

    pages   = the slowest page, on N invoices / on ten thousand (median of many requests, through the real
              application): a head of service's queue, searches, the director's home, invoices that are held, one
              invoice with its timeline, bordereaux, flows, one mandat
    rapport = the tables of a month of N/10 invoices / reading the facts that they are computed from, alone

A town ten times as large has ten times as many services: a head of service has about forty folders in front of them in
any town, and an agent as many invoices to correct. Eight invoices in a thousand are open, as in a town that pays in
thirty days and keeps ten years; the others are paid, by mandats of which the last tenth is there with its bordereaux.
By default N is 100,000, some minutes; `--factures 1000000` is the town that the aim speaks of, and takes twenty.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from dematfin.acts import accounts, figures, search
from dematfin.cli.context import open_app
from dematfin.config.web import WebSettings
from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Amounts, Attachment, Content, InvoiceKind, Supplier
from dematfin.domain.invoice.invoice import Arrival, Invoice, Origin, received
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState, Share
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.registers import Imputation
from dematfin.domain.report.period import month_of
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import STILL, Stay
from dematfin.domain.visa.circuit import DEFAULT
from dematfin.domain.visa.deadline import J_PLUS_5
from dematfin.domain.visa.folder import folder_id, opened
from dematfin.domain.visa.task import tasks
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of
from dematfin.steps.snapshot import snapshot
from dematfin.support import logs
from dematfin.support.clock import SystemClock
from dematfin.web.application import application

FEW = 10_000
SAMPLES = 30
AT_ONCE = 50_000
OPEN_EVERY = 125
ON_A_DESK = 40
OF_A_FIRM = 50
OF_A_SHEET = 25
IN_FLIGHT = 10
YEARS = 10
PAID = 26
"""A paid invoice, whose mandat and flow are looked at; in flight, as the last bordereaux are."""
STAGES = (Stage.RECEIVED, Stage.IN_VISA, Stage.SERVICE_FAIT, Stage.SENT)
ACCOUNT = "2026/011/6064"
COUNTED = (What.CAME, What.VISA, What.MANDATED)
PHRASE = "trois chevaux dans le préau"
DIRECTOR = Person(id="dora", name="Dora", roles=frozenset({Role.DIRECTEUR}))
AGENT = Person(id="agathe", name="Agathe", roles=frozenset({Role.AGENT}))
WRONG = Finding(
    code="ROUTE-ENG-UNKNOWN", severity=Severity.BLOCKING, sentence="L'engagement BC26-1 n'existe pas.",
    proposal=SupplierStatus.RECYCLED, motif="L'engagement BC26-1 n'existe pas.",
)  # fmt: skip
PAYEE = Tiers(
    id="F00231",
    name="PAPETERIE DU LAC",
    identifier="91098765000017",
    siren="910987650",
    address=Address(line2="3 quai du Lac", postcode="99100", town="VALBRUME"),
    account=BankAccount(holder="PAPETERIE DU LAC", iban="FR7612345678901234567890189", bic="AGRIFRPP"),
)
FILE = DocumentRef(sha256=f"{0:064x}", size=1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factures", type=int, default=100_000)
    parser.add_argument("--detail", action="store_true", help="also the seconds behind each ratio")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logs.configure()
    seen = pages(options.factures)
    if options.detail:
        for name, (few, many) in seen.items():
            print(f"{name} : {few * 1000:.1f} ms, puis {many * 1000:.1f} ms", flush=True)
    spent = report(options.factures // 10)
    if options.detail:
        print(", ".join(f"{name} : {seconds:.2f} s" for name, seconds in spent.items()))
    measured = {
        "pages": max(many / few for few, many in seen.values()),
        "rapport": spent["tables"] / spent["lecture"],
    }
    if options.json:
        shown = [{"name": name, "ratio": round(ratio, 3), "unit": "x floor"} for name, ratio in measured.items()]
        print(json.dumps({"figures": shown}))
        return
    for name, ratio in measured.items():
        print(f"{name} : ratio {ratio:.2f} (plus bas est mieux)")


def pages(count: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds of each page in a small town and in one of `count` invoices, asked in turns."""
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        few, many = page_acts(Path(small), FEW), page_acts(Path(large), count)
        return {name: in_turns(few[name], many[name]) for name in few}


def page_acts(root: Path, count: int) -> dict[str, Callable[[int], object]]:
    """Return what asks for each page in a town of `count` invoices."""
    app = town(root)
    services = max(count // OPEN_EVERY // ON_A_DESK, 1)
    save(app, (head_of(number) for number in range(services)))
    save(app, iter([DIRECTOR, AGENT]))
    save(app, (one for number in range(count) for one in lived(app, count, number, services)))
    save(app, (one for number in range(count, count + ON_A_DESK) for one in held(app, count, number)))
    save(app, (one for rank in range(count // OF_A_SHEET) for one in frozen(app, count, rank)))
    count_until_now(app)
    say_who_pays(app, PAID)
    head, director, agent = Browser(app, head_of(0)), Browser(app, DIRECTOR), Browser(app, AGENT)
    return {
        "file": lambda _: head.get("/visas"),
        "accueil": lambda _: director.get("/accueil"),
        "factures retenues": lambda _: agent.get("/a-traiter"),
        "une facture": lambda _: director.get(f"/facture/{key_of(PAID)}"),
        "bordereaux": lambda _: director.get("/bordereaux"),
        "flux": lambda _: director.get("/flux"),
        "un bordereau": lambda _: director.get(f"/bordereau/{sheet_of(app, PAID // OF_A_SHEET)}"),
        "un flux": lambda _: director.get(f"/flux/{flux_of(PAID // OF_A_SHEET)}"),
        "un mandat": lambda _: director.get(f"/mandat/{mandat_of(PAID)}"),
        **{name: partial(look_for, app, count, name) for name in looked_for(count, 0)},
    }


def report(count: int) -> dict[str, float]:
    """Return the seconds of reading the facts of a month of `count` invoices, and of all its tables."""
    with tempfile.TemporaryDirectory() as scratch:
        app = town(Path(scratch))
        month = month_of(app.clock.today().replace(day=1) - timedelta(days=1))
        day = datetime(month.first.year, month.first.month, 15, 12, tzinfo=UTC)
        save(app, (one for number in range(count) for one in counted_in(app, count, number, day)))
        save(app, iter([DIRECTOR]))
        count_until_now(app)
        before = time.perf_counter()
        with app.ledger.reading() as books:
            facts_of(app, books, month)
        read = time.perf_counter()
        figures.report(app, DIRECTOR, month)
        return {"lecture": read - before, "tables": time.perf_counter() - read}


def town(root: Path) -> App:
    """Return a town hall with an empty ledger."""
    folder = DemoFolder(root=root / "demo")
    folder.prepare(load(SystemClock("Europe/Paris").today()))
    return open_app(folder.config)


def save(app: App, records: Iterator[Any]) -> None:
    """Save records, some thousands at once."""
    batch: list[Any] = []
    for one in records:
        batch.append(one)
        if len(batch) == AT_ONCE:
            _put(app, batch)
            batch = []
    _put(app, batch)


def _put(app: App, batch: list[Any]) -> None:
    with app.ledger.transaction() as books:
        books.save(*batch)


def count_until_now(app: App) -> None:
    """Say that the journal was counted, today and a week ago, and keep what the home shows."""
    save(app, iter([Reached(at=app.clock.now())]))
    snapshot(app)


def lived(app: App, count: int, number: int, services: int) -> Iterator[Any]:
    """Yield an invoice with its folder on a desk, or long paid."""
    today, is_open = app.clock.today(), number % OPEN_EVERY == 0
    rank = number // OPEN_EVERY
    came = today - timedelta(days=rank % 25 if is_open else 40 + number % 3_600)
    one = invoice(app, count, number, came, f"S{rank % services:03d}")
    folder = opened(folder_id(one.id, 1), one.id, DEFAULT, one.service).begun(came, J_PLUS_5)
    (task,) = tasks(folder, None, came + timedelta(days=30))
    if is_open:
        yield from (one, folder, task, stay(one, 1, Stage.IN_VISA, came))
    else:
        paid_on = came + timedelta(days=25)
        yield from (replace(one, state=InvoiceState.TO_PAY), replace(task, waiting=False))
        yield from (stay(one, 1, Stage.IN_VISA, came, paid_on), settlement(one, paid_on))


def held(app: App, count: int, number: int) -> Iterator[Any]:
    """Yield an invoice that waits for an agent."""
    came = app.clock.today() - timedelta(days=number % 25)
    one = invoice(app, count, number, came, "S000")
    yield replace(one, state=InvoiceState.TO_CORRECT, findings=(WRONG,))
    yield stay(one, 1, Stage.TO_CORRECT, came)


def frozen(app: App, count: int, rank: int) -> Iterator[Any]:
    """Yield a bordereau with its flow, the last ones first, and the mandats of this year."""
    sheets, today = count // OF_A_SHEET, app.clock.today()
    budget, age = app.policy.budgets[0], rank * YEARS // sheets
    day, year = today - timedelta(days=rank * 3_600 // sheets), today.year - age
    numbers = range(rank * OF_A_SHEET, (rank + 1) * OF_A_SHEET)
    sheet = Bordereau(
        id=sheet_of(app, rank), siret=budget.siret, exercice=year, number=rank + 1, emitted_on=day,
        mandats=tuple(map(mandat_of, numbers)), total=sum(map(amount_of, numbers), ZERO), cumul=Decimal(1),
        flux=flux_of(rank), prepared_by="service",
    )  # fmt: skip
    yield sheet
    state = FluxState.TRANSMITTED if rank < IN_FLIGHT else FluxState.ACKNOWLEDGED
    yield Flux(
        id=sheet.flux, siret=budget.siret, state=state, bordereaux=(sheet.id,), pieces=(), unsigned=FILE, signed=FILE,
        signed_by="Maire", remote_id=str(rank), sent_at=noon(day),
    )  # fmt: skip
    if age == 0:
        yield from (mandat(app, number, sheet, day) for number in numbers)


def mandat(app: App, number: int, sheet: Bordereau, day: date) -> Mandat:
    amount = amount_of(number)
    return Mandat(
        id=mandat_of(number), siret=sheet.siret, exercice=sheet.exercice, number=number + 1, bordereau=sheet.id,
        state=MandatState.SENT if number < IN_FLIGHT * OF_A_SHEET else MandatState.PAID, tiers=PAYEE,
        label="Fournitures", reference=f"N-{number}", dgp=delay(day, None), pieces=(), amount=amount,
        lines=(Line(number=1, imputation=Imputation(nature="6064"), amount=amount),),
        shares=(Share(invoice_id=key_of(number), amount=amount),),
    )  # fmt: skip


def say_who_pays(app: App, number: int) -> None:
    """Write in the journal what became of an invoice, as the steps do."""
    with app.ledger.transaction() as books:
        for before, after, motif in (("", "RECEIVED", "reçue"), ("SERVICE_FAIT", "TO_PAY", mandat_of(number))):
            books.record(app.event(Subject.INVOICE, key_of(number), before, after, motif))
        books.record(app.event(Subject.MANDAT, mandat_of(number), "IN_BORDEREAU", "SENT", "transmis"))


def key_of(number: int) -> str:
    return f"B{number:07d}"


def mandat_of(number: int) -> str:
    return f"M2000-{number:07d}"


def flux_of(rank: int) -> str:
    return f"PESALR1_{rank:07d}"


def sheet_of(app: App, rank: int) -> str:
    return f"{app.policy.budgets[0].code}-{rank + 1}"


def counted_in(app: App, count: int, number: int, day: datetime) -> Iterator[Any]:
    """Yield the facts of an invoice paid in a month."""
    one = invoice(app, count, number, day.date() - timedelta(days=number % 45), f"S{number % 30:03d}")
    for rank, stage in enumerate(STAGES):
        yield stay(one, rank, stage, one.notified_on, day.date())
    yield settlement(one, day.date())
    for rank, what in enumerate(COUNTED):
        yield Happening(
            id=f"{number}/{rank}", at=day, what=what, about=one.id, invoice_id=one.id, siret=one.siret,
            service=one.service, supplier=one.content.supplier.name, supplier_siren=one.supplier_siren,
            origin=one.origin, amount=one.signed_amount, due_on=day.date(), on=day.date(),
            code=ACCOUNT if what is What.MANDATED else "",
        )  # fmt: skip


def head_of(service: int) -> Person:
    name = f"S{service:03d}"
    return Person(id=name, name=f"Chef de {name}", roles=frozenset({Role.VISEUR}), desks=frozenset({name}))


def stay(one: Invoice, rank: int, stage: Stage, since: date, until: date | None = None) -> Stay:
    return Stay(
        id=f"{one.id}/{rank}", invoice_id=one.id, stage=stage, since=noon(since), siret=one.siret, service=one.service,
        supplier=one.content.supplier.name, supplier_siren=one.supplier_siren, number=one.number, origin=one.origin,
        ttc=one.signed_amount, start=one.notified_on, deadline=one.notified_on + timedelta(days=30),
        true_start=one.notified_on, until=noon(until) if until else STILL,
    )  # fmt: skip


def settlement(one: Invoice, paid_on: date) -> Settlement:
    return Settlement(
        id=f"M{one.id}", known_at=noon(paid_on), invoice_id=one.id, number=one.number, siret=one.siret,
        service=one.service, supplier=one.content.supplier.name, supplier_siren=one.supplier_siren, origin=one.origin,
        ttc=one.signed_amount, gross_start=one.notified_on, start=one.notified_on,
        deadline=one.notified_on + timedelta(days=30), days=30, true_start=one.notified_on,
        mandated_on=min(one.notified_on + timedelta(days=15), paid_on), paid_on=paid_on, late_base=one.signed_amount,
        first_pass=True,
    )  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def invoice(app: App, count: int, number: int, came: date, service: str) -> Invoice:
    """Return an invoice as Chorus Pro gives it."""
    total, firm = amount_of(number), number % (count // OF_A_FIRM)
    file = Attachment(
        name="facture.pdf", media_type="application/pdf", main=True,
        document=DocumentRef(sha256=f"{number:064x}", size=1000),
    )  # fmt: skip
    content = Content(
        number=f"N-{number}",
        kind=InvoiceKind.INVOICE,
        frame="A1",
        supplier=Supplier(identifier_kind="1", identifier=f"91{firm:07d}00017", name=firm_of(count, number)),
        siret=app.policy.budgets[0].siret,
        service_code=service,
        engagement="",
        marche="",
        issued_on=came,
        received_on=came,
        currency="EUR",
        amounts=Amounts(ht=total, ttc=total, payable=total),
        attachments=(file,),
    )
    arrival = Arrival(
        origin=Origin.CHORUS,
        remote_id=f"B{number}",
        remote_status="MISE_A_DISPOSITION",
        siret=app.policy.budgets[0].siret,
        notified_on=came,
    )
    return replace(received(key_of(number), content, arrival), state=InvoiceState.IN_VISA)


class Browser:
    """Asks the application itself, without a network."""

    def __init__(self, app: App, who: Person) -> None:
        accounts.set_password(app, who, who.id, PHRASE)
        self.loop = asyncio.Runner()
        transport = httpx.ASGITransport(application(app, WebSettings()))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        seal = self.get("/connexion").partition('name="seal" value="')[2].partition('"')[0]
        form = {"seal": seal, "identifiant": who.id, "mot-de-passe": PHRASE}
        self.loop.run(self.client.post("/connexion", data=form))

    def get(self, path: str) -> str:
        """Return a page that was really given."""
        answer = self.loop.run(self.client.get(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def looked_for(count: int, number: int) -> dict[str, search.Criteria]:
    """Return ways of looking for an invoice that is there."""
    sought = number * 7_919 % count
    return {
        "recherche, numéro": search.Criteria(words=f"N-{sought}"),
        "recherche, fournisseur": search.Criteria(words=firm_of(count, sought).lower()),
        "recherche, montant": search.Criteria(amount=amount_of(sought)),
    }


def firm_of(count: int, number: int) -> str:
    """Name the supplier of an invoice: each has fifty in ten years."""
    return f"ENTREPRISE {number % (count // OF_A_FIRM):05d} DU LAC"


def amount_of(number: int) -> Decimal:
    return Decimal(1_000 + number * 104_729 % 5_000_000) / 100


def look_for(app: App, count: int, name: str, number: int) -> None:
    assert search.search(app, DIRECTOR, looked_for(count, number)[name])


def in_turns(few: Callable[[int], object], many: Callable[[int], object]) -> tuple[float, float]:
    """Return the median time of each act, done many times by turns: whatever else the machine does slows them alike."""
    spent = [(timed(few, number), timed(many, number)) for number in range(SAMPLES)]
    return statistics.median(one for one, _ in spent), statistics.median(one for _, one in spent)


def timed(act: Callable[[int], object], number: int) -> float:
    start = time.perf_counter()
    act(number)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
