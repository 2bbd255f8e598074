"""The figures of a period, for whoever reads them."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from dematfin.domain.parties.person import Act, Person
from dematfin.domain.registers import StructureRules
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period, month_of
from dematfin.domain.report.scope import EVERYTHING, Scope, narrowed
from dematfin.domain.report.table import Report
from dematfin.domain.tally.reached import JOURNAL, Reached
from dematfin.domain.visa.delegation import staffed
from dematfin.errors import ComeBackLater, RoutingError, RuleError
from dematfin.ports.app import App
from dematfin.steps.counted import facts_of, report_of
from dematfin.steps.day import run
from dematfin.steps.tally import tally

A_MINUTE: Final = timedelta(minutes=1)


def report(app: App, who: Person, period: Period, scope: Scope = EVERYTHING) -> Report:
    """Return the tables of a period; what the journal has told since the last run is counted first.

    Raises:
        RuleError: the period has not begun.
        RoutingError: the scope names no budget of the configuration, or a service that nobody knows.
    """
    who.require(Act.OVERSEE)
    _check_begun(period, app.clock.today())
    budget = app.policy.budget_named(scope.budget) if scope.budget else None
    _count_the_rest(app)
    with app.ledger.reading() as books:
        everything = facts_of(app, books, period)
    service = _service_named(scope.service, services(app, who), everything) if scope.service else ""
    facts = narrowed(everything, budget.siret if budget else "", service)
    words = (f"budget {budget.label}" if budget else "", f"service {service}" if service else "")
    return report_of(app, facts, ", ".join(filter(None, words)))


def services(app: App, who: Person) -> dict[str, str]:
    """Return the names of the services that a report may be narrowed to, by code: those of Chorus Pro, and of desks."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        structures, desks = books.find(StructureRules), staffed(books.find(Person))
    named = {code: rule.name for one in structures for code, rule in one.services.items()}
    return dict(sorted((dict.fromkeys(desks, "") | named).items()))


def _check_begun(period: Period, today: date) -> None:
    if period.first > today:
        message = f"{period.label} n'a pas commencé : rien n'y est compté. Demandez {month_of(today).key}, ou avant."
        raise RuleError(message)


def _service_named(typed: str, known: Iterable[str], facts: Facts) -> str:
    """Return the service that people call `typed`: a report of nobody would be read as a service without a delay."""
    told = {one.service for one in facts.settlements} | {one.service for one in facts.happenings}
    told |= {one.service for one in (*facts.ended, *facts.stock)}
    codes = {code.upper(): code for code in (*sorted(told), *known) if code}
    if found := codes.get(typed.strip().upper()):
        return found
    message = f"Aucun service ne s'appelle « {typed} ». Services connus : {', '.join(sorted(codes)) or 'aucun'}."
    raise RoutingError(message)


def _count_the_rest(app: App) -> None:
    """Count what the journal has told since the last run; when a run is doing so, what it has counted is told."""
    if _is_counted(app):
        return
    with suppress(ComeBackLater):
        run(app, tally)


def _is_counted(app: App) -> bool:
    """Say whether nothing was told since a count of this minute: who only looks keeps no daily run from counting."""
    with app.ledger.reading() as books:
        found = books.find(Reached, id=JOURNAL)
    now = app.clock.now()
    return any(now - one.at < A_MINUTE and not app.ledger.following(one.sequence, 1) for one in found)
