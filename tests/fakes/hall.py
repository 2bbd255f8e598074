"""A town hall made of fakes: every port in memory, flows really written and read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from dematfin.acts import run as acts
from dematfin.acts import sign, visa, visa_views
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person
from dematfin.domain.unattended.run import Run
from dematfin.pes.build import Writer
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from dematfin.reports.letter import PdfLetters
from dematfin.reports.proof import FolderProofs
from dematfin.reports.writer import Writer as ReportWriter
from dematfin.steps.outcome import Outcome
from examples import ADMIN, AGENT, BUDGETS, MAIRE, POLICY, RULES, VISEUR, budget_year, content, engagement, tiers
from fakes.chorus import FakeChorus
from fakes.clock import FakeClock
from fakes.documents import FakeDocuments
from fakes.finance import FakeFinance
from fakes.ledger import FakeLedger
from fakes.mailer import FakeMailer
from fakes.paper import FakeFolders, FakePaper
from fakes.parapheur import FakeParapheur
from fakes.signature import FakeCheck, FakeSigner
from fakes.tdt import FakeTdt

BESIDE: Final = (replace(BUDGETS[0], editor=True), BUDGETS[1])
"""The budgets of a town whose commune leaves its mandats to a finance software."""


class Killed(BaseException):
    """The process dies here."""


class Axe:
    """Counts what is asked of the outside world, and kills at one of these calls, before or after its effect."""

    def __init__(self) -> None:
        self.calls = 0
        self.at: tuple[int, str] | None = None

    def strike(self, moment: str) -> None:
        if self.at == (self.calls, moment):
            raise Killed


@dataclass
class Watched:
    """A port whose calls are counted."""

    port: Any
    axe: Axe
    watched: frozenset[str]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self._call(found) if name in self.watched else found

    def _call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.axe.calls += 1
            self.axe.strike("before")
            result = method(*arguments, **named)
            self.axe.strike("after")
            return result

        return call


class WatchedLedger(FakeLedger):
    """A ledger whose commits are counted, but those that only note how far a day has gone: they double the count."""

    axe: Axe | None = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        before = dict(self.records)
        with super().transaction() as books:
            yield books
            counts = self.axe and not _only_notes(before, books.records)
            if self.axe and counts:
                self.axe.calls += 1
                self.axe.strike("before")
        if self.axe and counts:
            self.axe.strike("after")


def _only_notes(before: dict[Any, Any], after: dict[Any, Any]) -> bool:
    changed = {kind for (kind, key), record in after.items() if before.get((kind, key)) is not record}
    return changed == {Run}


@dataclass
class Hall:
    """What a test plays with."""

    app: App
    clock: FakeClock
    ledger: WatchedLedger
    documents: FakeDocuments
    chorus: FakeChorus
    tdt: FakeTdt
    folders: FakeFolders
    mailer: FakeMailer
    parapheur: FakeParapheur
    axe: Axe

    @classmethod
    def beside(cls, folder: Path, **policy: Any) -> Self:
        """Build one whose commune leaves its mandats to a finance software; its CCAS makes its own."""
        return cls.build(folder, **{"budgets": BESIDE} | policy)

    @classmethod
    def build(cls, folder: Path, **policy: Any) -> Self:
        """Build it, its registers full, its people in place, numbers after 1186 and 41.

        With a `bridge` among its rules, its i-Parapheur is connected.
        """
        clock, axe, documents = FakeClock(), Axe(), FakeDocuments()
        ledger = WatchedLedger(clock.now)
        (folder / "depot").mkdir(exist_ok=True)
        folders = FakeFolders(root=folder / "depot")
        chorus, tdt, bought = FakeChorus(rules=(RULES,)), FakeTdt(folder=folder), FakeParapheur()
        mailer = FakeMailer()
        near = Watched(chorus, axe, frozenset({"fetch", "publish", "changed"}))
        far = Watched(tdt, axe, frozenset({"send", "find", "follow", "returns", "fetch", "acknowledge"}))
        there = Watched(bought, axe, frozenset({"submit", "history", "documents", "close", "withdraw"}))
        app = App(
            policy=replace(POLICY, **policy),
            clock=clock,
            ledger=ledger,
            documents=documents,
            source=near,
            letters=PdfLetters(),
            reports=ReportWriter(),
            proofs=FolderProofs(documents.open),
            folders=Watched(folders, axe, frozenset({"done"})),
            paper=FakePaper(),
            notice=near,
            finance=FakeFinance(),
            writer=Writer(documents.open, Schemas(), "1.0"),
            reader=Reader(Schemas()),
            signer=FakeSigner(),
            signatures=FakeCheck(clock.now),
            transmitter=far,
            parapheur=there if policy.get("bridge") else None,
            holder="test:1",
            mailer=Watched(mailer, axe, frozenset({"send"})),
        )
        hall = cls(
            app=app,
            clock=clock,
            ledger=ledger,
            documents=documents,
            chorus=chorus,
            tdt=tdt,
            folders=folders,
            mailer=mailer,
            parapheur=bought,
            axe=axe,
        )
        with ledger.transaction() as books:
            books.save(tiers(), engagement(), budget_year(), AGENT, VISEUR, MAIRE, ADMIN)
        return hall

    def deposit(self, *amounts: str, start: int = 1) -> None:
        """Have the stationer deposit an invoice for each amount."""
        for order, ttc in enumerate(amounts, start=start):
            self.chorus.deposit(f"91{order:05d}", content(f"F-{order}", ttc))

    def day(self) -> list[Outcome]:
        """Run the daily order."""
        return list(acts.day(self.app, AGENT))

    def day_of(self, step: str) -> Outcome:
        """Run the daily order; return what one of its steps did."""
        (outcome,) = (one for one in self.day() if one.step == step)
        return outcome

    def certify(self, who: Person = VISEUR) -> None:
        """Certify whatever waits on the desks of a person."""
        for invoice in (one.invoice for one in visa_views.queue(self.app, who)):
            visa.approve(self.app, who, invoice.id, visa.ServiceFait(executed_on=self.clock.today()))

    def certified(self, *amounts: str, start: int = 1) -> None:
        """Bring an invoice for each amount as far as its certificate."""
        self.deposit(*amounts, start=start)
        self.day()
        self.certify()

    def to_sign(self, *amounts: str) -> None:
        """Bring a bordereau of an invoice for each amount as far as its signature."""
        self.certified(*amounts)
        self.day()

    def sign(self, who: Person = MAIRE) -> int:
        """Sign whatever waits; return how many flows."""
        sheets = sign.to_sign(self.app, who)
        for sheet in sheets:
            sign.sign(self.app, who, sheet.flux.id, sum((one.amount for one in sheet.mandats), ZERO))
        return len(sheets)

    def all(self, kind: type[Any]) -> tuple[Any, ...]:
        with self.ledger.reading() as books:
            return books.find(kind)


def flux(hall: Hall) -> Flux:
    """Return the only flow of a hall."""
    (only,) = hall.all(Flux)
    assert isinstance(only, Flux)
    return only
