"""The proof of an invoice, made for an auditor: what is taken away leaves a line in the journal."""

from dataclasses import dataclass
from pathlib import Path

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.steps import proof as steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A bundle that was made; `seal` is the SHA-256 of its manifest, as the journal tells it."""

    invoice_id: str
    files: int
    seal: str


def make(app: App, who: Person, invoice_id: str, target: Path) -> Made:
    """Write the proof of an invoice as a folder that does not exist yet; it has its name once the journal knows of it.

    Raises:
        Forbidden: it shows more than a head of service sees; UnknownRecord.
        DocumentError: a document is lost, or the folder cannot be written.
    """
    app = app.on_behalf_of(who, Act.OVERSEE)
    bundle = steps.bundle(app, who, invoice_id)
    with app.proofs.made(target, bundle) as seal, app.ledger.transaction() as books:
        state = books.get(Invoice, invoice_id).state
        told = f"dossier de preuve fait par {who.name}, manifeste {seal}"
        books.record(app.event(Subject.INVOICE, invoice_id, state, state, told, manifeste=seal))
    return Made(invoice_id=invoice_id, files=len(bundle.files), seal=seal)
