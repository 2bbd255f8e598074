"""What a page of the journal tells, as rows: stays, settlements and happenings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from dematfin.domain.event import Subject
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.happenings import Told, happenings
from dematfin.domain.tally.lives import Known, after, goes_on, known_of, stay
from dematfin.domain.tally.paid import Course, settlement
from dematfin.domain.tally.replay import Replay
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Record, WrittenEvent
from dematfin.steps.tally_scene import Scene, scene


def rows(
    app: App, books: Books, page: Sequence[WrittenEvent], *, not_before: datetime | None = None
) -> tuple[Record, ...]:
    """Return what a page of the journal makes, in books that hold what the former ones made.

    `not_before`: first instant of what may still be told; an event whose instant is earlier (a clock set back, somebody
    who took long) is counted there. None: the page was put off, and is counted late, where it belongs; it changes no
    stay of an invoice that has stood elsewhere since.
    """
    seen = scene(app, books, page)
    counted = _Page(app, seen, not_before)
    wanted = {one.sequence for one in page}
    for one in seen.history:
        counted.replay.hear(one.sequence, one.event)
        if one.sequence in wanted:
            counted.count(one)
    return (*counted.stays.values(), *counted.settlements.values(), *counted.happenings)


class _Page:
    """Gathers the rows of one page."""

    def __init__(self, app: App, seen: Scene, not_before: datetime | None) -> None:
        carries = {key: flux.bordereaux for key, flux in seen.fluxes.items()}
        self.replay = Replay(seen.mandats, carries, self._day)
        self.stays: dict[str, Stay] = {}
        self.settlements: dict[str, Settlement] = {}
        self.happenings: list[Happening] = []
        self._known: dict[str, Known] = {}
        self._app = app
        self._seen = seen
        self._not_before = not_before
        self._told = Told(
            invoices=seen.invoices,
            mandats=seen.mandats,
            batches=seen.batches,
            fluxes={key: flux.siret for key, flux in seen.fluxes.items()},
        )

    def count(self, one: WrittenEvent) -> None:
        """Count one event that was just heard."""
        at = max(one.event.at, self._not_before or one.event.at)
        event = replace(one.event, at=at)
        for key in self.replay.about(event):
            self._stand(key, event.at)
        life = self.replay.mandats.get(event.subject_id) if event.subject is Subject.MANDAT else None
        if life and event.before != event.after == MandatState.PAID:
            self._settle(event.subject_id, event.at)
        renumbered = life is not None and life.renumbered
        self.happenings += happenings(one.sequence, event, self._told, renumbered=renumbered)

    def _stand(self, key: str, at: datetime) -> None:
        """Note where an invoice stands now."""
        found, last = self.replay.stage(key), self._seen.last.get(key)
        if found is None or (self._not_before is None and last and last.since > at):
            return
        stage, number = found
        known = {**self._known_of(key), "mandat": number, "paid": self._paid(key)}
        if goes_on(last, stage, known):
            return
        begun = stay(key, last, stage, at, known)
        for one in after(last, begun) if last else (begun,):
            self.stays[one.id] = self._seen.last[key] = one

    def _known_of(self, key: str) -> Known:
        if key not in self._known:
            invoice = self._seen.invoices[key]
            self._known[key] = known_of(invoice, self._app.policy.days_for(invoice), self._seen.true_starts[key])
        return self._known[key]

    def _paid(self, key: str) -> Decimal:
        before = self._seen.invoices[key].paid_before is not None
        return self._known_of(key)["ttc"] if before else self.replay.paid(key)

    def _settle(self, key: str, at: datetime) -> None:
        if key in self._seen.settled or key in self.settlements:
            return
        mandat, days_for = self._seen.mandats[key], self._app.policy.days_for
        made = settlement(mandat, self._seen.invoices, self._course(key, at), self._seen.true_starts, days_for)
        if made:
            before = self._seen.claimed | {one.invoice_id for one in self.settlements.values() if one.late}
            self.settlements[key] = replace(made, claimed=made.invoice_id in before)

    def _course(self, key: str, at: datetime) -> Course:
        mandat, life = self._seen.mandats[key], self.replay.mandats[key]
        sheet = self._seen.bordereaux.get(mandat.bordereau)
        flux = self._seen.fluxes.get(sheet.flux) if sheet else None
        return Course(
            known_at=at,
            known_on=self._day(at),
            acknowledged=self.replay.acknowledged(key),
            deposited=self._day(flux.sent_at) if flux and flux.sent_at else None,
            emitted=sheet.emitted_on if sheet else None,
            suspended=life.held,
            first_pass=self.replay.first_pass(mandat.invoice_ids),
        )

    def _day(self, at: datetime) -> date:
        return self._app.clock.local(at).date()
