"""What becomes of an invoice once its visa is decided, here or in a bought i-Parapheur."""

from dataclasses import replace
from datetime import date

from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import MOTIVE
from dematfin.domain.motif import for_supplier
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.decision import BACK_TO_AGENT, VISA_FINDING, Motive
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.service_fait import doubt
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.intentions import intend


def doubt_of(app: App, books: Books, invoice: Invoice, day: date) -> str:
    """Say why a day cannot be that of this invoice's service fait, or an empty text."""
    orders = books.find(Engagement, id=invoice.engagement_key)
    return doubt(day, app.clock.today(), orders, app.policy.before_order)


def certify(app: App, books: Books, invoice: Invoice, folder: VisaFolder, motif: str) -> None:
    """Write down that the service was done, and that its supplier is to know it."""
    moved = invoice.moved(InvoiceState.SERVICE_FAIT)
    certified = replace(moved, executed_on=folder.executed_on, admitted=folder.admitted)
    books.save(certified)
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, certified.state, motif))
    intend(app, books, certified, SupplierStatus.SERVICE_FAIT)


def goes_to_agent(invoice: Invoice, motive: Motive | None) -> bool:
    """Say whether a refusal leaves an invoice to the agent: misdirected, or a paper, whose supplier gets a letter."""
    return motive in BACK_TO_AGENT or invoice.origin is Origin.SCAN


def refuse(app: App, books: Books, invoice: Invoice, motive: Motive, motif: str, comment: str) -> None:
    """Send an invoice back: to the agent when somebody has to direct it or to write, to its supplier otherwise.

    Raises:
        RuleError: the supplier could not read the comment whole in Chorus Pro.
    """
    if goes_to_agent(invoice, motive):
        hand_back(app, books, invoice, motive, f"Refus de visa : {motif}")
        return
    refused = invoice.moved(InvoiceState.REFUSED)
    books.save(refused)
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, refused.state, motif, motive=motive))
    intend(app, books, refused, SupplierStatus.REFUSED, motif=supplier_words(invoice, motive, comment))


def supplier_words(invoice: Invoice, motive: Motive, comment: str) -> str:
    """Return what the supplier will read of a refusal, or raise RuleError when it is too long for Chorus Pro."""
    return for_supplier(invoice.id, f"{MOTIVE[motive]} : {comment}")


def hand_back(app: App, books: Books, invoice: Invoice, code: str, sentence: str) -> None:
    """Leave an invoice to the agent, with a finding that says why it has no visa."""
    said = Finding(code=f"{VISA_FINDING}{code}", severity=Severity.BLOCKING, sentence=sentence)
    held = replace(invoice.moved(InvoiceState.TO_CORRECT), findings=(*invoice.findings, said))
    books.save(held)
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, held.state, sentence))
