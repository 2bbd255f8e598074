"""Tell: carry out what we intended to tell suppliers, in the order in which it was intended.

The neighbour is asked before it is told, so an intention left open by a crash is simply carried out again.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

from dematfin.domain.event import Subject
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.errors import AccessDenied, ConnectorError, Refused
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.facts import observe
from dematfin.steps.outcome import Outcome, Tally


def tell(app: App) -> Outcome:
    """Carry out every open intention."""
    tally = Tally("informer les fournisseurs")
    with app.ledger.reading() as books:
        waiting = books.find(Intention, state=IntentionState.OPEN)
    carry_out(app, waiting, tally)
    return tally.outcome()


def intend(app: App, books: Books, invoice: Invoice, status: SupplierStatus, **words: str) -> None:
    """Form an intention, once; `words` are its motif or its mandat number. Paper has nobody to tell."""
    key = intention_id(invoice.remote_id, invoice.episode, status)
    if invoice.origin is not Origin.CHORUS or _stands(books.find(Intention, id=key)):
        return
    books.save(
        Intention(
            id=key,
            sequence=books.next_number("intention"),
            invoice_id=invoice.id,
            remote_id=invoice.remote_id,
            status=status,
            formed_at=app.clock.now(),
            motif=words.get("motif", ""),
            mandat=words.get("mandat", ""),
        )
    )


def _stands(formed: tuple[Intention, ...]) -> bool:
    """Whether it was formed already; what an agent took back may be decided again, a mandat told too late never."""
    return any(one.state is not IntentionState.GIVEN_UP or one.status is SupplierStatus.MANDATEE for one in formed)


def give_up(books: Books, intention: Intention, why: str) -> None:
    """Never tell it: a person knows that the neighbour's picture differs."""
    books.save(replace(intention, state=IntentionState.GIVEN_UP, outcome=why))


def reopen(books: Books, invoice: Invoice) -> None:
    """Try again what the neighbour refused, since the invoice has moved there: somebody has put it right."""
    for refused in books.find(Intention, invoice_id=invoice.id, state=IntentionState.REFUSED):
        books.save(replace(refused, state=IntentionState.OPEN))


def reopen_all(app: App) -> None:
    """Try again whatever the neighbour refused: a person asks for it."""
    with app.ledger.transaction() as books:
        for refused in books.find(Intention, state=IntentionState.REFUSED):
            books.save(replace(refused, state=IntentionState.OPEN))


def carry_out(app: App, intentions: Iterable[Intention], tally: Tally) -> None:
    """Tell the neighbour, eight invoices at a time, the intentions of one invoice one after the other."""
    ordered = sorted(intentions, key=lambda one: (one.invoice_id, one.sequence))
    by_invoice = [tuple(group) for _, group in groupby(ordered, key=lambda one: one.invoice_id)]
    with ThreadPoolExecutor(max_workers=8) as threads:
        published = [threads.submit(_publish_in_order, app, group) for group in by_invoice]
        for group, told in zip(by_invoice, published, strict=True):
            with tally.item(f"Facture {group[0].invoice_id}"):
                _settle(app, told.result())
                tally.done(group[0].invoice_id)


def _publish_in_order(app: App, intentions: tuple[Intention, ...]) -> list[tuple[Intention, str | ConnectorError]]:
    """Return each intention with the status then shown, or with the error that stopped there."""
    told: list[tuple[Intention, str | ConnectorError]] = []
    for intention in intentions:
        try:
            told.append((intention, app.notice.publish(intention)))
        except ConnectorError as error:
            told.append((intention, error))
            break
    return told


def _settle(app: App, told: list[tuple[Intention, str | ConnectorError]]) -> None:
    """Write down the results, then raise the error that stopped the series, if any."""
    with app.ledger.transaction() as books:
        for intention, result in told:
            books.save(_settled(intention, result))
            if isinstance(result, str):
                _remember(app, books, intention, result)
    for _, result in told:
        if isinstance(result, ConnectorError):
            raise result


def _settled(intention: Intention, result: str | ConnectorError) -> Intention:
    tried = replace(intention, attempts=intention.attempts + 1, outcome=str(result))
    if isinstance(result, Refused) and not isinstance(result, AccessDenied):
        return replace(tried, state=IntentionState.REFUSED)
    return tried if isinstance(result, ConnectorError) else replace(tried, state=IntentionState.DONE)


def _remember(app: App, books: Books, intention: Intention, shown: str) -> None:
    """Write down what the neighbour shows now: our status, or one that somebody else set further on."""
    invoice = books.get(Invoice, intention.invoice_id)
    if shown != intention.status:
        observe(app, books, invoice, shown)
        return
    books.save(replace(invoice, remote_status=shown))
    number = f", mandat n° {intention.mandat}" if intention.mandat else ""
    motif = f"Chorus Pro informé : {said(intention.status)}{number}"
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, invoice.state, motif))
