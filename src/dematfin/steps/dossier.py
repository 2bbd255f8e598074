"""The dossier that leaves for a bought i-Parapheur: the invoice, its annexes, and what people need to decide."""

from typing import Final

from dematfin.domain.invoice.content import Attachment
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.money import french
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.parapheur import Dossier, Paper
from dematfin.steps.visa import own_desk

CODES: Final = " ".join(f"[{motive}]" for motive in Motive)


def dossier(app: App, record: RemoteFolder) -> Dossier:
    """Return what is sent of a folder; the same each time.

    Raises:
        DocumentError: the invoice has no document to show.
    """
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, record.invoice_id)
        folder = books.get(VisaFolder, record.folder)
    main, annexes = _papers(app, invoice)
    return Dossier(
        id=record.id,
        title=f"{_what(invoice)} {invoice.number} {invoice.content.supplier.name}",
        service=own_desk(app, invoice),
        main=main,
        annexes=annexes,
        facts=_facts(invoice),
        annotation=_annotation(invoice, folder),
        due_on=folder.due_on,
    )


def _papers(app: App, invoice: Invoice) -> tuple[Paper, tuple[Paper, ...]]:
    files = sorted(invoice.content.attachments, key=lambda one: not one.main)
    if not files:
        message = f"Facture {invoice.id} : elle n'a aucun document, l'i-Parapheur ne peut pas la montrer."
        raise DocumentError(message)
    main, *annexes = (_paper(app, one) for one in files)
    return main, tuple(annexes)


def _paper(app: App, attachment: Attachment) -> Paper:
    with app.documents.open(attachment.document) as source:
        return Paper(name=attachment.name, media_type=attachment.media_type, data=source.read())


def _facts(invoice: Invoice) -> dict[str, str]:
    return {
        "engagement": invoice.engagement,
        "montantttc": str(invoice.signed_amount),
        "numero": invoice.number,
        "fournisseur": invoice.content.supplier.name,
    }


def _annotation(invoice: Invoice, folder: VisaFolder) -> str:
    return (
        f"{_what(invoice)} {invoice.number} de {french(invoice.signed_amount)} TTC, à viser avant le "
        f"{folder.due_on:%d/%m/%Y}. Un rejet commence par son code : {CODES}."
    )


def _what(invoice: Invoice) -> str:
    return "Avoir" if invoice.is_credit_note else "Facture"
