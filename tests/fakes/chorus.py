"""Chorus Pro in memory: deposits, a road of statuses, and the list of what it was told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dematfin.domain.intention import Intention
from dematfin.domain.invoice.chorus import Passage
from dematfin.domain.invoice.content import Content
from dematfin.domain.registers import StructureRules
from dematfin.errors import InvalidInvoice, Refused
from dematfin.ports.invoice_source import File, Reading, RemoteRef

ROAD = (
    "MISE_A_DISPOSITION",
    "SERVICE_FAIT",
    "MANDATEE",
    "MISE_A_DISPOSITION_COMPTABLE",
    "COMPTABILISEE",
    "MISE_EN_PAIEMENT",
)
READY = frozenset({"MISE_A_DISPOSITION", "COMPLETEE", "SERVICE_FAIT"})
CLOSED = frozenset({"REJETEE", "SUSPENDUE", "A_RECYCLER", "EN_COURS_ACHEMINEMENT"})


@dataclass
class FakeChorus:
    """Implements InvoiceSource and SupplierNotice.

    Attributes:
        deposits: what each invoice says, by id; None is a file that cannot be read.
        told: each change that was accepted, in order.
    """

    rules: tuple[StructureRules, ...]
    deposits: dict[str, Content | None] = field(default_factory=dict)
    passages: dict[str, tuple[Passage, ...]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def deposit(self, key: str, content: Content | None, status: str = ROAD[0]) -> None:
        """Take a supplier's deposit."""
        self.deposits[key] = content
        self.statuses[key] = status

    def doors(self) -> tuple[str, ...]:
        return ("TECH_1",)

    def check(self, door: str) -> None:
        assert door in self.doors()

    def structures(self, door: str) -> tuple[StructureRules, ...]:
        assert door in self.doors()
        return self.rules

    def to_process(self, door: str) -> Iterator[RemoteRef]:
        return (ref for ref in self.changed(door, date.min, date.max) if ref.status in READY)

    def changed(self, door: str, since: date, until: date) -> Iterator[RemoteRef]:
        assert door in self.doors()
        assert since <= until
        for key, status in self.statuses.items():
            content = self.deposits[key]
            yield RemoteRef(
                remote_id=key,
                number=content.number if content else key,
                status=status,
                status_at=f"{status} {len(self.passages.get(key, ()))}",
            )

    def fetch(self, remote_id: str, target: Path) -> tuple[Passage, ...]:
        self.fetched.append(remote_id)
        target.write_text(f"pivot {remote_id}", encoding="utf-8")
        first = Passage(status=ROAD[0], on=date(2026, 2, 22))
        return (first, *self.passages.get(remote_id, ()))

    def read(self, remote_id: str, raw: Path, folder: Path) -> Reading:
        content = self.deposits[remote_id]
        if content is None or raw.read_text(encoding="utf-8") != f"pivot {remote_id}":
            message = f"Facture {remote_id} : illisible."
            raise InvalidInvoice(message)
        path = folder / f"facture-{remote_id}"
        path.write_text(f"%PDF- {remote_id} %%EOF", encoding="utf-8")
        pdf = File(name=f"{content.number}.pdf", media_type="application/pdf", main=True, path=path)
        return Reading(content=content, files=(pdf,))

    def readable(self, remote_id: str, target: Path) -> None:
        target.write_text(f"%PDF- {remote_id} %%EOF", encoding="utf-8")

    def publish(self, intention: Intention) -> str:
        current, wanted = self.statuses[intention.remote_id], str(intention.status)
        if current == wanted or (current in ROAD and wanted in ROAD and ROAD.index(current) > ROAD.index(wanted)):
            return current
        if current in CLOSED:
            message = f"Facture {intention.invoice_id} : Chorus Pro la montre au statut {current}."
            raise Refused(message)
        self.statuses[intention.remote_id] = wanted
        self.told.append((intention.remote_id, wanted, intention.mandat))
        return wanted
