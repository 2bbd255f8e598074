"""Witness: a base that is older than what was last seen of it was put back by hand, and nobody has said so."""

from typing import Final

from dematfin.domain.end import End
from dematfin.ports.app import App
from dematfin.ports.witness import Seen
from dematfin.steps.restored import mark, shut, was_told_since

UNSAID: Final = "reconnue à son témoin : le journal allait jusqu'à l'évènement n° {seen}, il s'arrête au n° {now}"


def remember(app: App) -> None:
    """Let the witness know how far the journal goes; as long as a base is judged, it keeps what it knew."""
    if app.witness is not None and (end := app.ledger.end()).sequence:
        app.witness.keep(Seen(end=end, at=app.clock.now()))


def notice(app: App) -> None:
    """Shut the gate when the base is older than its witness.

    A base of another chain is another base, whose numbers a person has told. What the witness saw before a restoration
    that is known already, perhaps from another machine, teaches nothing.
    """
    if app.witness is None or (seen := app.witness.last()) is None:
        return
    end = app.ledger.end()
    if _follows(app, end, seen) or shut(app) or was_told_since(app, seen.at):
        return
    last = app.ledger.following(end.sequence - 1, 1)
    mark(app, last[0].event.at, UNSAID.format(seen=seen.end.sequence, now=end.sequence))


def _follows(app: App, end: End, seen: Seen) -> bool:
    """Say whether a journal goes on from what was seen, or is none of that chain."""
    if end.genesis != seen.end.genesis or not end.sequence:
        return True
    there = app.ledger.following(seen.end.sequence - 1, 1)
    return bool(there) and there[0].hash == seen.end.hash
