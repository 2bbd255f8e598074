"""What the figures of a period are computed from, as far as the journal has been counted, and the report of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.parties.person import Person
from dematfin.domain.report.contents import tables
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period
from dematfin.domain.report.table import Report, Table
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.reached import JOURNAL, Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import ENDED
from dematfin.domain.tally.stay import Stay
from dematfin.domain.tally.uncounted import Uncounted
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books

TALLY: Final = "chiffres"
"""The name of the step that counts."""
NAMED: Final = 5
AN_INSTANT: Final = timedelta(microseconds=1)
"""What happens at midnight sharp belongs to the next day: the stock of a month is that of the instant before."""
NEVER: Final = (
    "Le journal n'a encore jamais été compté : ces chiffres sont vides et ne veulent rien dire. Lancez "
    "« dematfin chiffres compter », puis redemandez-les."
)


def counted_at(app: App, books: Books) -> datetime | None:
    """Return how far the journal is counted, by the watches of the collectivité; None as long as it never was.

    A computer whose clock was ahead for an hour has not counted the days to come.
    """
    now = app.clock.now()
    return next((app.clock.local(min(one.at, now)) for one in books.find(Reached, id=JOURNAL)), None)


def facts_of(app: App, books: Books, period: Period) -> Facts:
    """Read what the tables of a period are computed from."""
    reached = counted_at(app, books)
    counted = reached or app.clock.local(app.clock.now())  # never: the picture is empty, as of now
    first, after = period.bounds(counted.tzinfo)
    cutoff, last = min(counted, after), min(counted, after - AN_INSTANT)
    within = Between(low=first, high=after)
    return Facts(
        period=period,
        cutoff=cutoff,
        settlements=[one for one in books.find(Settlement, known_at=within) if one.known_at < after],
        happenings=[one for one in books.find(Happening, at=within) if one.at < after],
        ended=[one for one in books.find(Stay, until=within) if one.until < after],
        stock=[one for one in books.find(Stay, until=Between(low=last), since=Between(high=last)) if _holds(one, last)],
        rates=app.policy.rates,
        comptable_days=app.policy.comptable_days,
        budgets={budget.siret: budget.label for budget in app.policy.budgets},
        people={one.id: one.name for one in books.find(Person)},
        calendar=app.policy.deadline.calendar,
        doubts=tuple(_put_off(books, after)) if reached else (NEVER,),
    )


def report_of(app: App, facts: Facts, scope: str = "") -> Report:
    """Draw the tables of a period up; `scope` says in words what the facts were narrowed to."""
    return Report(
        name=app.policy.name,
        period=facts.period,
        cutoff=facts.cutoff,
        closed=facts.closed,
        scope=scope,
        head=app.ledger.head(),
        tables=_since_the_journal(app, facts, tables(facts)),
    )


def _since_the_journal(app: App, facts: Facts, found: tuple[Table, ...]) -> tuple[Table, ...]:
    """Say, after the doubts, when the journal began within the period or later: nothing counted is not nothing done."""
    began = next((app.clock.local(one.event.at).date() for one in app.ledger.following(0, 1)), facts.period.first)
    if began <= facts.period.first:
        return found
    note = f"Le journal commence le {began:%d/%m/%Y} : ce qui s'est passé avant n'est pas compté."
    return (replace(found[0], warnings=(*facts.doubts, note, *found[0].warnings[len(facts.doubts) :])), *found[1:])


def _holds(stay: Stay, instant: datetime) -> bool:
    return stay.since <= instant < stay.until and stay.stage not in ENDED


def _put_off(books: Books, after: datetime) -> Iterator[str]:
    """Name the events that these figures are without: any that came before the end of the period moves its stock."""
    waiting = [one for one in books.find(Uncounted, waiting=True, at=Between(high=after)) if one.at < after]
    if waiting:
        first = ", ".join(f"n° {one.sequence} ({one.about})" for one in waiting[:NAMED])
        more = f" et {len(waiting) - NAMED} de plus" if len(waiting) > NAMED else ""
        yield (
            f"Ces chiffres sont incomplets, la période n'est pas close : le journal a ce qui n'a pas pu être compté, "
            f"{first}{more}. Il est repris chaque jour ; le compte rendu de l'étape « {TALLY} » dit ce qui manque."
        )
