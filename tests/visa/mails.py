"""A town hall where everybody has an address, and what lies in the mail boxes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.circuit import Circuit
from dematfin.domain.visa.levels import Level
from dematfin.domain.visa.reminders import Reminder, ReminderState
from dematfin.steps.outcome import Outcome
from dematfin.steps.remind import remind
from examples import VISEUR
from fakes.hall import Hall
from visa.desks import EVERYBODY, town

CHIEF: Final = Person(id="helene", name="Hélène Directrice", roles=frozenset({Role.DIRECTEUR}))


def addressed(person: Person) -> Person:
    """Return somebody who can be written to."""
    return replace(person, email=f"{person.id}@valbrume.test")


def posted(folder: Path, chosen: Circuit | None = None, **policy: Any) -> Hall:
    """Return the town of one invoice, on Monday 2 March 2026, everybody with an address, nobody told yet."""
    hall = town(folder, chosen, **policy)
    with hall.ledger.transaction() as books:
        books.save(*map(addressed, (VISEUR, *EVERYBODY, CHIEF)))
    return hall


def told(hall: Hall) -> Outcome:
    """Send what is to be sent now."""
    return remind(hall.app)


def boxes(hall: Hall) -> list[tuple[str, Level]]:
    """Return who was told what, in the order of the mails: ids of persons."""
    return [(one.recipient, one.level) for one in carried(hall)]


def carried(hall: Hall) -> Iterator[Reminder]:
    """Yield the reminders of each mail that arrived; the figures of the week are left out."""
    kept = hall.all(Reminder)
    for mail in hall.mailer.sent:
        about = [one for one in kept if one.mail == mail.id and one.level is not Level.WEEKLY]
        yield from sorted(about, key=lambda one: one.id)


def states(hall: Hall) -> set[ReminderState]:
    return {one.state for one in hall.all(Reminder)}


def move_to(hall: Hall, day: date) -> None:
    """Go on to nine o'clock of a day."""
    hall.clock.advance(days=(day - hall.clock.today()).days)
