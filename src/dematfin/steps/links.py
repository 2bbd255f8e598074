"""Links: what a run finds of the way to the TdT is kept, so that whoever reads a report needs no secret to know it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from dematfin.domain.link import TDT, Link
from dematfin.errors import ConfigError, DematfinError
from dematfin.ports.app import App


@contextmanager
def watched(app: App, *troubles: type[DematfinError]) -> Iterator[None]:
    """Let the TdT be used, and write down whether it let us in; any other failure says nothing of the way to it."""
    try:
        yield
    except troubles as error:
        _note(app, str(error))
        raise
    _note(app, "")


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
