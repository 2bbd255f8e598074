"""The director's home: what changed, what is at risk, whom to call; read in one glance from the snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dematfin.domain.parties.person import Act, Person, Role
from dematfin.domain.report.change import Change, changes
from dematfin.domain.report.snapshot import Pile, Snapshot
from dematfin.domain.visa.delegation import Delegation, on_duty
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books

WEEK: Final = timedelta(days=7)
FURTHEST: Final = timedelta(days=35)
"""Where no run was made for weeks, a day this far back is still something to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody to call about a pile; `people` is empty where a desk has nobody."""

    pile: Pile
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the page shows.

    Attributes:
        before: what `now` is compared with; None on the first day.
        week: whether that is a week older at least.
        agents: who corrects what is held.
    """

    now: Snapshot
    before: Snapshot | None
    week: bool
    changes: tuple[Change, ...]
    desks: tuple[Call, ...]
    agents: tuple[str, ...]


def home(app: App, who: Person) -> Home | None:
    """Return the picture of the last snapshot; None before the first one."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        today = app.clock.today()
        latest = books.last(Snapshot, 1, "id", id=Between(high=today.isoformat()))
        if not latest:
            return None
        people = {person.id: person for person in books.find(Person)}
        duty = on_duty(people.values(), books.find(Delegation), today)
        before = _before(books, latest[0])
    return Home(
        now=latest[0],
        before=before,
        week=before is not None and latest[0].day - before.day >= WEEK,
        changes=changes(latest[0].figures, before.figures if before else None),
        desks=tuple(Call(pile=pile, people=_at(pile.name, duty, people)) for pile in latest[0].figures.desks),
        agents=tuple(sorted(one.name for one in people.values() if one.active and Role.AGENT in one.roles)),
    )


def _before(books: Books, latest: Snapshot) -> Snapshot | None:
    """Return the last snapshot that is a week older, else the oldest of all."""
    bounds = Between(low=(latest.day - FURTHEST).isoformat(), high=(latest.day - WEEK).isoformat())
    older = books.find(Snapshot, id=bounds) or books.first(Snapshot, 1, "id")
    return older[-1] if older[-1].id < latest.id else None


def _at(desk: str, duty: Mapping[str, Mapping[str, str]], people: Mapping[str, Person]) -> tuple[str, ...]:
    """Name who sits at a desk today, and in whose absence."""
    return tuple(
        people[one].name + (f" (en l'absence de {people[absent].name})" if absent else "")
        for one, absent in duty.get(desk, {}).items()
    )
