"""The ports of one collectivité together: what every step and act receives."""

from dataclasses import dataclass, replace

from dematfin.domain.event import SERVICE, Event, Subject
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.policy import Policy
from dematfin.ports.clock import Clock
from dematfin.ports.documents import Documents
from dematfin.ports.exchange import Exchange
from dematfin.ports.finance import FinanceSoftware
from dematfin.ports.flow import FlowReader, FlowWriter
from dematfin.ports.gate import SENDS, gated
from dematfin.ports.invoice_source import InvoiceSource
from dematfin.ports.ledger import Ledger
from dematfin.ports.letters import Letters
from dematfin.ports.mailer import Mailer
from dematfin.ports.paper_folders import PaperFolders
from dematfin.ports.paper_reader import PaperReader
from dematfin.ports.parapheur import Parapheur
from dematfin.ports.proof import ProofFolders
from dematfin.ports.report_writer import ReportWriter
from dematfin.ports.signature import SignatureCheck, SigningDesk
from dematfin.ports.supplier_notice import SupplierNotice
from dematfin.ports.transmitter import Transmitter
from dematfin.ports.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One collectivité, wired.

    Attributes:
        parapheur: a bought i-Parapheur; None: every visa is given here.
        holder: this process, as the leases name it.
        mailer: None where no mail is sent.
        exchange: the folders shared with the finance software; None where there are none.
        witness: what remembers outside the base how far its journal had gone; None where nothing does.
        by: who is behind what is done now: a person's id, or the unattended service.
    """

    policy: Policy
    clock: Clock
    ledger: Ledger
    documents: Documents
    source: InvoiceSource
    notice: SupplierNotice
    letters: Letters
    reports: ReportWriter
    proofs: ProofFolders
    folders: PaperFolders
    paper: PaperReader
    finance: FinanceSoftware
    writer: FlowWriter
    reader: FlowReader
    signer: SigningDesk
    signatures: SignatureCheck
    transmitter: Transmitter
    parapheur: Parapheur | None = None
    holder: str
    mailer: Mailer | None = None
    exchange: Exchange | None = None
    witness: Witness | None = None
    by: str = SERVICE

    def __post_init__(self) -> None:
        """Put behind the gate, however this was made, each port by which something leaves."""
        for name in SENDS:
            object.__setattr__(self, name, gated(name, getattr(self, name), self.ledger))

    def on_behalf_of(self, who: Person, act: Act) -> "App":
        """Return the same app where `who` is recorded behind every change, if that person may do the act."""
        who.require(act)
        return replace(self, by=who.id)

    def event(self, subject: Subject, subject_id: str, before: str, after: str, motif: str = "", **data: str) -> Event:
        """Return the event of a change made now."""
        return Event(
            subject=subject,
            subject_id=subject_id,
            before=before,
            after=after,
            at=self.clock.now(),
            by=data.pop("by", self.by),
            motif=motif,
            data=data,
        )
