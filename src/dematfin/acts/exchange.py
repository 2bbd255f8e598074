"""What a person sees of the exchange with the finance software: what was handed over, what waits, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.figures.handed_alerts import WATCHED
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Between
from dematfin.steps.handed_answers import KINDS, due_answers
from dematfin.steps.handed_invoices import due_invoices, mandated_there
from dematfin.steps.handed_journal import due_journals
from dematfin.steps.handing import known_day

NEXT: Final = "partira à la prochaine remise (dematfin echange faire)"
BEGUN: Final = "préparé, sa mise en place a été interrompue : relancez (dematfin echange faire)"
NOT_THERE: Final = "n'est pas dans le logiciel financier"
SHOWN: Final = 500
NO_FOLDER: Final = {
    HandOverKind.INVOICE: "factures",
    HandOverKind.JOURNAL: "journal",
    HandOverKind.ACQUIT: "retours",
    HandOverKind.RETOUR: "retours",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A thing that is to be handed over, and why it is not yet."""

    kind: HandOverKind
    key: str
    why: str


def handed(app: App, who: Person) -> tuple[HandOver, ...]:
    """Return what was handed over last, the latest first."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return books.last(HandOver, SHOWN, by="delivery")


def receipt(app: App, who: Person, key: str) -> tuple[HandOver, ...]:
    """Return each time that an invoice, a bordereau or an answer was handed over; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        found = books.find(HandOver, key=key) or books.find(HandOver, id=key)
    if not found:
        message = f"« {key} » n'a pas été remis au logiciel financier. Ce qui l'a été : dematfin echange liste"
        raise UnknownRecord(message)
    return tuple(sorted(found, key=lambda one: one.delivery))


def absent(app: App, who: Person, key: str) -> str:
    """Say that an invoice that was handed over is not in the finance software, and return what comes of it.

    Raises:
        UnknownRecord: it was never handed over; RuleError: a mandat pays it.
    """
    by = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        given = books.find(HandOver, key=key, kind=HandOverKind.INVOICE, state=(HandOverState.DONE, HandOverState.GONE))
        if not given:
            message = f"« {key} » n'est pas une facture remise au logiciel financier : dematfin echange liste"
            raise UnknownRecord(message)
        invoice = books.get(Invoice, key)
        if invoice.state not in WATCHED or mandated_there(books, [invoice]):
            message = (
                f"Facture {key} : elle a un mandat, ou elle est suivie ailleurs. Voyez : dematfin facture voir {key}"
            )
            raise RuleError(message)
        for one in given:
            books.save(replace(one, state=HandOverState.ABSENT))
            marks = {EXCEPTION: Exceptional.NOT_HANDED}
            books.record(by.event(Subject.HAND_OVER, one.id, one.state, HandOverState.ABSENT, NOT_THERE, **marks))
    if invoice.state is InvoiceState.SERVICE_FAIT:
        return f"Facture {key} : absente du logiciel financier, elle {NEXT}"
    return f"Facture {key} : elle n'est plus à retirer du logiciel financier. Visée de nouveau, elle y sera remise"


def waiting(app: App, who: Person) -> tuple[Waiting, ...]:
    """Return what is to be handed over, in the folders that are configured."""
    who.require(Act.OVERSEE)
    exchange = _exchange(app)
    with app.ledger.reading() as books:
        staged = books.find(HandOver, state=HandOverState.STAGED)
    begun = [Waiting(kind=one.kind, key=one.key, why=BEGUN) for one in staged]
    return (*begun, *(Waiting(kind=kind, key=key, why=NEXT) for kind, key in _due(app, exchange)))


def left_aside(app: App, who: Person) -> tuple[str, ...]:
    """Return sentences on the folders that are not configured, and on the exports that will not be taken."""
    who.require(Act.OVERSEE)
    exchange = _exchange(app)
    missing = dict.fromkeys(name for kind, name in NO_FOLDER.items() if not exchange.receives(kind))
    sentences = [f"Pas de dossier « {one} » dans la section [echange] : rien n'y est remis." for one in missing]
    return (*sentences, *exchange.ignored())


def _due(app: App, exchange: Exchange) -> Iterator[tuple[HandOverKind, str]]:
    today = app.clock.today()
    with app.ledger.reading() as books:
        days = {kind: known_day(app, books, kind) or today for kind in HandOverKind}
        if exchange.receives(HandOverKind.INVOICE):
            for budget in app.policy.budgets:
                due = due_invoices(app, books, budget) if budget.editor else ()
                yield from ((HandOverKind.INVOICE, one.invoice.id) for one in due)
        if exchange.receives(HandOverKind.JOURNAL):
            since = Between(low=days[HandOverKind.JOURNAL])
            yield from ((HandOverKind.JOURNAL, one.bordereau.id) for one in due_journals(app, books, since))
    for kind in KINDS.values():
        if exchange.receives(kind):
            yield from ((kind, one.id) for one in due_answers(app, kind, days[kind]))


def _exchange(app: App) -> Exchange:
    if app.exchange is None:
        message = "Rien n'est échangé avec le logiciel financier : la configuration n'a pas de section [echange]."
        raise RuleError(message)
    return app.exchange
