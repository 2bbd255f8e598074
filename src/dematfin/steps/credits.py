"""What a mandat takes from its engagement and from the credits of its chapter, in the transaction that makes it."""

from dataclasses import replace
from decimal import Decimal

from dematfin.domain.finding import blocking
from dematfin.domain.invoice.credits import check_credits
from dematfin.domain.invoice.forcing import weighed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id
from dematfin.errors import PiecesMissing
from dematfin.ports.ledger import Books


def take(books: Books, mandat: Mandat, invoice: Invoice) -> None:
    """Take a mandat's amount; raises PiecesMissing when too little is left: another mandat may have come first."""
    engagement = books.get(Engagement, mandat.engagement)
    credits_ = books.find(Credit, id=credit_id(mandat.siret, mandat.exercice, mandat.lines[0].imputation))
    findings = check_credits(mandat.amount, engagement, credits_[0] if credits_ else None)
    for finding in blocking(weighed(findings, invoice.forced)):
        message = f"Facture {invoice.id} : {finding.sentence}"
        raise PiecesMissing(message)
    books.save(replace(engagement, mandated=engagement.mandated + mandat.amount))
    books.save(*(replace(one, mandated=one.mandated + mandat.amount) for one in credits_))


def move(books: Books, mandat: Mandat, after: Imputation) -> None:
    """Give a mandat's amount back to one chapter and take it from another, when its account is corrected."""
    for imputation, amount in ((mandat.lines[0].imputation, -mandat.amount), (after, mandat.amount)):
        _shift(books, credit_id(mandat.siret, mandat.exercice, imputation), amount)


def give_back(books: Books, mandat: Mandat) -> None:
    """Give back all that a mandat took, since it will never be sent; a réduction had given, and takes again."""
    sign = 1 if mandat.kind is MandatKind.REDUCTION else -1
    for line in mandat.lines:
        amount = sign * line.total
        held = books.find(Engagement, id=line.engagement or mandat.engagement)
        books.save(*(replace(one, mandated=one.mandated + amount) for one in held))
        _shift(books, credit_id(mandat.siret, mandat.exercice, line.imputation), amount)


def _shift(books: Books, key: str, amount: Decimal) -> None:
    books.save(*(replace(one, mandated=one.mandated + amount) for one in books.find(Credit, id=key)))
