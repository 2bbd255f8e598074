"""Letters to the suppliers of paper invoices, kept with the invoice."""

from dataclasses import replace

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.paper.notice import Notice, NoticeKind
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App


def remind(app: App, who: Person, invoice_id: str) -> Invoice:
    """Write the letter that reminds a supplier of Chorus Pro (CCP R. 2192-3); the invoice goes on.

    Raises:
        Forbidden, UnknownRecord; RuleError: the invoice came through Chorus Pro.

    A letter that was made for it already says the same, and is kept.
    """
    app = app.on_behalf_of(who, Act.ANSWER)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        if invoice.origin is not Origin.SCAN:
            message = f"Facture {invoice_id} : elle est venue par Chorus Pro, il n'y a rien à rappeler."
            raise RuleError(message)
        if invoice.letter is not None:
            return invoice
        reminded = replace(invoice, letter=keep_notice(app, who, invoice, NoticeKind.REMINDER))
        books.save(reminded)
        told = "rappel de l'obligation d'utiliser Chorus Pro : lettre faite"
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told))
    return reminded


def keep_notice(app: App, who: Person, invoice: Invoice, kind: NoticeKind, motif: str = "") -> DocumentRef:
    """Write a letter and keep it; return where."""
    who.require(Act.ANSWER)
    budget = app.policy.budget(invoice.siret)
    words = Notice(
        kind=kind,
        sender=budget.label,
        siret=budget.siret,
        supplier=invoice.content.supplier.name,
        supplier_identifier=invoice.content.supplier.identifier,
        number=invoice.number,
        issued_on=invoice.issued_on,
        ttc=invoice.ttc,
        received_on=invoice.notified_on,
        written_on=app.clock.today(),
        service=invoice.service,
        engagement=invoice.engagement,
        motif=motif,
    )
    return app.documents.put(app.letters.notice(words))
