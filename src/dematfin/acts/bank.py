"""Two people call a supplier back before it is paid on an account that we did not know."""

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.bank import CLEARED, CallBack, KnownAccount
from dematfin.domain.parties.iban import compact, mask
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.control import control_one


def waiting(app: App, who: Person) -> tuple[KnownAccount, ...]:
    """Return the accounts that wait for somebody's call."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return tuple(account for account in books.find(KnownAccount) if not account.cleared)


def confirm(app: App, who: Person, wanted: str, trace: str) -> KnownAccount:
    """Write down that the supplier confirmed an account; the second person's word clears it.

    `wanted` is an IBAN, or an invoice that bears it. The invoices which waited for it are controlled anew.

    Raises:
        Forbidden; UnknownRecord: no such account; RuleError: already cleared, no trace, or several firms share the
            account; SeparationOfDuties: the same person twice.
    """
    app = app.on_behalf_of(who, Act.CLEAR_BANK)
    with app.ledger.transaction() as books:
        account = _find(books, wanted)
        call = CallBack(by=who.id, at=app.clock.now(), trace=" ".join(trace.split()))
        confirmed = account.confirmed(call)
        told = for_journal(f"Compte {mask(account.iban)} de {account.name}", call.trace)
        books.save(confirmed)
        state = CLEARED if confirmed.cleared else "confirmé par une personne"
        motif = f"compte {mask(account.iban)} de {account.name} {state} : {told} ({who.name})"
        marks = {EXCEPTION: Exceptional.ACCOUNT_CLEARED} if confirmed.cleared else {}
        books.record(app.event(Subject.TIERS, account.siren, "", state, motif, **marks))
    if confirmed.cleared:
        _control_those_that_waited(app, confirmed)
    return confirmed


def _find(books: Books, wanted: str) -> KnownAccount:
    iban = compact(wanted)
    for invoice in books.find(Invoice, id=wanted.strip().upper()):
        iban = next((one.about for one in invoice.findings if one.code == TO_CLEAR), invoice.iban)
        return _only(books.find(KnownAccount, siren=invoice.supplier_siren, iban=iban), wanted)
    return _only(books.find(KnownAccount, iban=iban), wanted)


def _only(found: tuple[KnownAccount, ...], wanted: str) -> KnownAccount:
    if not found:
        message = f"Aucun compte « {wanted} » n'attend de validation. Voyez la liste : dematfin tiers iban liste."
        raise UnknownRecord(message)
    open_ones = [account for account in found if not account.cleared] or list(found)
    if len(open_ones) > 1:
        names = ", ".join(account.name for account in open_ones)
        message = f"Plusieurs fournisseurs ont ce compte ({names}) : désignez-le par la facture qui le porte."
        raise RuleError(message)
    return open_ones[0]


def _control_those_that_waited(app: App, account: KnownAccount) -> None:
    with app.ledger.reading() as books:
        held = books.find(Invoice, supplier_siren=account.siren, state=InvoiceState.TO_CORRECT)
    for invoice in held:
        control_one(app, invoice.id)
