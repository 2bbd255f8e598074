"""The right of remorse: until when whoever took a decision may take it back."""

from dematfin.domain.intention import Intention, IntentionState, intention_id
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.domain.visa.folder import FolderState, VisaFolder, folder_id
from dematfin.ports.ledger import Books
from dematfin.steps.decide import goes_to_agent
from dematfin.steps.intentions import TELLS


def settled(books: Books, invoice: Invoice, folder: VisaFolder) -> str:
    """Say why the last decision on a folder cannot be taken back any more, or an empty text as long as it can."""
    if folder.id != folder_id(invoice.id, invoice.episode):
        return f"La facture {invoice.id} est revenue depuis : la décision ne se reprend plus."
    if invoice.state is not _left_by(invoice, folder):
        return f"La facture {invoice.id} est déjà « {INVOICE[invoice.state]} » : la décision ne se reprend plus."
    if _somebody_knows(books, invoice):
        known = f"Facture {invoice.id} : Chorus Pro connaît déjà cette décision, elle ne se reprend plus."
        return f"{known} {_then(invoice)}"
    return ""


def _then(invoice: Invoice) -> str:
    if invoice.state is InvoiceState.REFUSED:
        return "Si c'est une erreur, demandez au fournisseur d'en déposer une autre."
    return "Si c'est une erreur, voyez tout de suite un agent (facture suspendre, recycler ou rejeter)."


def _left_by(invoice: Invoice, folder: VisaFolder) -> InvoiceState | None:
    """Return where the last decision left the invoice: what somebody else has decided since is not theirs to undo."""
    match folder.state:
        case FolderState.IN_CIRCUIT:
            return InvoiceState.IN_VISA
        case FolderState.APPROVED:
            return InvoiceState.SERVICE_FAIT
        case FolderState.REFUSED:
            handed = goes_to_agent(invoice, folder.decisions[-1].motive)
            return InvoiceState.TO_CORRECT if handed else InvoiceState.REFUSED
        case _:
            return None


def _somebody_knows(books: Books, invoice: Invoice) -> bool:
    status = TELLS.get(invoice.state)
    if status is None:
        return False
    told = intention_id(invoice.remote_id, invoice.episode, status)
    return invoice.remote_status == status or bool(books.find(Intention, id=told, state=IntentionState.DONE))
