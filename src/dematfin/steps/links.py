"""Links: what a run finds of the way to the TdT is kept, so that whoever reads a report needs no secret to know it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from dematfin.domain.link import TDT, Link, unread_id
from dematfin.errors import ConfigError, DematfinError
from dematfin.ports.app import App
from dematfin.ports.transmitter import ReturnItem


@contextmanager
def watched(app: App, *troubles: type[DematfinError]) -> Iterator[None]:
    """Let the TdT be used, and write down whether it let us in; any other failure says nothing of the way to it."""
    try:
        yield
    except troubles as error:
        _note(app, str(error))
        raise
    _note(app, "")


def remember_unread(app: App, unread: Mapping[ReturnItem, str]) -> None:
    """Keep which answers this run could not read, and why; those of the run before were read since, or are gone."""
    with app.ledger.reading() as books:
        before = {one.id: one for one in books.find(Link) if one.id != TDT and one.trouble}
    found = {unread_id(item.remote_id): (item.name, why) for item, why in unread.items()}
    if before.keys() == found.keys():
        return
    now = app.clock.now()
    with app.ledger.transaction() as books:
        for key in before.keys() - found.keys():
            books.save(replace(before[key], tried_at=now, trouble="", troubled_since=None))
        for key in found.keys() - before.keys():
            name, why = found[key]
            books.save(Link(id=key, name=name, tried_at=now, trouble=why, troubled_since=now))


def _note(app: App, trouble: str) -> None:
    """Write down what was found, once a day as long as nothing changes."""
    now = app.clock.now()
    with app.ledger.transaction() as books:
        before = next(iter(books.find(Link, id=TDT)), None)
        since = before.troubled_since if before else None
        found = Link(
            id=TDT,
            name=app.transmitter.name,
            certificate_expires_on=_expires_on(app, before),
            tried_at=now,
            trouble=trouble,
            troubled_since=(since or now) if trouble else None,
        )
        if before is None or before.tried_at.date() != now.date() or replace(before, tried_at=now) != found:
            books.save(found)


def _expires_on(app: App, before: Link | None) -> date | None:
    """Return the last day of our certificate; one that cannot be opened now is the one that was."""
    try:
        return app.transmitter.certificate_expires_on
    except ConfigError:
        return before.certificate_expires_on if before else None
