"""An agent says that the money has left already: the mandat of an invoice puts that in order, it never pays."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.domain.mandat.kind import PaymentMode
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.control import control_one


class Paid(StrEnum):
    """How money leaves without a transfer of ours, as agents say it."""

    PRELEVEMENT = "prelevement"
    CARTE = "carte"
    REGIE = "regie"
    CHEQUE = "cheque"


MODES: Final = {
    Paid.PRELEVEMENT: PaymentMode.DIRECT_DEBIT,
    Paid.CARTE: PaymentMode.OUTSIDE,
    Paid.REGIE: PaymentMode.CASH,
    Paid.CHEQUE: PaymentMode.CHEQUE,
}
BEFORE_MANDAT: Final = frozenset(
    {InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA, InvoiceState.SERVICE_FAIT}
)


def settled(app: App, who: Person, invoice_id: str, day: date, mode: Paid) -> Invoice:
    """Note that an invoice was paid on a day; its controls are run again, its visa is still needed.

    Raises:
        Forbidden, UnknownRecord; RuleError: it has a mandat already, it is a credit note, or the day is to come.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        _check(app, invoice, day)
        noted = replace(invoice, paid_before=day, paid_by=MODES[mode])
        books.save(noted)
        told = f"payée le {day:%d/%m/%Y} par {mode}, dit par {who.name} : son mandat sera émis après paiement"
        marks = {EXCEPTION: Exceptional.SETTLED}
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told, **marks))
    control_one(app, invoice_id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def not_settled(app: App, who: Person, invoice_id: str, motif: str) -> Invoice:
    """Take back what was said of a payment by mistake; what pays itself gets no transfer all the same.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, nothing was said, or its mandat is made.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        invoice = books.get(Invoice, invoice_id)
        reason = for_journal(f"Facture {invoice_id}", motif)
        if invoice.paid_before is None or invoice.state not in BEFORE_MANDAT:
            message = f"Facture {invoice_id} : rien n'est dit de son paiement, ou son mandat est déjà fait."
            raise RuleError(message)
        books.save(replace(invoice, paid_before=None, paid_by=""))
        told = f"pas encore payée, dit par {who.name} : {reason}"
        marks = {EXCEPTION: Exceptional.SETTLED}
        books.record(app.event(Subject.INVOICE, invoice_id, invoice.state, invoice.state, told, **marks))
    control_one(app, invoice_id)
    with app.ledger.reading() as books:
        return books.get(Invoice, invoice_id)


def _check(app: App, invoice: Invoice, day: date) -> None:
    if app.policy.budget(invoice.siret).editor:
        why = (
            "son budget est mandaté par le logiciel financier : faites-y son mandat après paiement, puis importez son "
            f"flux ({IMPORT})"
        )
    elif invoice.is_credit_note:
        why = "c'est un avoir, il ne se paie pas"
    elif invoice.state not in BEFORE_MANDAT:
        why = (
            f"elle est « {INVOICE[invoice.state]} » : le paiement se dit avant le mandat. Si son mandat n'a pas encore "
            "de numéro, annulez-le d'abord (mandat annuler)"
        )
    elif day > app.clock.today():
        why = f"le {day:%d/%m/%Y} n'est pas encore passé : attendez que l'argent soit parti"
    else:
        return
    message = f"Facture {invoice.id} : {why}."
    raise RuleError(message)
