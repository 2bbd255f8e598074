"""Finding an invoice from whatever is at hand: a name, a number, an amount, the end of an account."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.figures.overview import label
from dematfin.domain.invoice.invoice import Invoice, normalised, search_key
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.invoice.words import words_of
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.together import leading
from dematfin.domain.parties.iban import compact as compact_iban
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.siret import LENGTH, compact
from dematfin.domain.registers import engagement_id
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import All, Between, Books, Ending, Holding
from dematfin.steps.made_elsewhere import made_elsewhere

SHOWN: Final = 200
TEXTS: Final = 2_000
"""Texts, the newest ones, among which the other criteria choose."""
SHORTEST_TOLD: Final = 3
SIREN_LENGTH: Final = 9
Where = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is known of an invoice; what is left empty counts for nothing.

    Attributes:
        words: anything: an identifier, a number of Chorus Pro, an invoice number, a supplier, what a document says.
        supplier: words of its name in any order, or its SIREN or SIRET.
        number: a part of it is enough.
        text: words that its documents or its lines say, in any order; the last one may only begin a word.
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
    text: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One invoice with the mandat on which it waits, if any, and where it stands in French.

    Attributes:
        in_text: nothing but its text has the words that were sought.
    """

    invoice: Invoice
    mandat: Mandat | None
    label: str
    in_text: bool = False


def search(app: App, who: Person, wanted: Criteria) -> tuple[Found, ...]:
    """Return what matches every criterion, newest first, 200 at most; what only a text says comes last.

    Raises:
        RuleError: no criterion, one that says nothing, or days in the wrong order.
    """
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        where: Where = {}
        for name, wish in _where(app, books, wanted):
            where = _both(where, {name: wish})
        ways = (*_ways(wanted.words), *_of_import(books, wanted.words)) if wanted.words else ({},)
        _check(wanted, where)
        named = _newest(books, where, ways)
        told = books.find_text(wanted.words, TEXTS) if len(named) < SHOWN and _may_be_a_text(wanted.words) else ()
        only_told = [one for one in _newest(books, where, ({"id": told},)) if one not in named]
        named_ones = [_found(app, books, invoice) for invoice in named]
        return (*named_ones, *(replace(_found(app, books, one), in_text=True) for one in only_told))[:SHOWN]


def one(app: App, who: Person, key: str) -> Found:
    """Return the invoice of an identifier, ours or Chorus Pro's, or of a number that only one invoice bears.

    Raises:
        UnknownRecord, and RuleError when several match.
    """
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        for way in _ways(key)[:-1] if _says_something(key) else ():
            found = books.last(Invoice, SHOWN, "issued_on", **way)
            if len(found) > 1:
                listed = ", ".join(f"{item.id} ({item.content.supplier.name})" for item in found)
                message = f"Plusieurs factures portent le numéro « {key} », donnez l'identifiant : {listed}."
                raise RuleError(message)
            if found:
                return _found(app, books, found[0])
    message = f"Aucune facture « {key} ». Cherchez-la : dematfin facture chercher."
    raise UnknownRecord(message)


def _may_be_a_text(words: str) -> bool:
    """Say whether one word is long enough for a text: the parts of the number `F-3` are on every page."""
    return any(len(word) >= SHORTEST_TOLD for word in words_of(words))


def _newest(books: Books, where: Where, ways: Iterable[Where]) -> list[Invoice]:
    found = {one.id: one for way in ways for one in books.last(Invoice, SHOWN, "issued_on", **_both(where, way))}
    return sorted(found.values(), key=lambda one: (one.issued_on, one.id), reverse=True)[:SHOWN]


