"""Alarms: what each address was told by mail of what needs a person, so that nothing is told twice, or never."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from dematfin.domain.parties.person import Person, Role
from dematfin.domain.unattended.trouble import Trouble

WEEK: Final = timedelta(days=7)
CONCERNED: Final = frozenset({Role.ADMINISTRATEUR, Role.AGENT})
"""An agent mends what is said of invoices and flows, an administrateur what is said of machines."""


class AlarmState(StrEnum):
    """What became of the last mail that carried it."""

    SENDING = "SENDING"
    SENT = "SENT"
    DOUBTFUL = "DOUBTFUL"  # it may have left: it is not sent again within the week
    UNSENT = "UNSENT"  # it certainly did not leave: the next run says it


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """Who is told: these addresses; none: those of the persons concerned."""

    active: bool = True
    recipients: tuple[str, ...] = ()

    def addresses(self, people: Iterable[Person]) -> tuple[str, ...]:
        """Return each address once."""
        concerned = (one.email for one in people if one.active and one.email and one.roles & CONCERNED)
        return tuple(sorted({*self.recipients} or {*concerned}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One trouble told to one address, written before it is told.

    Attributes:
        about: key of the trouble; with the recipient, it makes the id.
        told_on: when it was last told, or may have been; reminded_on: when that was a reminder.
        lasting: the trouble was still there at the last run.
        mail: id of the mail that carries it.
        outcome: why it did not leave, or may not have.
    """

    id: str
    recipient: str
    about: str
    sentence: str
    told_on: date | None = None
    reminded_on: date | None = None
    lasting: bool = True
    mail: str
    state: AlarmState
    outcome: str = ""
    formed_at: datetime

    def unsent(self, before: "Alarm | None", why: str) -> "Alarm":
        """Return it once its mail certainly did not leave: as it was before, and to be said."""
        was = before or replace(self, told_on=None, reminded_on=None)
        return replace(was, state=AlarmState.UNSENT, outcome=why, mail=self.mail, formed_at=self.formed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """All that one address is told now: what is new, and what lasts since it was last told of it."""

    recipient: str
    today: date
    new: tuple[Trouble, ...]
    lasting: tuple[Trouble, ...] = ()

    def alarms(self, known: Mapping[str, Alarm], mail: str, at: datetime) -> Iterator[Alarm]:
        """Yield what is kept of it as it leaves; `known`: what its reader was told until now, by trouble."""
        for one in (*self.new, *self.lasting):
            before = known.get(one.key)
            reminded = before.reminded_on if before else None
            yield Alarm(
                id=f"{self.recipient}/{one.key}",
                recipient=self.recipient,
                about=one.key,
                sentence=one.sentence,
                told_on=self.today,
                reminded_on=self.today if one in self.lasting else reminded,
                mail=mail,
                state=AlarmState.SENDING,
                formed_at=at,
            )


def message(recipient: str, found: Sequence[Trouble], known: Mapping[str, Alarm], today: date) -> Message | None:
    """Return what an address is to be told now, None when it knows; `known`: what it was told until now, by trouble.

    What has gone and comes back within a week of its mail is told with the reminders.
    """
    new = tuple(one for one in found if _is_new(known.get(one.key), today))
    old = tuple(one for one in found if one.urgent and one not in new and _is_old(known[one.key].told_on, today))
    quiet = all(_is_old(one.reminded_on, today) for one in known.values())
    lasting = old if quiet else ()
    return Message(recipient=recipient, today=today, new=new, lasting=lasting) if new or lasting else None


def _is_new(known: Alarm | None, today: date) -> bool:
    if known is None or known.told_on is None:
        return True
    return not known.lasting and _is_old(known.told_on, today)


def _is_old(day: date | None, today: date) -> bool:
    """A day that is to come was written by a clock that was ahead: nobody knows how old it is."""
    return day is None or day > today or today - day >= WEEK
