"""What a person sees of the exchange with the finance software: what was handed over, what waits, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Between
from dematfin.steps.handed_answers import KINDS, due_answers
from dematfin.steps.handed_invoices import due_invoices
from dematfin.steps.handed_journal import due_journals
from dematfin.steps.handing import known_day

NEXT: Final = "partira à la prochaine remise (dematfin echange faire)"
BEGUN: Final = "préparé, sa mise en place a été interrompue : relancez (dematfin echange faire)"
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
    who.require(Act.READ)
    with app.ledger.reading() as books:
        return books.last(HandOver, SHOWN, by="delivery")


def receipt(app: App, who: Person, key: str) -> tuple[HandOver, ...]:
    """Return each time that an invoice, a bordereau or an answer was handed over; raises UnknownRecord."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        found = books.find(HandOver, key=key) or books.find(HandOver, id=key)
    if not found:
        message = f"« {key} » n'a pas été remis au logiciel financier. Ce qui l'a été : dematfin echange liste"
        raise UnknownRecord(message)
    return tuple(sorted(found, key=lambda one: one.delivery))


def waiting(app: App, who: Person) -> tuple[Waiting, ...]:
    """Return what is to be handed over, in the folders that are configured."""
    who.require(Act.READ)
    exchange = _exchange(app)
    with app.ledger.reading() as books:
        staged = books.find(HandOver, state=HandOverState.STAGED)
    begun = [Waiting(kind=one.kind, key=one.key, why=BEGUN) for one in staged]
    return (*begun, *(Waiting(kind=kind, key=key, why=NEXT) for kind, key in _due(app, exchange)))


def left_aside(app: App, who: Person) -> tuple[str, ...]:
    """Return sentences on the folders that are not configured, and on the exports that will not be taken."""
    who.require(Act.READ)
    exchange = _exchange(app)
    missing = dict.fromkeys(name for kind, name in NO_FOLDER.items() if not exchange.receives(kind))
    sentences = [f"Pas de dossier « {one} » dans la section [echange] : rien n'y est remis." for one in missing]
    return (*sentences, *exchange.ignored())


def _due(app: App, exchange: Exchange) -> Iterator[tuple[HandOverKind, str]]:
    today = app.clock.today()
    with app.ledger.reading() as books:
        days = {kind: known_day(books, kind) or today for kind in HandOverKind}
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
