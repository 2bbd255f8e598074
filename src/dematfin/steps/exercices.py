"""Exercices: in January two years are open, and an agent says on which one the services of the former year go."""

from dataclasses import dataclass
from datetime import date

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.mandat.exercice import former_is_open, why_closed
from dematfin.domain.registers import Engagement
from dematfin.errors import PiecesMissing
from dematfin.ports.app import App
from dematfin.ports.ledger import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an agent has chosen: one exercice, for some invoices, or for all those that may go there."""

    exercice: int
    invoices: frozenset[str] = frozenset()


def year_for(app: App, books: Books, invoice: Invoice, engagement: Engagement | None, choice: Choice | None) -> int:
    """Return the exercice of an invoice; raises PiecesMissing, with the command, when somebody has to choose."""
    today = app.clock.today()
    investment = engagement is not None and engagement.imputation.investment
    if choice is not None:
        return _chosen(invoice, choice.exercice, today, investment=investment)
    if _done_on(invoice).year < today.year and _is_open(books, invoice, today) and not investment:
        message = (
            f"Facture {invoice.id} : le service a été fait le {_done_on(invoice):%d/%m/%Y}, et l'exercice "
            f"{today.year - 1} est ouvert jusqu'au 31/01/{today.year}. Choisissez : dematfin bordereau preparer "
            f"--exercice {today.year - 1} --facture {invoice.id}, ou --exercice {today.year}."
        )
        raise PiecesMissing(message)
    return today.year


def _chosen(invoice: Invoice, exercice: int, today: date, *, investment: bool) -> int:
    why = why_closed(exercice, today, investment=investment)
    if not why and _done_on(invoice).year > exercice:
        why = f"le service a été fait le {_done_on(invoice):%d/%m/%Y}, après la fin de l'exercice {exercice}"
    if why:
        message = f"Facture {invoice.id} : {why}. Elle va sur {today.year} (bordereau preparer)."
        raise PiecesMissing(message)
    return exercice


def _done_on(invoice: Invoice) -> date:
    return invoice.executed_on or invoice.content.delivered_on or invoice.issued_on


def _is_open(books: Books, invoice: Invoice, today: date) -> bool:
    """Say whether the former year of its budget may still take it."""
    return former_is_open(today) and bool(books.find(BudgetYear, id=budget_year_id(invoice.siret, today.year - 1)))
