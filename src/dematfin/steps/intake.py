"""Intake: announce, fetch, store, read; an invoice becomes ours only when all four are done.

What the neighbour lists is written down in one transaction with the cursor, so the ledger, not the neighbour's
"downloaded" flag, remembers what is still to be fetched.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dematfin.domain.invoice.chorus import Stage, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.reception import Cursor, Reception, ReceptionState
from dematfin.errors import Unreachable
from dematfin.ports.app import App
from dematfin.ports.invoice_source import RemoteRef
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import came_back
from dematfin.steps.facts import observe
from dematfin.steps.fetch import fetch_waiting
from dematfin.steps.intentions import reopen
from dematfin.steps.outcome import Outcome, Tally

OBLIGATIONS: Final = "obligations:"
"""Before the name of an account: the day when it last told what is demanded of suppliers."""
OVERLAP: Final = timedelta(days=1)
ELSEWHERE: Final = frozenset({Stage.CERTIFIED, Stage.MANDATED})
LEFT: Final = frozenset({Stage.SUSPENDED, Stage.RECYCLED, Stage.REJECTED, Stage.AWAY})
"""Not ours to process now: what was announced and not read yet will be announced again, if it comes back."""


def intake(app: App) -> Outcome:
    """Bring in every invoice that changed since the last time."""
    today = app.clock.today()

    def listing(door: str) -> Iterable[RemoteRef]:
        return app.source.changed(door, _since(app, door, today), today)

    return _bring_in(app, listing, today)


def synchronise(app: App, since: date) -> Outcome:
    """Ask again for all that changed since a day, and for all that the neighbour shows as ours to process."""

    def listing(door: str) -> Iterable[RemoteRef]:
        yield from app.source.changed(door, since, app.clock.today())
        yield from app.source.to_process(door)

    return _bring_in(app, listing, None)


def _bring_in(app: App, listing: Callable[[str], Iterable[RemoteRef]], read_until: date | None) -> Outcome:
    """Read the list of each account to its last page, then move its cursor; one that fails stops no other."""
    tally = Tally("import")
    doors = app.source.doors()
    for door in doors:
        with tally.item(f"Compte {door}") if len(doors) > 1 else nullcontext():
            _refresh_structures(app, door, tally)
            cursor = [Cursor(id=cursor_id(door), day=read_until)] if read_until else []
            _announce(app, tuple(listing(door)), tally, cursor)
    fetch_waiting(app, tally)
    return tally.outcome()


def cursor_id(door: str) -> str:
    """Name how far the list of one account has been read."""
    return f"chorus:{door}"


def _refresh_structures(app: App, door: str, tally: Tally) -> None:
    """Ask what is demanded of suppliers; meanwhile, what was known holds.

    Raises Unreachable when this account never told it: an invoice would be controlled once, without its service.
    """
    away, key = None, f"{OBLIGATIONS}{door}"
    with tally.item(f"Obligations du compte {door}"):
        try:
            rules = app.source.structures(door)
        except Unreachable as error:
            with app.ledger.reading() as books:
                if books.find(Cursor, id=key):
                    raise
            away = error
        else:
            with app.ledger.transaction() as books:
                books.save(*rules, Cursor(id=key, day=app.clock.today()))
    if away:
        raise away


def _since(app: App, door: str, today: date) -> date:
    """Return the oldest of some days ago and the last list that was read, with an overlap."""
    with app.ledger.reading() as books:
        cursors = books.find(Cursor, id=cursor_id(door))
    return min([today - timedelta(days=app.policy.import_days), *(cursor.day - OVERLAP for cursor in cursors)])


def _announce(app: App, refs: tuple[RemoteRef, ...], tally: Tally, cursor: Sequence[Cursor]) -> None:
    with app.ledger.transaction() as books:
        known = {reception.id: reception for reception in books.find(Reception, id={ref.remote_id for ref in refs})}
        for ref in {ref.remote_id: ref for ref in refs}.values():
            _note(app, books, ref, known.get(ref.remote_id))
            if stage(ref.status) is Stage.UNKNOWN:
                tally.note(_unknown(ref))
        books.save(*cursor)


def _note(app: App, books: Books, ref: RemoteRef, known: Reception | None) -> None:
    if known is None:
        fresh = Reception(id=ref.remote_id, number=ref.number, status="", status_at="")
        if (seen := _unread(fresh, ref)).state is not ReceptionState.GONE:
            books.save(seen)
    elif (known.status, known.status_at) != (ref.status, ref.status_at):
        books.save(_read(app, books, known, ref) if known.invoice_id else _unread(known, ref))


def _unread(reception: Reception, ref: RemoteRef) -> Reception:
    """Follow what is not read yet: its file may have been replaced, somebody may have mandated it."""
    shown = stage(ref.status)
    state = ReceptionState.GONE if shown in LEFT else ReceptionState.LISTED
    if shown is Stage.UNKNOWN:
        state = ReceptionState.WATCHED
    elsewhere = shown in ELSEWHERE
    return replace(
        reception,
        status=ref.status,
        status_at=ref.status_at,
        status_on=ref.status_on,
        elsewhere=elsewhere,
        state=state,
        raw=None,
        error="",
    )


def _read(app: App, books: Books, known: Reception, ref: RemoteRef) -> Reception:
    """Record a status seen at the neighbour's: a fact, whoever set it."""
    invoice = books.get(Invoice, known.invoice_id)
    seen = replace(known, status=ref.status, status_at=ref.status_at, status_on=ref.status_on)
    if stage(ref.status) is Stage.READY:
        reopen(books, invoice)
    observed = observe(app, books, invoice, ref.status)
    if came_back(observed, ref):
        return replace(seen, state=ReceptionState.LISTED, raw=None)
    return replace(seen, state=ReceptionState.READ, error="") if stage(ref.status) in LEFT else seen


def _unknown(ref: RemoteRef) -> str:
    return (
        f"Facture {ref.number} (Chorus Pro n° {ref.remote_id}) : son statut « {ref.status} » nous est inconnu. Elle "
        "est "
        "gardée sous surveillance : regardez-la dans Chorus Pro."
    )
