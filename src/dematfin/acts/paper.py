"""An agent decides on paper: what a held batch is, where a document begins, what is no invoice."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.motif import for_journal
from dematfin.domain.paper.batch import BATCH_MACHINE, Batch, BatchState, Door
from dematfin.domain.paper.capture import CAPTURE_MACHINE, WAITING, Capture, CaptureState
from dematfin.domain.paper.cut import cut_by_hand
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.batches import sights_of, treat
from dematfin.steps.capture import capture, read_documents, tell
from dematfin.steps.day import LEASES
from dematfin.steps.day import run as run_step
from dematfin.steps.outcome import Failure, Outcome, Tally
from dematfin.steps.paper_intake import shown_name, take
from dematfin.steps.publish import publish

DISCARDED: Final = {EXCEPTION: Exceptional.PAPER_DISCARDED}
"""What the event keeps of paper that becomes no invoice."""


def treat_folder(app: App, who: Person, folder: Path, door: Door) -> tuple[Outcome, tuple[Batch, ...]]:
    """Treat the files of a folder that a person names; the files stay there, and one that is known is not taken twice.

    Raises:
        Forbidden; DocumentError: the folder cannot be read; ComeBackLater: paper is being treated elsewhere.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    tally = Tally("numérisation")
    treated: list[Batch] = []
    with app.ledger.lease(LEASES[capture], app.holder):
        for parcel in app.folders.named(folder, door):
            with tally.item(shown_name(parcel.name)):
                batch = take(app, parcel)
                treated.append(treat(app, batch) if batch.state is BatchState.ARRIVED else batch)
                tell(treated[-1], tally)
        read_documents(app, tally)
    for sentence in app.folders.ignored():
        tally.note(sentence)
    return tally.outcome(), tuple(treated)


def keep_watch(app: App, who: Person, every: int) -> Iterator[Outcome]:
    """Collect from the watched folders every so many seconds, for ever; tell each time that something happened.

    Raises:
        Forbidden.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    rest = Event()
    told: tuple[Failure, ...] = ()
    while True:
        outcome = _collected(app)
        if outcome.done or outcome.failures != told:
            yield outcome
        told = outcome.failures
        rest.wait(every)


def _collected(app: App) -> Outcome:
    """Return the account of one pass, whatever stops it: the next one may go through."""
    tally = Tally("numérisation")
    accounts: list[Outcome] = []
    with tally.item("Relevé"):
        accounts.append(run_step(app, capture))
    return accounts[0] if accounts else tally.outcome()


def publish_as_it_is(app: App, who: Person, batch_id: str, motif: str) -> Batch:
    """Publish a held batch as it would have been cut: the doubt was unfounded.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or the batch is not held.
    """
    return _cut(app.on_behalf_of(who, Act.PAPER), who, batch_id, (frozenset(), frozenset()), motif)


def cut_again(app: App, who: Person, key: str, sheets: Iterable[int], starts: Iterable[int]) -> Batch:
    """Cut a batch where a person says; `key` is the batch, or one of its documents.

    `sheets` are the pages that are separator sheets nobody could read, `starts` those where an invoice begins without
    one; pages are those of the batch, from 1.

    Raises:
        Forbidden, UnknownRecord; RuleError: nothing to cut, a page that it has not, or a document already entered.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    named, first = frozenset(sheets), frozenset(starts)
    if not named | first:
        message = "Dites où couper : les pages qui sont des feuilles, ou celles où une facture commence."
        raise RuleError(message)
    return _cut(app, who, _batch_of(app, key), (named, first), "pages relues")


def confirm(app: App, who: Person, document_id: str, motif: str) -> Capture:
    """Say that pages which no sheet announced are one invoice, and one only.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or the document does not wait for it.
    """
    return _move(app.on_behalf_of(who, Act.PAPER), who, document_id, CaptureState.TO_ENTER, motif)


def discard(app: App, who: Person, document_id: str, motif: str) -> Capture:
    """Say that a document is no invoice to pay: a letter, an advertisement, one that is already here.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or it is entered already.
    """
    return _move(app.on_behalf_of(who, Act.PAPER), who, document_id, CaptureState.DISCARDED, motif)


def discard_batch(app: App, who: Person, batch_id: str, motif: str) -> Batch:
    """Say that nothing is to be taken from a batch in quarantine, held, or a duplicate; its bytes are kept.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or its documents exist: they are discarded one by one.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    with app.ledger.transaction() as books:
        batch = books.get(Batch, batch_id)
        reason = for_journal(batch.label, motif)
        if batch.state is BatchState.PUBLISHED and books.find(Capture, batch=batch_id, state=WAITING):
            message = f"{batch.label} : ses documents existent, écartez-les un par un (numerisation ecarter D…)."
            raise RuleError(message)
        after = replace(batch, state=BATCH_MACHINE.check(batch.label, batch.state, BatchState.DISCARDED))
        books.save(after)
        told = f"écarté par {who.name} : {reason}"
        books.record(app.event(Subject.BATCH, batch_id, batch.state, after.state, told, **DISCARDED))
    return after


def take_again(app: App, who: Person, batch_id: str, motif: str) -> Batch:
    """Look again at a batch in quarantine, or take in a file that came before; return what it becomes.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, or the batch is neither.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    with app.ledger.transaction() as books:
        batch = books.get(Batch, batch_id)
        reason = for_journal(batch.label, motif)
        state = BATCH_MACHINE.check(batch.label, batch.state, BatchState.ARRIVED)
        forced = batch.forced or batch.state is BatchState.DUPLICATE
        again = replace(batch, state=state, forced=forced, reason="", error="", remarks=())
        books.save(again)
        told = f"repris par {who.name} : {reason}"
        books.record(app.event(Subject.BATCH, batch_id, batch.state, state, told))
    return _read(app, treat(app, again))


def _cut(app: App, who: Person, batch_id: str, where: tuple[frozenset[int], frozenset[int]], motif: str) -> Batch:
    with app.ledger.reading() as books:
        batch = books.get(Batch, batch_id)
    reason = for_journal(batch.label, motif)
    if batch.state not in {BatchState.HELD, BatchState.PUBLISHED} or (not any(where) and not _is_held(batch)):
        message = f"{batch.label} : rien n'y attend de décision."
        raise RuleError(message)
    sights = sights_of(app, batch)
    made = cut_by_hand(sights, app.policy.paper, *where)
    return _read(app, publish(app, batch, sights, made, f"découpé par {who.name} ({reason})", decided=True))


def _is_held(batch: Batch) -> bool:
    return batch.state is BatchState.HELD


def _read(app: App, batch: Batch) -> Batch:
    read_documents(app, Tally("numérisation"))
    return batch


def _batch_of(app: App, key: str) -> str:
    with app.ledger.reading() as books:
        found = books.find(Capture, id=key)
    return found[0].batch if found else key


def _move(app: App, who: Person, document_id: str, state: CaptureState, motif: str) -> Capture:
    with app.ledger.transaction() as books:
        before = books.get(Capture, document_id)
        name = f"Document {document_id}"
        reason = for_journal(name, motif)
        after = replace(before, state=CAPTURE_MACHINE.check(name, before.state, state), reason="")
        books.save(after)
        told = f"{'confirmé' if state is CaptureState.TO_ENTER else 'écarté'} par {who.name} : {reason}"
        marks = DISCARDED if state is CaptureState.DISCARDED else {}
        books.record(app.event(Subject.CAPTURE, document_id, before.state, state, told, **marks))
    return after
