"""A town hall with real books and real documents on disk, and everybody who may knock at its pages."""

import io
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from reportlab.pdfgen.canvas import Canvas

from dematfin.acts import absences
from dematfin.acts import run as acts
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.rules import PaperRules, Route
from dematfin.domain.parties.account import Account, digest_of
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.registers import ServiceRule
from dematfin.domain.visa.circuit import OWN_SERVICE, Circuit, CircuitChoice, StepRule
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder
from dematfin.ports.app import App
from dematfin.ports.invoice_source import File, Reading
from dematfin.reports.proof import FolderProofs
from dematfin.steps.capture import capture
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import SQLITE, open_engine
from dematfin.store.ledger import SqlLedger
from examples import ADMIN, AGENT, COMMUNE, MAIRE, RULES, VISEUR, budget_year, content, engagement, tiers
from fakes.chorus import FakeChorus
from fakes.clock import FakeClock
from fakes.hall import Hall
from visa.desks import DGS, DST, OTHER, STAND_IN, head

PASSWORD: Final = "trois chevaux dans le préau"
SALT: Final = "00" * 16
START: Final = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
"""The first two invoices come in then; ten days later, when tests begin, they are late."""

LATER: Final = head("futur", "Fanny Future", "ARCHIVES")
BEFORE: Final = head("ancien", "Alain Ancien", "LOGEMENT")
GONE: Final = replace(head("parti", "Pia Partie", "SCOLAIRE"), active=False)
DIRECTOR: Final = Person(id="directeur", name="Dora Directrice", roles=frozenset({Role.DIRECTEUR}))
READER: Final = Person(id="lecteur", name="Louis Lecteur", roles=frozenset({Role.LECTEUR}))
EVERYBODY: Final = (
    AGENT, VISEUR, MAIRE, ADMIN, DST, DGS, STAND_IN, OTHER, LATER, BEFORE, GONE, DIRECTOR, READER,
)  # fmt: skip

LATE, LATE_TOO, PLAIN, OF_TWO, ELSEWHERE, NO_FOLDER = (f"F2026-{number:06d}" for number in range(1, 7))
"""Two late ones and one in time for SCOLAIRE, one of VOIRIE then DST, one for SPORT, one still with the agent."""

WORKS: Final = Circuit(
    id="travaux/0", key="travaux", version=0, steps=(StepRule(desks=(OWN_SERVICE,)), StepRule(desks=("DST",)))
)
SERVICES: Final = {name: ServiceRule(name=name.capitalize()) for name in ("SCOLAIRE", "VOIRIE", "SPORT")}
POLICY: Final[dict[str, Any]] = {
    "circuits": (WORKS,),
    "paper": PaperRules(routes=(Route(key="ECOLE", siret=COMMUNE, service="SCOLAIRE"),)),
    "choices": (CircuitChoice(circuit="travaux", services=frozenset({"VOIRIE"})),),
}


