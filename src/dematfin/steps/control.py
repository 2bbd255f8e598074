"""Control: every new invoice is checked; those held are checked again, since a register may have changed."""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, blocking
from dematfin.domain.invoice.controls import Known
from dematfin.domain.invoice.controls import control as judge
from dematfin.domain.invoice.duplicates import OVER
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement, StructureRules, engagement_id
from dematfin.domain.visa.folder import VISA_FINDING
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Outcome, Tally

WAITING: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT)
PASSED: Final = frozenset(InvoiceState) - OVER - frozenset(WAITING)
"""On its way to a payment, or paid elsewhere."""


def control(app: App) -> Outcome:
    """Send each invoice to its visa, or hold it with the reason."""
    tally = Tally("contrôle")
    with app.ledger.reading() as books:
        waiting = books.find(Invoice, state=WAITING)
    for invoice in waiting:
        with tally.item(f"Facture {invoice.id}"):
            if _control_one(app, invoice.id):
                tally.done(invoice.id)
    return tally.outcome()


def _control_one(app: App, invoice_id: str) -> bool:
    """Return whether the invoice changed."""
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        if invoice.state not in WAITING:
            return False
        findings = (*_said_by_a_person(invoice), *judge(invoice, _known(app, books, invoice), app.policy.tolerance))
        checked = _moved(replace(invoice, findings=findings), findings)
        if checked == invoice:
            return False
        books.save(checked)
        books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, checked.state, _summary(findings)))
    return True


def _moved(invoice: Invoice, findings: tuple[Finding, ...]) -> Invoice:
    if blocking(findings):
        return invoice if invoice.state is InvoiceState.TO_CORRECT else invoice.moved(InvoiceState.TO_CORRECT)
    if invoice.state is InvoiceState.TO_CORRECT:
        invoice = invoice.moved(InvoiceState.RECEIVED)
    return invoice.moved(InvoiceState.IN_VISA)


def _said_by_a_person(invoice: Invoice) -> tuple[Finding, ...]:
    """Keep what a head of service said: no register can take it back."""
    return tuple(finding for finding in invoice.findings if finding.code.startswith(VISA_FINDING))


def _known(app: App, books: Books, invoice: Invoice) -> Known:
    content = invoice.content
    rules = books.find(StructureRules, id=invoice.siret)
    engagements = books.find(Engagement, id=engagement_id(invoice.siret, content.engagement))
    return Known(
        ours=app.policy.owns(invoice.siret),
        rules=rules[0] if rules else None,
        engagement=engagements[0] if engagements and content.engagement else None,
        tiers=books.find(Tiers, siren=invoice.supplier_siren),
        earlier=tuple(other for other in _look_alikes(books, invoice) if _comes_first(other, invoice)),
    )


def _comes_first(other: Invoice, invoice: Invoice) -> bool:
    """Of two copies the first to come in goes on, unless the other has passed: what comes back may be renumbered."""
    return other.id < invoice.id or other.state in PASSED


def _look_alikes(books: Books, invoice: Invoice) -> tuple[Invoice, ...]:
    firm = invoice.supplier_siren
    found = list(books.find(Invoice, supplier_siren=firm, number_key=invoice.number_key))
    if invoice.main_file:
        found += books.find(Invoice, supplier_siren=firm, main_file=invoice.main_file)
    return tuple({other.id: other for other in sorted(found, key=lambda other: other.id)}.values())


def _summary(findings: tuple[Finding, ...]) -> str:
    held = blocking(findings)
    return " ".join(finding.sentence for finding in held) if held else "contrôles passés"
