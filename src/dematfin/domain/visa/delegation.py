"""Absences: for some days somebody sits at another's desks, and both names are kept.

A substitute's substitute has no right: only the desks that a person owns can be lent. A cycle is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Forbidden, RuleError


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Who replaces whom, from a day to a day, both included.

    Attributes:
        desks: only these; empty: all those of the absent person.
        decree: the arrêté or note behind it, if any.
        ended_on: the day from which it was ended early; it gives no right from that day on.
    """

    id: str
    absent: str
    substitute: str
    starts_on: date
    ends_on: date
    desks: frozenset[str] = frozenset()
    reason: str = ""
    decree: str = ""
    made_by: str
    made_at: datetime
    ended_on: date | None = None

    def is_active(self, day: date) -> bool:
        """Say whether it gives a right on a day, of the collectivité's own calendar."""
        return self.starts_on <= day <= self.ends_on and (self.ended_on is None or day < self.ended_on)

    def overlaps(self, other: "Delegation") -> bool:
        """Say whether both may be active on one day."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def seats(who: Person, people: Iterable[Person], delegations: Iterable[Delegation], today: date) -> dict[str, str]:
    """Return the desks at which a person may sit today, each with the id of the absent owner, or an empty text."""
    if not who.may(Act.VISA):
        return {}
    owners = {person.id: person for person in people}
    found = dict.fromkeys(sorted(who.desks), "")
    for one in sorted(delegations, key=lambda delegation: delegation.id):
        absent = owners.get(one.absent)
        if one.substitute == who.id and one.is_active(today) and absent is not None and absent.may(Act.VISA):
            for desk in sorted(_lent(one, absent)):
                found.setdefault(desk, absent.id)
    return found


def on_duty(people: Iterable[Person], delegations: Iterable[Delegation], today: date) -> dict[str, dict[str, str]]:
    """Return who is at each desk today: ids of persons, each with the id of the absent owner, or an empty text.

    An owner whose desk is lent today is not there: whoever sits there instead is.
    """
    staff = {person.id: person for person in people}
    able = {person.id for person in staff.values() if person.may(Act.VISA)}
    active = [one for one in delegations if one.is_active(today) and {one.absent, one.substitute} <= able]
    away = {(one.absent, desk) for one in active for desk in _lent(one, staff[one.absent])}
    found: dict[str, dict[str, str]] = {}
    for person in staff.values():
        for desk, absent in seats(person, staff.values(), active, today).items():
            if absent or (person.id, desk) not in away:
                found.setdefault(desk, {})[person.id] = absent
    return found


def staffed(people: Iterable[Person]) -> frozenset[str]:
    """Return the desks that somebody owns."""
    return frozenset(desk for person in people if person.may(Act.VISA) for desk in person.desks)


def check(fresh: Delegation, absent: Person, substitute: Person, others: Iterable[Delegation]) -> None:
    """Let a delegation be made, or raise.

    Raises:
        Forbidden: the substitute is not entitled to give a visa.
        RuleError: to oneself, dates upside down, a desk that is not the absent person's, or a cycle.
    """
    substitute.require(Act.VISA)
    if not absent.may(Act.VISA):
        message = f"{absent.name} ne vise pas de factures : il n'y a rien à déléguer."
        raise Forbidden(message)
    if fresh.ends_on < fresh.starts_on:
        message = "La délégation finit avant de commencer : vérifiez ses dates."
        raise RuleError(message)
    if lost := sorted(fresh.desks - absent.desks):
        message = f"{absent.name} n'a pas le bureau {lost[0]} : il ne peut pas être délégué."
        raise RuleError(message)
    if _leads_back(fresh, [one for one in others if one.ended_on is None]):
        message = (
            f"{absent.name} et {substitute.name} se remplaceraient l'un l'autre, directement ou par d'autres, aux "
            "mêmes dates : choisissez une autre personne."
        )
        raise RuleError(message)


def _lent(one: Delegation, absent: Person) -> frozenset[str]:
    return absent.desks & one.desks if one.desks else absent.desks


def _leads_back(fresh: Delegation, others: list[Delegation]) -> bool:
    """Whether, following substitutes on days that the fresh delegation covers, its absent person comes up again."""
    seen: set[str] = set()
    waiting = [fresh.substitute]
    while waiting:
        one = waiting.pop()
        if one == fresh.absent:
            return True
        if one not in seen:
            seen.add(one)
            waiting += [other.substitute for other in others if other.absent == one and other.overlaps(fresh)]
    return False
