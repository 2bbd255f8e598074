"""Finding an invoice from whatever is at hand: a name, a number, an amount, the end of an account."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.figures.overview import label
from dematfin.domain.invoice.invoice import Invoice, normalised, search_key
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.siret import LENGTH, compact
from dematfin.domain.registers import engagement_id
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books, Ending, Holding

SHOWN: Final = 200
SIREN_LENGTH: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is known of an invoice; what is left empty counts for nothing.

    Attributes:
        words: anything: an identifier, a number of Chorus Pro, an invoice number, a supplier.
        since, until: bounds of the date of the invoice, both included.
        iban_end: last signs of the account.
    """

    words: str = ""
    supplier: str = ""
    number: str = ""
    amount: Decimal | None = None
    engagement: str = ""
    iban_end: str = ""
    mandat: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One invoice with the mandat that pays it, if any, and where it stands in French."""

    invoice: Invoice
    mandat: Mandat | None
    label: str


def search(app: App, who: Person, wanted: Criteria) -> tuple[Found, ...]:
    """Return what matches every criterion, newest first, 200 at most.

    Raises:
        RuleError: no criterion at all.
    """
    who.require(Act.READ)
    if wanted == Criteria():
        message = "Donnez au moins un critère : un mot, --fournisseur, --numero, --montant…"
        raise RuleError(message)
    with app.ledger.reading() as books:
        where = _where(app, books, wanted)
        ways = _ways(wanted.words) if wanted.words else ({},)
        found = {one.id: one for way in ways for one in books.find(Invoice, **(where | way))}
        newest = sorted(found.values(), key=lambda one: (one.issued_on, one.id), reverse=True)
        return tuple(_found(books, invoice) for invoice in newest[:SHOWN])


def one(app: App, who: Person, key: str) -> Found:
    """Return the invoice of an identifier, ours or Chorus Pro's, or of a number that only one invoice bears.

    Raises:
        UnknownRecord, and RuleError when several match.
    """
    who.require(Act.READ)
    with app.ledger.reading() as books:
        for way in ({"id": key.strip().upper()}, {"remote_id": key.strip()}, {"number_key": normalised(key)}):
            found = books.find(Invoice, **way)
            if len(found) > 1:
                message = f"Plusieurs factures portent le numéro « {key} » : {', '.join(item.id for item in found)}."
                raise RuleError(message)
            if found:
                return _found(books, found[0])
    message = f"Aucune facture « {key} ». Cherchez-la : dematfin facture chercher."
    raise UnknownRecord(message)


def _where(app: App, books: Books, wanted: Criteria) -> dict[str, object]:
    where: dict[str, object] = {}
    if wanted.supplier:
        where |= _supplier(wanted.supplier)
    if wanted.number:
        where["number_key"] = Holding(normalised(wanted.number))
    if wanted.amount is not None:
        where["ttc"] = abs(wanted.amount)
    if wanted.engagement:
        where["engagement_key"] = [engagement_id(budget.siret, wanted.engagement) for budget in app.policy.budgets]
    if wanted.iban_end:
        where["iban"] = Ending("".join(wanted.iban_end.split()).upper())
    if wanted.since or wanted.until:
        where["issued_on"] = Between(low=wanted.since, high=wanted.until)
    if wanted.mandat is not None:
        where["id"] = [key for mandat in books.find(Mandat, number=wanted.mandat) for key in mandat.invoice_ids]
    return where


def _supplier(words: str) -> dict[str, object]:
    digits = compact(words)
    if digits.isdigit() and len(digits) in {SIREN_LENGTH, LENGTH}:
        return {"supplier_siren": digits[:SIREN_LENGTH]}
    return {"supplier_key": Holding(search_key(words))}


def _ways(words: str) -> tuple[dict[str, object], ...]:
    """A word may be an identifier, a number, or a supplier."""
    return (
        {"id": words.strip().upper()},
        {"remote_id": words.strip()},
        {"number_key": normalised(words)},
        _supplier(words),
    )


def _found(books: Books, invoice: Invoice) -> Found:
    mandat = _mandat(books, invoice) if invoice.state is InvoiceState.TO_PAY else None
    return Found(invoice=invoice, mandat=mandat, label=label(invoice, mandat))


def _mandat(books: Books, invoice: Invoice) -> Mandat | None:
    """A mandat bears the number of the invoice that it pays; a credit note that it nets cites that number."""
    references = {invoice.number, invoice.content.origin_number}
    for mandat in books.find(Mandat, reference=references, siret=invoice.siret):
        if invoice.id in mandat.invoice_ids:
            return mandat
    return None
