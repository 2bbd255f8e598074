"""One thread, from any identifier that somebody has at hand: what happened, where it stands, what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass

from dematfin.domain.event import Event, Subject
from dematfin.domain.figures.next_step import Standing
from dematfin.domain.figures.timeline import Moment, timeline
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.steps.identifier import resolved
from dematfin.steps.thread import Records, followed, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thing that somebody asked about, and its whole timeline."""

    subject: Subject
    id: str
    records: Records
    standing: Standing
    moments: tuple[Moment, ...]


def thread(app: App, who: Person, identifier: str) -> Thread:
    """Return the thread of an invoice, a mandat, a bordereau, a flow or an import.

    Raises:
        UnknownRecord: nothing is called so; RuleError: several things are, the message names them.
    """
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        subject, key = resolved(books, identifier)
    return about(app, who, subject, key)


def about(app: App, who: Person, subject: Subject, key: str) -> Thread:
    """Return the thread of one thing known by its own id; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        found = followed(app, books, subject, key)
    events = _concerned(app, subject, key, found)
    return Thread(
        subject=subject,
        id=key,
        records=found,
        standing=standing(subject, found),
        moments=timeline(events, found.attempts, found.answers),
    )


def _concerned(app: App, subject: Subject, key: str, found: Records) -> Iterator[Event]:
    """Keep what belongs to the thread: of a bordereau or a flow, not what its mandats lived before or in another."""
    events = [one.event for one in app.ledger.history(keys=found.keys)]
    if subject not in {Subject.BORDEREAU, Subject.FLUX, Subject.EDITOR_FLOW}:
        yield from filter(found.concern, events)
        return
    begun = min((event.at for event in events if event.subject_id == key), default=None)
    others = app.ledger.history(Subject.FLUX, found.replaced_by) if found.replaced_by else ()
    ended = min((one.event.at for one in others), default=None)
    for event in events:
        during = begun and event.at >= begun and (ended is None or event.at < ended)
        if during or event.subject_id == key or event.subject is Subject.EDITOR_FLOW:
            yield event