def pdf(words: str) -> bytes:
    """Return a real small PDF."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=True)
    canvas.drawString(72, 770, words)
    canvas.save()
    return made.getvalue()


@dataclass
class PaperChorus(FakeChorus):
    """Chorus Pro whose deposits hold real files."""

    def __post_init__(self) -> None:
        self.files: dict[str, list[tuple[str, bytes]]] = {}

    def read(self, remote_id: str, raw: Path, folder: Path) -> Reading:
        reading = super().read(remote_id, raw, folder)
        files = []
        for number, (name, data) in enumerate(self.files[remote_id]):
            path = folder / f"{remote_id}-{number}"
            path.write_bytes(data)
            files.append(File(name=name, media_type="application/pdf", main=number == 0, path=path))
        return replace(reading, files=tuple(files))


@dataclass
class Town:
    """What a test plays with; `folder` holds the base and the documents."""

    folder: Path
    app: App
    clock: FakeClock
    chorus: PaperChorus

    @classmethod
    def open(cls, folder: Path, clock: FakeClock) -> "Town":
        """Open the books of a folder, made if need be."""
        (folder / "depot").mkdir(parents=True, exist_ok=True)
        ledger = SqlLedger(open_engine(str(folder / "base.sqlite")), COMMUNE, clock.now)
        documents = FolderDocuments(folder / "documents", minimum_free=0)
        chorus = PaperChorus(rules=(replace(RULES, services={**RULES.services, **SERVICES}),))
        app = replace(
            Hall.build(folder, **POLICY).app,
            clock=clock,
            ledger=ledger,
            documents=documents,
            proofs=FolderProofs(documents.open),
            source=chorus,
            notice=chorus,
        )
        return cls(folder=folder, app=app, clock=clock, chorus=chorus)

    def deposit(self, *contents: Content, files: Iterable[tuple[str, bytes]] = ()) -> None:
        """Have Chorus Pro give these invoices, and take them in."""
        for one in contents:
            key = f"91{one.number.rpartition('-')[2]:0>5}"
            self.chorus.deposit(key, one)
            self.chorus.files[key] = list(files) or [(f"{one.number}.pdf", pdf(f"Facture {one.number}"))]
        list(acts.day(self.app, AGENT))

    def scan(self, *pages: str, name: str = "scan.pdf") -> Batch:
        """Have the copier give a file, as `fakes.paper` writes one, and take it in."""
        (self.folder / "depot" / name).write_text("\n".join(pages), encoding="utf-8")
        acts.run(self.app, AGENT, capture)
        (batch,) = (one for one in self.all(Batch) if one.name == name)
        return batch  # type: ignore[no-any-return]

    def all(self, kind: type[Any]) -> tuple[Any, ...]:
        with self.app.ledger.reading() as books:
            return books.find(kind)

    def folder_of(self, invoice_id: str) -> VisaFolder:
        with self.app.ledger.reading() as books:
            (found,) = books.find(VisaFolder, invoice_id=invoice_id)
            return found

    def invoice(self, invoice_id: str) -> Invoice:
        with self.app.ledger.reading() as books:
            return books.get(Invoice, invoice_id)

    def held_by(self, code: str) -> list[str]:
        """Return the invoices that a control holds whose code begins so."""
        held = self.all(Invoice)
        return [one.id for one in held if any(finding.code.startswith(code) for finding in blocking(one.findings))]

    def save(self, *records: Any) -> None:
        with self.app.ledger.transaction() as books:
            books.save(*records)

    def away(self, substitute: Person = STAND_IN, absent: Person = VISEUR, first: int = 0, last: int = 2) -> Delegation:
        """Declare an absence, from the day `first` after today to the day `last`."""
        today = self.clock.today()
        asked = absences.Absence(
            absent=absent.id,
            substitute=substitute.id,
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
            reason="Congés.",
        )
        return absences.delegate(self.app, absent, asked)

    def meanwhile(self, patch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
        """Have somebody else act between the look of the next decision at the books and its own transaction."""
        opened = SqlLedger.transaction

        def late(ledger: SqlLedger) -> AbstractContextManager[Any]:
            patch.setattr(SqlLedger, "transaction", opened)
            act()
            return opened(ledger)

        patch.setattr(SqlLedger, "transaction", late)

    def everything(self) -> str:
        """Return the whole base as text: nothing can change without a change of it.

        By the very library that writes it: a second one in this process would break its locks.
        """
        with closing(SQLITE.connect(self.folder / "base.sqlite")) as base:
            tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return "\n".join(f"{table} {row}" for table in tables for row in base.execute(f"SELECT * FROM {table}"))

    def events(self) -> list[str]:
        """Return what the journal says, oldest first."""
        return [one.event.motif for one in self.app.ledger.history()]

    def document(self, invoice_id: str, number: int = 0) -> str:
        """Return the address of a document of an invoice."""
        ref = self.invoice(invoice_id).content.attachments[number].document
        return f"/dossier/{invoice_id}/document/{ref.sha256}"

    def copy(self, folder: Path) -> "Town":
        """Return the same town in another folder, to be changed at will."""
        shutil.copytree(self.folder, folder)
        return Town.open(folder, FakeClock(self.clock.instant))


def built(folder: Path) -> Town:
    """Return the usual town: see the names of its invoices above; everybody has the same password."""
    town = Town.open(folder, FakeClock(START))
    digest = digest_of(PASSWORD, SALT)
    accounts = [Account(id=one.id, salt=SALT, digest=digest, changed_at=START) for one in EVERYBODY]
    town.save(tiers(), engagement(), budget_year(), *EVERYBODY, *accounts)
    town.deposit(content("F-1", "120.00"), content("F-2", "1240.00"))
    town.clock.advance(days=10)
    town.deposit(
        content("F-3", "360.00"),
        content("F-4", "480.00", service_code="VOIRIE"),
        content("F-5", "600.00", service_code="SPORT"),
        content("F-6", "720.00", engagement="INCONNU"),
    )
    return town
