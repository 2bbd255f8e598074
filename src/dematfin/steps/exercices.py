"""Exercices: in January two years are open, and an agent says on which one the services of the former year go."""

from dataclasses import dataclass
from datetime import date

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.exercice import former_is_open, why_closed
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import Engagement
from dematfin.errors import PiecesMissing, RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an agent has chosen: one exercice, for some invoices, or for all those that may go there."""

    exercice: int
    invoices: frozenset[str] = frozenset()


def to_choose(app: App, books: Books, invoice: Invoice, engagement: Engagement | None) -> str:
    """Say that an agent has to choose the exercice of an invoice, with the command; an empty text when it is known."""
    today, done_on = app.clock.today(), _done_on(invoice)
    if done_on.year >= today.year or _is_investment(engagement) or not _is_open(books, invoice, today):
        return ""
    former, command = today.year - 1, "dematfin bordereau preparer --exercice"
    return (
        f"Facture {invoice.id} : le service a été fait le {done_on:%d/%m/%Y}, et l'exercice {former} est ouvert "
        f"jusqu'au 31/01/{today.year}. Choisissez : {command} {former} --facture {invoice.id}, ou --exercice "
        f"{today.year}."
    )


def year_for(app: App, invoice: Invoice, engagement: Engagement | None, choice: Choice | None) -> int:
    """Return the exercice of an invoice: this year's, or the one that was chosen; raises PiecesMissing."""
    today = app.clock.today()
    if choice is None:
        return today.year
    why = why_closed(choice.exercice, today, investment=_is_investment(engagement))
    if not why and _done_on(invoice).year > choice.exercice:
        why = f"le service a été fait le {_done_on(invoice):%d/%m/%Y}, après la fin de l'exercice {choice.exercice}"
    if why:
        message = f"Facture {invoice.id} : {why}. Elle va sur {today.year} (bordereau preparer)."
        raise PiecesMissing(message)
    return choice.exercice


def year_of(app: App, books: Books, mandat: Mandat) -> int:
    """Return the exercice of a mandat that pays no invoice: the one that was said, or this year's.

    Raises:
        RuleError: that one is closed, or two are open and an agent has to choose.
    """
    today = app.clock.today()
    investment, former = mandat.investment, today.year - 1
    if mandat.exercice:
        if why := why_closed(mandat.exercice, today, investment=investment):
            message = f"Mandat {mandat.id} : {why}. Rien n'est fait."
            raise RuleError(message)
        return mandat.exercice
    if not investment and former_is_open(today) and books.find(BudgetYear, id=budget_year_id(mandat.siret, former)):
        message = (
            f"Mandat {mandat.id} : l'exercice {former} est ouvert jusqu'au 31/01/{today.year}. Choisissez : --exercice "
            f"{former} ou --exercice {today.year}. Rien n'est fait."
        )
        raise RuleError(message)
    return today.year


def _is_investment(engagement: Engagement | None) -> bool:
    return engagement is not None and engagement.imputation.investment


def _done_on(invoice: Invoice) -> date:
    return invoice.executed_on or invoice.content.delivered_on or invoice.issued_on


def _is_open(books: Books, invoice: Invoice, today: date) -> bool:
    """Say whether the former year of its budget may still take it."""
    return former_is_open(today) and bool(books.find(BudgetYear, id=budget_year_id(invoice.siret, today.year - 1)))
