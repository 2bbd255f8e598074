"""What a mandat takes, line by line, from its engagements and from the credits of their chapters.

Always in the transaction that makes, changes or undoes it: another mandat may have come first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from dematfin.domain.finding import Finding, blocking
from dematfin.domain.invoice.credits import check_credits
from dematfin.domain.invoice.forcing import weighed
from dematfin.domain.invoice.invoice import Forced, Invoice
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO
from dematfin.domain.registers import Credit, Engagement, credit_id
from dematfin.errors import PiecesMissing
from dematfin.ports.ledger import Books

Place = tuple[type[Engagement] | type[Credit], str]


def take(books: Books, mandat: Mandat, invoice: Invoice) -> None:
    """Take what a mandat orders to pay; raises PiecesMissing when too little is left somewhere."""
    _shift(books, _sums(_taken(mandat)), f"Facture {invoice.id}", invoice.forced)


def charge(books: Books, mandat: Mandat) -> None:
    """Take what a mandat orders that pays no invoice; raises PiecesMissing when too little is left somewhere."""
    _shift(books, _sums(_taken(mandat)), f"Mandat {mandat.id}", ())


def exchange(books: Books, before: Mandat, after: Mandat) -> None:
    """Take what a changed mandat orders, in the place of what it ordered; raises PiecesMissing."""
    given = ((place, -amount) for place, amount in _taken(before))
    forced = [one for invoice in books.find(Invoice, id=before.invoice_ids) for one in invoice.forced]
    _shift(books, _sums((*given, *_taken(after))), f"Mandat {before.id}", forced)


def give_back(books: Books, mandat: Mandat) -> None:
    """Give back what a mandat took, or what a réduction takes off: its lines say from where."""
    _shift(books, _sums((place, -amount) for place, amount in _taken(mandat)), f"Mandat {mandat.id}", ())


def undo(books: Books, mandat: Mandat) -> None:
    """Undo what a mandat did that will never be sent; a réduction has given back from its first number on."""
    if mandat.kind is not MandatKind.REDUCTION:
        give_back(books, mandat)
    elif mandat.number or mandat.burnt:
        _move(books, _changes(books, _sums(_taken(mandat))))


def _taken(mandat: Mandat) -> Iterator[tuple[Place, Decimal]]:
    """Yield what each line takes: TTC of its engagement, and of its chapter what is charged there (HT, TVA apart)."""
    for line in mandat.lines:
        yield (Engagement, line.engagement or mandat.engagement), line.total
        yield (Credit, credit_id(mandat.siret, mandat.exercice, line.imputation)), line.amount


def _sums(amounts: Iterable[tuple[Place, Decimal]]) -> dict[Place, Decimal]:
    sums: dict[Place, Decimal] = {}
    for place, amount in amounts:
        sums[place] = sums.get(place, ZERO) + amount
    return sums


def _shift(books: Books, moved: dict[Place, Decimal], subject: str, forced: Iterable[Forced]) -> None:
    """Move the amounts; what is only given back is not judged, nor is what stays where it was."""
    changes = _changes(books, moved)
    found = tuple(finding for record, amount in changes if amount > 0 for finding in _beyond(record, amount))
    if held := blocking(weighed(found, forced)):
        message = f"{subject} : {held[0].sentence}"
        raise PiecesMissing(message)
    _move(books, changes)


def _changes(books: Books, moved: dict[Place, Decimal]) -> list[tuple[Engagement | Credit, Decimal]]:
    return [(one, amount) for (kind, key), amount in moved.items() if amount for one in books.find(kind, id=key)]


def _move(books: Books, changes: Iterable[tuple[Engagement | Credit, Decimal]]) -> None:
    books.save(*(replace(record, mandated=record.mandated + amount) for record, amount in changes))


def _beyond(record: Engagement | Credit, amount: Decimal) -> Iterator[Finding]:
    if isinstance(record, Engagement):
        return check_credits(amount, record, None)
    return check_credits(amount, None, record)
