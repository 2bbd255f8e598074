"""Absences: who replaces whom at which desks, and until when."""

from dataclasses import dataclass, replace
from datetime import date

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.visa.delegation import Delegation, check
from dematfin.errors import Forbidden, RuleError
from dematfin.ports.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What is asked: who is away, who sits there instead, on which days, at which desks (none named: all of them)."""

    absent: str
    substitute: str
    starts_on: date
    ends_on: date
    desks: frozenset[str] = frozenset()
    reason: str
    decree: str = ""


def delegate(app: App, who: Person, asked: Absence) -> Delegation:
    """Write an absence down: one's own, or anybody's for an administrateur.

    Raises:
        Forbidden: somebody else's absence, or a substitute who gives no visa; UnknownRecord; RuleError: no motif, dates
            in the past or upside down, a desk that is not the absent person's, a cycle.
    """
    app = app.on_behalf_of(who, Act.DELEGATE)
    _check_own(who, asked.absent)
    reason = for_journal("Délégation", asked.reason)
    if asked.ends_on < app.clock.today():
        message = f"La délégation finirait le {asked.ends_on:%d/%m/%Y}, qui est passé."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        absent, substitute = books.get(Person, asked.absent), books.get(Person, asked.substitute)
        fresh = Delegation(
            id=f"D{books.next_number('delegation'):05d}",
            absent=absent.id,
            substitute=substitute.id,
            starts_on=asked.starts_on,
            ends_on=asked.ends_on,
            desks=asked.desks,
            reason=reason,
            decree=asked.decree,
            made_by=who.id,
            made_at=app.clock.now(),
        )
        check(fresh, absent, substitute, books.find(Delegation))
        books.save(fresh)
        days = f"du {fresh.starts_on:%d/%m/%Y} au {fresh.ends_on:%d/%m/%Y}"
        motif = f"{substitute.name} remplace {absent.name} {days} : {reason}"
        marks = {EXCEPTION: Exceptional.AWAY_FOR_ANOTHER} if absent.id != who.id else {}
        books.record(app.event(Subject.DELEGATION, fresh.id, "", "active", motif, **marks))
    return fresh


def end(app: App, who: Person, delegation_id: str) -> Delegation:
    """End an absence early: it gives no right from today on; ending it twice changes nothing.

    Raises:
        Forbidden: somebody else's absence; UnknownRecord.
    """
    app = app.on_behalf_of(who, Act.DELEGATE)
    with app.ledger.transaction() as books:
        before = books.get(Delegation, delegation_id)
        _check_own(who, before.absent)
        if before.ended_on is not None:
            return before
        ended = replace(before, ended_on=app.clock.today())
        books.save(ended)
        books.record(app.event(Subject.DELEGATION, ended.id, "active", "finie", f"mise fin par {who.name}"))
    return ended


def absences(app: App, who: Person) -> tuple[Delegation, ...]:
    """Return the absences that are active or to come, the first to begin first.

    Why somebody is away is said to those whom it concerns only: it may be an illness.
    """
    who.require(Act.READ)
    today = app.clock.today()
    with app.ledger.reading() as books:
        found = books.find(Delegation)
    coming = [one for one in found if one.ended_on is None and one.ends_on >= today]
    told = [one if _concerns(one, who) else replace(one, reason="", decree="") for one in coming]
    return tuple(sorted(told, key=lambda one: (one.starts_on, one.id)))


def _concerns(one: Delegation, who: Person) -> bool:
    return who.id in {one.absent, one.substitute} or who.may(Act.ADMINISTER)


def _check_own(who: Person, absent: str) -> None:
    if absent != who.id and not who.may(Act.ADMINISTER):
        message = f"{who.name} ne déclare que ses propres absences : demandez à un administrateur."
        raise Forbidden(message)