def _check(wanted: Criteria, where: Where) -> None:
    if not where and not wanted.words:
        message = "Donnez au moins un critère : un mot, --fournisseur, --numero, --montant…"
        raise RuleError(message)
    for text in (wanted.words, wanted.supplier, wanted.number, wanted.engagement, wanted.iban_end, wanted.text):
        if text and not _says_something(text):
            message = f"« {text} » ne dit rien : donnez au moins une lettre ou un chiffre."
            raise RuleError(message)
    if wanted.since and wanted.until and wanted.since > wanted.until:
        message = f"Le {wanted.since:%d/%m/%Y} vient après le {wanted.until:%d/%m/%Y} : inversez les deux dates."
        raise RuleError(message)


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _both(where: Where, way: Where) -> Where:
    """Return what must hold together, attribute by attribute."""
    shared = {name: All((where[name], way[name])) for name in where.keys() & way.keys()}
    return where | way | shared


def _where(app: App, books: Books, wanted: Criteria) -> Iterator[tuple[str, object]]:
    if wanted.supplier:
        yield from _supplier(wanted.supplier).items()
    if wanted.number:
        yield "number_key", Holding(_beginning(wanted.number))
    if wanted.amount is not None:
        yield "ttc", abs(wanted.amount)
    if wanted.engagement:
        yield "engagement_key", [engagement_id(budget.siret, wanted.engagement) for budget in app.policy.budgets]
    if wanted.iban_end:
        yield "iban", Ending(compact_iban(wanted.iban_end))
    if wanted.since or wanted.until:
        yield "issued_on", Between(low=wanted.since, high=wanted.until)
    yield from _elsewhere(books, wanted)


def _elsewhere(books: Books, wanted: Criteria) -> Iterator[tuple[str, object]]:
    """Yield the wishes that other records than the invoice answer."""
    if wanted.mandat is not None:
        yield "id", [key for mandat in books.find(Mandat, number=wanted.mandat) for key in mandat.invoice_ids]
    if wanted.text:
        yield "id", books.find_text(wanted.text, TEXTS)


def _beginning(number: str) -> str:
    """Return a part of a number as it is normalised; zeros at its end may be the first ones of a longer group."""
    return normalised(re.sub(r"(?<!\d)0+$", "", number.strip()) or number)


def _supplier(words: str) -> Where:
    digits = compact(words)
    if digits.isdigit() and len(digits) in {SIREN_LENGTH, LENGTH}:
        return {"supplier_siren": digits[:SIREN_LENGTH]}
    return {"supplier_key": All(tuple(Holding(word) for word in search_key(words).split()))}


def _ways(words: str) -> tuple[Where, ...]:
    """A word may be an identifier, a number, or a supplier."""
    return (
        {"id": words.strip().upper()},
        {"remote_id": words.strip()},
        {"number_key": normalised(words)},
        _supplier(words),
    )


def _of_import(books: Books, words: str) -> Iterator[Where]:
    """Look for the invoices that an export of the finance software pays."""
    for one in books.find(EditorFlow, id=words.strip().upper()):
        sheets = tuple(key for flux in books.find(Flux, id=one.flux) for key in flux.bordereaux)
        yield {"id": tuple(key for mandat in books.find(Mandat, bordereau=sheets) for key in mandat.invoice_ids)}


def _found(app: App, books: Books, invoice: Invoice) -> Found:
    mandats = _mandats(app, books, invoice) if invoice.state is InvoiceState.TO_PAY else ()
    return Found(invoice=invoice, mandat=leading(mandats), label=label(invoice, mandats))


def _mandats(app: App, books: Books, invoice: Invoice) -> tuple[Mandat, ...]:
    """Return the mandats made of an invoice: they bear its number, or that of the one which a credit note nets."""
    numbers = {invoice.number}
    if invoice.is_credit_note and (cited := normalised(invoice.content.origin_number)):
        firm = books.find(Invoice, supplier_siren=invoice.supplier_siren, number_key=cited)
        numbers |= {origin.number for origin in firm}
    made = (*books.find(Mandat, reference=numbers, siret=invoice.siret), *made_elsewhere(app, books, [invoice]))
    return tuple(mandat for mandat in dict.fromkeys(made) if invoice.id in mandat.invoice_ids)
