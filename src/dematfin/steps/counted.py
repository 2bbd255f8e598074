"""What the figures of a period are computed from, as far as the journal has been counted, and the report of them."""

from dataclasses import replace
from datetime import datetime

from dematfin.domain.report.contents import tables
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period
from dematfin.domain.report.table import Report, Table
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.reached import JOURNAL, Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import ENDED
from dematfin.domain.tally.stay import Stay
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books


def facts_of(app: App, books: Books, period: Period) -> Facts:
    """Read what the tables of a period are computed from."""
    counted = next((app.clock.local(one.at) for one in books.find(Reached, id=JOURNAL)), _never(app))
    first, after = period.bounds(counted.tzinfo)
    cutoff = min(counted, after)
    within = Between(low=first, high=after)
    return Facts(
        period=period,
        cutoff=cutoff,
        settlements=[one for one in books.find(Settlement, known_at=within) if one.known_at < after],
        happenings=[one for one in books.find(Happening, at=within) if one.at < after],
        ended=[one for one in books.find(Stay, until=within) if one.until < after],
        stock=[
            one
            for one in books.find(Stay, until=Between(low=cutoff), since=Between(high=cutoff))
            if _holds(one, cutoff)
        ],
        rates=app.policy.rates,
        comptable_days=app.policy.comptable_days,
        budgets={budget.siret: budget.label for budget in app.policy.budgets},
        calendar=app.policy.deadline.calendar,
    )


def report_of(app: App, facts: Facts, scope: str = "") -> Report:
    """Draw the tables of a period up; `scope` says in words what the facts were narrowed to."""
    return Report(
        name=app.policy.name,
        period=facts.period,
        cutoff=facts.cutoff,
        closed=facts.cutoff >= facts.period.bounds(facts.cutoff.tzinfo)[1],
        scope=scope,
        tables=_since_the_journal(app, facts, tables(facts)),
    )


def _since_the_journal(app: App, facts: Facts, found: tuple[Table, ...]) -> tuple[Table, ...]:
    """Say first when the journal began within the period, or after it: nothing counted is not nothing done."""
    began = next((app.clock.local(one.event.at).date() for one in app.ledger.following(0, 1)), facts.period.first)
    if began <= facts.period.first:
        return found
    note = f"Le journal commence le {began:%d/%m/%Y} : ce qui s'est passé avant n'est pas compté."
    return (replace(found[0], warnings=(note, *found[0].warnings)), *found[1:])


def _holds(stay: Stay, instant: datetime) -> bool:
    return stay.since <= instant < stay.until and stay.stage not in ENDED


def _never(app: App) -> datetime:
    """Nothing was counted yet: the picture is empty, as of now."""
    return app.clock.local(app.clock.now())
