"""Reminders: which person is told of which folders now, and what is kept of it so that nothing is told twice."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.delegation import Delegation, on_duty
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.levels import Level, ReminderRule, monday
from dematfin.domain.visa.weekly import Week


class ReminderState(StrEnum):
    """What became of it."""

    SENDING = "SENDING"
    SENT = "SENT"
    DOUBTFUL = "DOUBTFUL"  # it may have left: it is never sent again
    UNSENT = "UNSENT"  # it certainly did not leave: the next run says it, if it is still to be said


SAID: Final = (ReminderState.SENDING, ReminderState.SENT, ReminderState.DOUBTFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One level told to one person about one step of one folder, written before it is told.

    Attributes:
        id: what it says and to whom, so that it cannot be formed twice.
        folder, invoice_id: empty for the figures of a week.
        recipient: id of a person.
        mail: id of the mail that carries it.
        outcome: why it did not leave, or may not have.
    """

    id: str
    folder: str
    invoice_id: str
    level: Level
    recipient: str
    day: date
    mail: str
    state: ReminderState
    outcome: str = ""
    formed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A folder in circuit, with what a mail says of its invoice; `pay_by` ends the legal delay."""

    folder: VisaFolder
    supplier: str
    amount: Decimal
    pay_by: date

    @property
    def due_on(self) -> date:
        """Last day of the visa."""
        return self.folder.due_on or self.pay_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one person is told of one folder.

    Attributes:
        id: that of its reminder.
        absent: name of the owner of the desk who is away, if any.
    """

    id: str
    level: Level
    about: Pending
    desk: str
    absent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that one person is told now, in one mail."""

    person: Person
    today: date
    lines: tuple[Line, ...] = ()
    week: Week | None = None

    @property
    def mail(self) -> str:
        """The id of its mail: the same reminders are the same mail."""
        keys = sorted(one.id for one in self.lines) + ([week_id(self.today, self.person)] if self.week else [])
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]

    def reminders(self, state: ReminderState, at: datetime) -> Iterator[Reminder]:
        """Yield what is kept of it."""
        told = [(one.id, one.about.folder.id, one.about.folder.invoice_id, one.level) for one in self.lines]
        if self.week:
            told.append((week_id(self.today, self.person), "", "", Level.WEEKLY))
        for key, folder, invoice_id, level in told:
            yield Reminder(
                id=key,
                folder=folder,
                invoice_id=invoice_id,
                level=level,
                recipient=self.person.id,
                day=self.today,
                mail=self.mail,
                state=state,
                formed_at=at,
            )


def digests(
    pending: Iterable[Pending],
    people: Sequence[Person],
    delegations: Iterable[Delegation],
    today: date,
    rule: ReminderRule,
    said: Collection[str],
) -> tuple[Digest, ...]:
    """Return what each person is to be told now; `said` are the ids of the reminders that were sent, or may have been.

    Whoever replaces an absent owner is told instead. A folder that lies in a bought parapheur is reminded there, and
    only told to the direction here.
    """
    if not rule.speaks_on(today):
        return ()
    staff = {person.id: person for person in people}
    seated = on_duty(people, delegations, today)
    found: dict[str, dict[str, Line]] = defaultdict(dict)
    for one in pending:
        told = [] if one.folder.remote else list(_to_desks(one, seated, staff, rule.level(one.due_on, today), today))
        if rule.escalates(one.folder.activated_on or today, today):
            told += [(key, _line(one, Level.ESCALATION, key, today, one.folder.desk)) for key in directors(people)]
        for key, line in told:
            if line.id not in said:
                found[key].setdefault(line.id, line)
    return tuple(
        Digest(person=staff[key], today=today, lines=_latest_first(lines.values()))
        for key, lines in sorted(found.items())
    )


def with_week(
    found: Iterable[Digest], people: Sequence[Person], today: date, week: Week, said: Collection[str]
) -> tuple[Digest, ...]:
    """Return the digests with the figures of a week for each director who has not had them."""
    by_person = {one.person.id: one for one in found}
    for person in people:
        if person.id in directors(people) and week_id(today, person) not in said:
            usual = by_person.get(person.id, Digest(person=person, today=today))
            by_person[person.id] = replace(usual, week=week)
    return tuple(one for _, one in sorted(by_person.items()))


def directors(people: Iterable[Person]) -> tuple[str, ...]:
    """Return the ids of those who are told when a visa drags on."""
    return tuple(sorted(one.id for one in people if one.active and Role.DIRECTEUR in one.roles))


def week_id(today: date, person: Person) -> str:
    """Name the reminder that carries the figures of a week."""
    return f"{monday(today)}/{Level.WEEKLY}/{person.id}"


def _to_desks(
    one: Pending, seated: Mapping[str, Mapping[str, str]], staff: Mapping[str, Person], level: Level, today: date
) -> Iterator[tuple[str, Line]]:
    for desk in one.folder.desks:
        for key, absent in sorted(seated.get(desk, {}).items()):
            line = _line(one, level, key, today, desk)
            yield key, replace(line, absent=staff[absent].name) if absent else line


def _line(one: Pending, level: Level, recipient: str, today: date, desk: str) -> Line:
    day = f"/{today}" if level is Level.LATE else ""
    step = f"{one.folder.id}/{one.folder.rank + 1}.{one.folder.step.turn}"
    return Line(id=f"{step}/{level}{day}/{recipient}", level=level, about=one, desk=desk)


def _latest_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda one: (one.about.due_on, one.about.pay_by, one.about.folder.id, one.id)))
