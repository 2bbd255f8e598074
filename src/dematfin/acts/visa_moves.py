"""A folder changes hands without a yes or a no: "not my service", "I was wrong", "nobody can do it there"."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.decision import VISA_FINDING, Decision, DecisionKind
from dematfin.domain.visa.delegation import staffed
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.errors import Conflict, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one
from dematfin.steps.folders import keep_folder, shown
from dematfin.steps.intentions import take_back
from dematfin.steps.remorse import settled
from dematfin.steps.sitting import check_awaited, check_here, folder_of, sit_at


def transfer(app: App, who: Person, invoice_id: str, desk: str, motif: str) -> VisaFolder:
    """Pass a folder to the desk that should have had it; the day when it is due does not move.

    Raises:
        Forbidden, Conflict; RuleError: no motif, a desk that nobody owns, or that already has it.
    """
    app = app.on_behalf_of(who, Act.VISA)
    reason = for_journal(f"Facture {invoice_id}", motif)
    with app.ledger.transaction() as books:
        at = sit_at(app, books, who, invoice_id)
        check_awaited(books, at)
        if desk not in staffed(books.find(Person)):
            message = f"Facture {invoice_id} : le bureau « {desk} » n'a personne, elle reste où elle est."
            raise RuleError(message)
        folder = at.folder.transferred(at.decision(app, who, DecisionKind.TRANSFER, reason), desk)
        told = f"transférée à {desk} par {at.names(who)} : {reason}"
        keep_folder(app, books, at.folder, folder, at.invoice, told, exception=Exceptional.TRANSFERRED)
    return folder


def undo(app: App, who: Person, invoice_id: str) -> VisaFolder:
    """Take one's own last decision back, before anybody has acted on it.

    Raises:
        Forbidden; Conflict: it is mandated, or Chorus Pro was told; RuleError: somebody else's decision, or the next
            desk has opened it.
    """
    app = app.on_behalf_of(who, Act.VISA)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        before = folder_of(books, invoice)
        check_here(before)
        folder = before.undone(who.id)
        back = _before_the_decision(books, invoice, before)
        keep_folder(app, books, before, folder, back, f"décision reprise par {who.name}")
        if back != invoice:
            take_back(books, invoice, "repris par qui l'avait décidé, avant d'être transmis")
            books.save(back)
            told = f"décision de visa reprise par {who.name}"
            books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, back.state, told))
    if back.state is InvoiceState.RECEIVED:
        control_one(app, invoice_id)
    return folder


def may_undo(app: App, who: Person, invoice_id: str) -> bool:
    """Say whether the last decision on a folder is this person's, and can still be taken back."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, invoice_id)
        try:
            folder = folder_of(books, invoice)
            folder.undone(who.id)
            _before_the_decision(books, invoice, folder)
        except RuleError:
            return False
    return who.may(Act.VISA)


def bypass(app: App, who: Person, invoice_id: str, motif: str) -> VisaFolder:
    """Pass over a step that nobody can decide, in an administrateur's name; the last step cannot be passed over.

    Raises:
        Forbidden, Conflict; RuleError: no motif, or the last step: somebody must certify the service.
    """
    app = app.on_behalf_of(who, Act.BYPASS)
    reason = for_journal(f"Facture {invoice_id}", motif)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        before = folder_of(books, invoice)
        check_here(before)
        if before.rank + 1 == len(before.steps):
            message = (
                f"Facture {invoice_id} : c'est sa dernière étape, quelqu'un doit certifier le service fait. Donnez ce "
                f"bureau ({before.desk}) à une autre personne (personne ajouter), ou déléguez-le (visa deleguer)."
            )
            raise RuleError(message)
        decision = Decision(
            kind=DecisionKind.BYPASS,
            desk=before.desk,
            by=who.id,
            at=app.clock.now(),
            comment=reason,
            seen=shown(books, invoice, before.id),
        )
        folder = before.decided(decision, app.clock.today(), app.policy.deadline)
        told = f"étape {before.desk} passée par {who.name} : {reason}"
        keep_folder(app, books, before, folder, invoice, told, exception=Exceptional.STEP_BYPASSED)
    return folder


def _before_the_decision(books: Books, invoice: Invoice, folder: VisaFolder) -> Invoice:
    """Return the invoice without the decision that ended its folder: a refusal is controlled anew, a visa awaited."""
    if reason := settled(books, invoice, folder):
        raise Conflict(reason)
    if folder.state is FolderState.IN_CIRCUIT:
        return invoice
    findings = tuple(one for one in invoice.findings if not one.code.startswith(VISA_FINDING))
    state = InvoiceState.IN_VISA if folder.state is FolderState.APPROVED else InvoiceState.RECEIVED
    return replace(invoice, state=state, executed_on=None, admitted=None, findings=findings)
