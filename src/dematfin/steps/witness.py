"""Witness: a base that is older than what was last seen of it was put back by hand, and nobody has said so."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from dematfin.ports.app import App
from dematfin.ports.ledger import WrittenEvent
from dematfin.ports.witness import Seen
from dematfin.steps.restored import mark, shut, was_told_since

UNSAID: Final = "reconnue à son témoin : le journal allait jusqu'à l'évènement n° {seen}, il s'arrête au n° {now}"
PAGE: Final = 200
"""Events that are read at once, from the last one back."""


def remember(app: App) -> None:
    """Let the witness know how far the journal goes; as long as a base is judged, it keeps what it knew."""
    if app.witness is None:
        return
    now = app.clock.now()  # before the end is read: what is written meanwhile is not told to have been seen
    if (end := app.ledger.end()).sequence:
        app.witness.keep(Seen(end=end, at=now))


def notice(app: App) -> None:
    """Shut the gate when the base is older than its witness.

    A base of another chain is another base, whose numbers a person has told. What the witness saw before a restoration
    that is known already, perhaps from another machine, teaches nothing.
    """
    end = app.ledger.end()
    trail = app.witness.trail(end.genesis) if app.witness is not None and end.sequence else ()
    if not trail or _passes(app, trail[-1]) or shut(app) or was_told_since(app, trail[-1].at):
        return
    mark(app, _age(app, trail), UNSAID.format(seen=trail[-1].end.sequence, now=end.sequence))


def _passes(app: App, seen: Seen) -> bool:
    """Say whether the journal goes on from what was seen."""
    there = app.ledger.following(seen.end.sequence - 1, 1)
    return bool(there) and there[0].hash == seen.end.hash


def _age(app: App, trail: Sequence[Seen]) -> datetime:
    """Return the instant up to which the books know all; what was written since they were put back tells nothing.

    Older than all that was seen, they go as far as the last of their events from before the first sight.
    """
    if known := next((one for one in reversed(trail) if _passes(app, one)), None):
        return known.at
    at = [one.event.at for one in _backwards(app) if one.event.at <= trail[0].at]
    return max(at, default=trail[0].at)


def _backwards(app: App) -> Iterator[WrittenEvent]:
    after = app.ledger.end().sequence
    while after > 0:
        first = max(after - PAGE, 0)
        yield from reversed(app.ledger.following(first, after - first))
        after = first
