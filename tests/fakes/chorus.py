"""Chorus Pro in memory: deposits, a road of statuses, and the list of what it was told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dematfin.domain.intention import Intention
from dematfin.domain.invoice.content import Content
from dematfin.domain.registers import StructureRules
from dematfin.errors import InvalidInvoice, Refused
from dematfin.ports.invoice_source import File, Raw, Reading, RemoteRef

ROAD = ("MISE_A_DISPOSITION", "SERVICE_FAIT", "MANDATEE")
READY = frozenset({"MISE_A_DISPOSITION", "COMPLETEE", "SERVICE_FAIT"})
CLOSED = frozenset({"REJETEE", "SUSPENDUE", "A_RECYCLER"})


@dataclass
class FakeChorus:
    """Implements InvoiceSource and SupplierNotice.

    Attributes:
        deposits: what each invoice says, by id; None is a file that cannot be read.
        told: each change that was accepted, in order.
    """

    rules: tuple[StructureRules, ...]
    deposits: dict[str, Content | None] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def deposit(self, key: str, content: Content | None, status: str = ROAD[0]) -> None:
        """Take a supplier's deposit."""
        self.deposits[key] = content
        self.statuses[key] = status

    def structures(self) -> tuple[StructureRules, ...]:
        return self.rules

    def changed(self, since: date, until: date) -> Iterator[RemoteRef]:
        assert since <= until
        for key, status in self.statuses.items():
            content = self.deposits[key]
            yield RemoteRef(
                remote_id=key,
                number=content.number if content else key,
                status=status,
                status_at=status,
                ready=status in READY,
                elsewhere=status == ROAD[2],
            )

    def fetch(self, remote_id: str) -> Raw:
        self.fetched.append(remote_id)
        return Raw(remote_id=remote_id, data=f"pivot {remote_id}".encode(), notified_on=date(2026, 2, 22))

    def read(self, remote_id: str, data: bytes) -> Reading:
        content = self.deposits[remote_id]
        if content is None or data != f"pivot {remote_id}".encode():
            message = f"Facture {remote_id} : illisible."
            raise InvalidInvoice(message)
        name = f"{content.number}.pdf"
        pdf = File(name=name, media_type="application/pdf", main=True, data=f"%PDF- {remote_id}".encode())
        return Reading(content=content, files=(pdf,))

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
