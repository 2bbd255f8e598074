"""The invoices that wait for an agent, most pressing first, each with the answer that could be sent."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.finding import Finding, blocking
from dematfin.domain.intention import LONGEST_MOTIF, SupplierStatus
from dematfin.domain.invoice.forcing import FORCIBLE
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Conflict
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, WrittenEvent
from dematfin.steps.as_shown import as_shown

STRONGEST: Final = (SupplierStatus.REFUSED, SupplierStatus.RECYCLED, SupplierStatus.SUSPENDED)
"""An invoice that is wrong will be made anew: no use asking for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One invoice that a control holds.

    Attributes:
        held: what blocks it.
        due_on: end of the legal delay.
        proposal, motif: the status of Chorus Pro that would answer it, and the words for the supplier.
        forcible: an agent may let all that blocks it pass.
    """

    invoice: Invoice
    held: tuple[Finding, ...]
    due_on: date
    proposal: SupplierStatus | None
    motif: str
    forcible: bool

    @property
    def twin(self) -> str:
        """The invoice of which this one may be a duplicate, empty when it is not the question."""
        return next((finding.about for finding in self.held if finding.code.startswith("DUP-")), "")

    @property
    def waits(self) -> bool:
        """Whether it still waits for a decision."""
        return self.invoice.state is InvoiceState.TO_CORRECT

    @property
    def seen(self) -> str:
        """Fingerprint of what a decision bears on; a page repeats it, so that nobody decides on something else."""
        invoice = self.invoice
        said = [invoice.state, str(invoice.episode), invoice.service, invoice.engagement]
        said += [f"{one.code} {one.about}" for one in invoice.findings]
        said += [one.document.sha256 for one in invoice.content.attachments]
        return sha256("\n".join(said).encode()).hexdigest()

    @property
    def document(self) -> DocumentRef | None:
        """The invoice as the supplier made it."""
        return next((item.document for item in self.invoice.content.attachments if item.main), None)


def cases(app: App, who: Person) -> tuple[Case, ...]:
    """Return the invoices to correct, the nearest end of delay first."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        held = books.find(Invoice, state=InvoiceState.TO_CORRECT)
    listed = (_case(invoice, app.policy.days_for(invoice)) for invoice in held)
    return tuple(sorted(listed, key=lambda case: (case.due_on, case.invoice.id)))


def still(app: App, who: Person, case: Case) -> Case | None:
    """Return a case as it stands now; None when a decision on another one, or somebody else, has let it go."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, case.invoice.id)
    return _case(invoice, app.policy.days_for(invoice)) if invoice.state is InvoiceState.TO_CORRECT else None


def case_of(app: App, who: Person, invoice_id: str) -> Case:
    """Return one invoice, held or not, for whoever decides on those that are; raises UnknownRecord."""
    who.require(Act.HOLD)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
    return _case(invoice, app.policy.days_for(invoice))


def history(app: App, who: Person, invoice_id: str) -> tuple[WrittenEvent, ...]:
    """Return all that happened to one invoice, oldest first."""
    who.require(Act.HOLD)
    return app.ledger.history(keys=(invoice_id,))


def check_as_shown(app: App, who: Person, invoice_id: str, seen: str) -> None:
    """Let a decision be prepared when the invoice is as it was shown; raises Conflict, UnknownRecord."""
    who.require(Act.HOLD)
    with app.ledger.reading() as books:
        _check(app, books, invoice_id, seen)


def deciding(app: App, who: Person, invoice_id: str, seen: str) -> App:
    """Return the same app for one decision, which is written only if the invoice is as it was shown.

    Raises:
        Forbidden, UnknownRecord; Conflict: it has changed already.
    """
    who.require(Act.HOLD)
    check_as_shown(app, who, invoice_id, seen)
    return as_shown(app, lambda books: _check(app, books, invoice_id, seen))


def _check(app: App, books: Books, invoice_id: str, seen: str) -> None:
    case = _case(books.get(Invoice, invoice_id), app.policy.payment_days)
    if not case.waits:
        state = INVOICE[case.invoice.state]
        message = f"Facture {invoice_id} : elle est maintenant « {state} », elle n'attend plus votre décision."
        raise Conflict(message)
    if case.seen != seen:
        message = f"Facture {invoice_id} : elle a changé depuis que vous l'avez ouverte. Relisez-la, puis décidez."
        raise Conflict(message)


def _case(invoice: Invoice, days: int) -> Case:
    held = blocking(invoice.findings)
    proposal = next((status for status in STRONGEST if any(one.proposal is status for one in held)), None)
    words = [one.motif for one in held if one.proposal is proposal and one.motif]
    return Case(
        invoice=invoice,
        held=held,
        due_on=invoice.delay(days).deadline,
        proposal=proposal,
        motif=_joined(words) if proposal else "",
        forcible=bool(held) and all(one.code in FORCIBLE for one in held),
    )


def _joined(words: list[str]) -> str:
    """Return as many motives as Chorus Pro keeps, none cut in two."""
    text = ""
    for word in words:
        longer = f"{text} {word}".strip()
        if len(longer) > LONGEST_MOTIF:
            break
        text = longer
    return text or words[0][:LONGEST_MOTIF]
