"""Tell: carry out what we intended to tell suppliers, in the order in which it was intended.

The neighbour is asked before it is told, so an intention left open by a crash is simply carried out again.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from itertools import groupby

from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState, intention_id
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import AccessDenied, ConnectorError, Refused
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.facts import observe
from dematfin.steps.intentions import give_up
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.together import together

Told = list[tuple[Intention, str | ConnectorError]]
"""Intentions of one invoice, each with the status that the neighbour then shows, or with its error."""
Published = tuple[str, Future[Told]]


def tell(app: App) -> Outcome:
    """Carry out every open intention."""
    tally = Tally("informer les fournisseurs")
    with app.ledger.reading() as books:
        waiting = books.find(Intention, state=IntentionState.OPEN)
    carry_out(app, waiting, tally)
    return tally.outcome()


def carry_out(app: App, intentions: Iterable[Intention], tally: Tally) -> None:
    """Tell the neighbour, eight invoices at a time, the intentions of one invoice one after the other."""
    ordered = sorted(intentions, key=lambda one: (one.invoice_id, one.sequence))
    by_invoice = [tuple(group) for _, group in groupby(ordered, key=lambda one: one.invoice_id)]
    with ThreadPoolExecutor(max_workers=8) as threads:
        published = [
            (group[0].invoice_id, threads.submit(copy_context().run, _publish_in_order, app, group))
            for group in by_invoice
        ]
        for (key, _), results in together(app, _landed(published), partial(_settle, app), tally, _label, _read):
            if results:
                with tally.item(f"Facture {key}"):
                    _raise_what_stopped(results)
                    tally.done(key)


def _landed(published: Iterable[Published]) -> Iterator[Published]:
    """Yield each when it is over: nobody waits for a neighbour with the books open."""
    for one in published:
        one[1].exception()
        yield one


def _read(books: Books, published: Sequence[Published]) -> None:
    told = [intention for _, result in published if not result.exception() for intention, _ in result.result()]
    books.find(Intention, id=[one.id for one in told])
    books.find(Invoice, id=[one.invoice_id for one in told])


def _label(published: Published) -> str:
    return f"Facture {published[0]}"


def _publish_in_order(app: App, intentions: tuple[Intention, ...]) -> Told:
    """Return each intention with the status then shown, or with its error.

    A refusal closes its intention and does not stop the next: a mandat must not go unchecked because of it.
    """
    told: Told = []
    for intention in intentions:
        if not _still_due(app, intention):
            continue
        try:
            told.append((intention, app.notice.publish(intention)))
        except ConnectorError as error:
            told.append((intention, error))
            if not _closes(error):
                break
    return told


def _still_due(app: App, intention: Intention) -> bool:
    """Ask again just before telling: an agent may have taken it back, the invoice may be in another episode.

    What was decided of an earlier episode is given up: nobody has decided it of what the supplier has sent since.
    """
    with app.ledger.reading() as books:
        now, invoice = books.get(Intention, intention.id), books.get(Invoice, intention.invoice_id)
    if now.state is not IntentionState.OPEN or _is_of(invoice, now):
        return now.state is IntentionState.OPEN
    with app.ledger.transaction() as books:
        give_up(books, now, "la facture est revenue depuis : décidez de nouveau")
    return False


def _is_of(invoice: Invoice, intention: Intention) -> bool:
    return intention.id == intention_id(invoice.remote_id, invoice.episode, intention.status)


def _settle(app: App, books: Books, published: Published) -> Told:
    """Write down the results of one invoice, and return them; what was written already is not written again."""
    told = published[1].result()
    for intention, result in told:
        now = books.get(Intention, intention.id)
        if now.state is IntentionState.DONE:
            continue
        if isinstance(result, str) or now.state is IntentionState.OPEN:
            books.save(_settled(now, result))
        if isinstance(result, str):
            _remember(app, books, now, result)
    return told


def _raise_what_stopped(told: Told) -> None:
    for _, result in told:
        if isinstance(result, ConnectorError):
            raise result


def _settled(intention: Intention, result: str | ConnectorError) -> Intention:
    tried = replace(intention, attempts=intention.attempts + 1, outcome=str(result))
    if _closes(result):
        return replace(tried, state=IntentionState.REFUSED)
    return tried if isinstance(result, ConnectorError) else replace(tried, state=IntentionState.DONE)


def _closes(result: str | ConnectorError) -> bool:
    """Say whether the neighbour refuses the thing itself, and not our account."""
    return isinstance(result, Refused) and not isinstance(result, AccessDenied)


def _remember(app: App, books: Books, intention: Intention, shown: str) -> None:
    """Write down what the neighbour shows now: our status, or one that somebody else set further on.

    An intention that an agent took back while it was being told has become a fact that the invoice follows.
    """
    invoice = books.get(Invoice, intention.invoice_id)
    if shown != intention.status or intention.state is IntentionState.GIVEN_UP:
        observe(app, books, invoice, shown)
        return
    books.save(replace(invoice, remote_status=shown))
    number = f", mandat n° {intention.mandat}" if intention.mandat else ""
    motif = f"Chorus Pro informé : {said(intention.status)}{number}"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, motif))
