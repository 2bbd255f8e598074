"""A head of service says yes or no: the click and the invoice's new state are one transaction."""

from dataclasses import replace
from datetime import date

from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import MOTIVE
from dematfin.domain.motif import for_supplier
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import UNREAD, Reception
from dematfin.domain.visa.folder import BACK_TO_AGENT, VISA_FINDING, FolderState, Motive, VisaFolder, folder_id
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.intentions import intend

LONGEST_COMMENT = 512


def approve(app: App, who: Person, invoice_id: str, executed_on: date, comment: str = "") -> VisaFolder:
    """Certify that the service was done on `executed_on`; the legal delay may start later because of it.

    Raises:
        Forbidden: wrong role, or another desk's folder.
        RuleError: already decided, a day in the future, a comment that is too long, or the supplier has sent it again
            and nobody could read it yet.
    """
    app = app.on_behalf_of(who, Act.VISA)
    if executed_on > app.clock.today():
        message = f"Facture {invoice_id} : la date du service fait ({executed_on:%d/%m/%Y}) est dans le futur."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check_read(books, invoice)
        folder = _decide(app, books, invoice, who, FolderState.APPROVED, comment)
        certified = replace(invoice.moved(InvoiceState.SERVICE_FAIT), executed_on=executed_on)
        books.save(folder, certified)
        motif = f"service fait le {executed_on:%d/%m/%Y}, visé par {who.name}"
        books.record(app.event(Subject.FOLDER, invoice_id, FolderState.IN_CIRCUIT, folder.state, comment))
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, certified.state, motif))
        intend(app, books, certified, SupplierStatus.SERVICE_FAIT)
    return folder


def refuse(app: App, who: Person, invoice_id: str, motive: Motive, comment: str) -> VisaFolder:
    """Refuse an invoice: back to the agent when it is only misdirected, back to the supplier otherwise.

    Raises:
        Forbidden, RuleError: as `approve`; a comment is required, short enough for Chorus Pro when the supplier reads
            it.
    """
    app = app.on_behalf_of(who, Act.VISA)
    if not comment.strip():
        message = f"Facture {invoice_id} : un refus doit être expliqué. Ajoutez un commentaire."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        folder = replace(_decide(app, books, invoice, who, FolderState.REFUSED, comment), motive=motive)
        motif = f"{MOTIVE[motive]} ({who.name}) : {comment}"
        refused = _returned(invoice, motive, motif)
        books.save(folder, refused)
        books.record(app.event(Subject.FOLDER, invoice_id, FolderState.IN_CIRCUIT, folder.state, motif))
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, refused.state, motif))
        if refused.state is InvoiceState.REFUSED:
            words = for_supplier(invoice_id, f"{MOTIVE[motive]} : {comment}")
            intend(app, books, refused, SupplierStatus.REFUSED, motif=words)
    return folder


def _check_read(books: Books, invoice: Invoice) -> None:
    if books.find(Reception, id=invoice.remote_id, state=UNREAD):
        message = (
            f"Facture {invoice.id} : Chorus Pro l'annonce de nouveau et ce qu'elle contient maintenant n'est pas "
            "encore lu. Attendez le prochain import ; si elle est en quarantaine, voyez dematfin chorus etat."
        )
        raise RuleError(message)


def _decide(app: App, books: Books, invoice: Invoice, who: Person, state: FolderState, comment: str) -> VisaFolder:
    if len(comment) > LONGEST_COMMENT:
        message = f"Facture {invoice.id} : le commentaire dépasse {LONGEST_COMMENT} caractères."
        raise RuleError(message)
    found = books.find(VisaFolder, id=folder_id(invoice.id, invoice.episode))
    if not found or invoice.state is not InvoiceState.IN_VISA:
        message = f"La facture {invoice.id} n'est pas en attente de visa."
        raise RuleError(message)
    return replace(found[0].decided(state, who, app.clock.now()), comment=comment)


def _returned(invoice: Invoice, motive: Motive, motif: str) -> Invoice:
    if motive not in BACK_TO_AGENT:
        return invoice.moved(InvoiceState.REFUSED)
    said = Finding(code=f"{VISA_FINDING}{motive}", severity=Severity.BLOCKING, sentence=f"Refus de visa : {motif}")
    return replace(invoice.moved(InvoiceState.TO_CORRECT), findings=(*invoice.findings, said))
