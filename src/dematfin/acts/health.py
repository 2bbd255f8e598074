"""How a collectivité fares while nobody looks: counted by the ledger, no list is read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

from dematfin.domain.defect import Thing
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.exchange.hand_over import HandOver, HandOverState
from dematfin.domain.head import Head
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.link import TDT, Link
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.domain.restoration import Restored
from dematfin.domain.retention.elimination import Elimination, EliminationState
from dematfin.domain.unattended.run import FEW, JOURNAL, Run
from dematfin.domain.unattended.standing import Standing
from dematfin.domain.visa.remote import RemoteFolder, RemoteState
from dematfin.domain.visa.task import VisaTask
from dematfin.ports.app import App
from dematfin.ports.clock import Clock
from dematfin.ports.ledger import Between, Books, JournalReport, Ledger
from dematfin.steps.running import last_run

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything: an instant that is not empty comes after it."""
DUE: Final[dict[str, tuple[type[Any], object, str]]] = {
    "import": (Reception, ReceptionState.LISTED, ""),
    "numerisation": (Batch, BatchState.ARRIVED, "taken_at"),
    "controle": (Invoice, InvoiceState.RECEIVED, ""),
    "preparation": (Invoice, InvoiceState.SERVICE_FAIT, ""),
    "informer": (Intention, IntentionState.OPEN, "formed_at"),
    "signature": (Flux, FluxState.SIGNING, "signing_since"),
    "transmission": (Flux, (FluxState.SIGNED, FluxState.READY), ""),
    "reconciliation": (Flux, (FluxState.SENDING, FluxState.TO_VERIFY), "sending_since"),
    "suivi": (Flux, FluxState.TRANSMITTED, "sent_at"),
    "imports": (EditorFlow, EditorFlowState.OPEN, "imported_at"),
    "remise": (HandOver, HandOverState.STAGED, "staged_at"),
    "parapheur": (RemoteFolder, RemoteState.TO_SEND, ""),
}
"""For each step: what waits for it, in which states, and the attribute that says since when, where there is one."""


class Watched(Protocol):
    """What is looked at: an `App`, or as much of it as that takes."""

    @property
    def ledger(self) -> Ledger:
        """Return its ledger."""
        ...

    @property
    def clock(self) -> Clock:
        """Return its clock."""
        ...


def standing(app: Watched, who: Person) -> Standing:
    """Return where a collectivité stands; raises Forbidden, ComeBackLater when the ledger is away."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        by_state = {kind: books.count(kind, "state") for kind in dict.fromkeys(kind for kind, _, _ in DUE.values())}
        links = books.find(Link)
        return Standing(
            invoices={str(state): count for state, count in by_state[Invoice].items()},
            due=_due(by_state) | {"textes": sum(books.count(Indexed, "waiting", waiting=True).values())},
            oldest=_oldest(books, by_state),
            restored=next((app.clock.local(one.data_as_of) for one in books.find(Restored, ended_at=None)), None),
            unended={
                one.id: app.clock.local(one.executed_at)
                for one in books.find(Elimination, state=EliminationState.EXECUTING)
                if one.executed_at
            },
            overdue_visas=_overdue(books, app.clock.today()),
            runs=tuple(_local(app, one) for one in books.find(Run)),
            certificates={one.name: one.certificate_expires_on for one in links if one.certificate_expires_on},
            troubled_links={
                one.name: app.clock.local(one.troubled_since) for one in links if one.id == TDT and one.troubled_since
            },
        )


def _local(app: Watched, run: Run) -> Run:
    """Return a run at the hours of the collectivité."""
    at = app.clock.local
    return replace(
        run,
        began_at=at(run.began_at),
        ended_at=at(run.ended_at) if run.ended_at else None,
        done_at=at(run.done_at) if run.done_at else None,
        aside_since=at(run.aside_since) if run.aside_since else None,
    )


def walk_journal(
    app: App, who: Person, heads: Sequence[Head] = (), *, documents: bool = False, only_end: bool = False
) -> JournalReport:
    """Verify what was written, with its documents or not; what is found is kept, for whoever watches.

    An end that is intact is not kept: it would hide what the last whole walk found, and pass for one.

    That the chain does not pass by `heads` is told to whoever asks, and kept nowhere: they may be of another base.
    """
    who.require(Act.READ)
    began_at = app.clock.now()
    report = app.ledger.verify_journal(documents=app.documents if documents else None, heads=heads, only_end=only_end)
    said = tuple(one.sentence for one in report.defects if one.thing is not Thing.HEAD)
    if only_end and not said:
        return report
    with app.ledger.transaction() as books:
        walked = last_run(books, JOURNAL, began_at).begun(began_at)
        books.save(walked.told(len(said), said[:FEW]).ended(app.clock.now()))
    return report


def _due(by_state: Mapping[type[Any], Mapping[object, int]]) -> dict[str, int]:
    return {key: _waiting(by_state[kind], states) for key, (kind, states, _) in DUE.items()}


def _oldest(books: Books, by_state: Mapping[type[Any], Mapping[object, int]]) -> dict[str, datetime]:
    """Return since when the first item of each step waits; what nothing waits for is not asked."""
    found: dict[str, datetime] = {}
    for key, (kind, states, by) in DUE.items():
        if by and _waiting(by_state[kind], states):
            dated = {"state": states, by: Between(low=LONG_AGO)}
            for one in books.first(kind, 1, by, **dated):
                found[key] = getattr(one, by)
    return found


def _waiting(counts: Mapping[object, int], states: object) -> int:
    wanted = states if isinstance(states, tuple) else (states,)
    return sum(counts.get(one, 0) for one in wanted)


def _overdue(books: Books, today: date) -> int:
    late = books.count(VisaTask, "waiting", waiting=True, due_on=Between(high=today - timedelta(days=1)))
    return sum(late.values())
