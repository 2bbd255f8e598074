"""Visaed invoices handed to the finance software: their files, then one file of rows, which says that all is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing
from dematfin.domain.exchange.file_names import named
from dematfin.domain.exchange.hand_over import File, HandOver, HandOverKind, HandOverState
from dematfin.domain.exchange.invoice_row import Visaed, files, invoice_row, said
from dematfin.domain.exchange.rows_file import Value, write
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.parties.person import Person
from dematfin.domain.registers import Engagement
from dematfin.domain.visa.folder import VisaFolder, folder_id
from dematfin.errors import DocumentError, Refused
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Books
from dematfin.steps.handing import Thing, deliver, first_day, given_before, next_delivery, stage
from dematfin.steps.outcome import Tally

MOST: Final = 200
"""Invoices of one delivery."""
TO_REPEAT: Final = frozenset({HandOverState.GONE, HandOverState.ABSENT})
"""How a hand-over stands after which the same is handed over again."""
SHOWN: Final = 5
"""Texts that one note quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An invoice to hand over, and each time that it was before."""

    invoice: Invoice
    row: dict[str, Value]
    before: tuple[HandOver, ...]


def hand_invoices(app: App, exchange: Exchange, tally: Tally) -> None:
    """Hand over the visaed invoices of the budgets whose mandats the finance software makes, a delivery a budget."""
    if not exchange.receives(HandOverKind.INVOICE):
        return
    for budget in app.policy.budgets:
        if budget.editor:
            with tally.item(f"Factures du budget {budget.code}"):
                first_day(app, exchange, HandOverKind.INVOICE)
                with app.ledger.reading() as books:
                    waiting = due_invoices(app, books, budget)
                for start in range(0, len(waiting), MOST):
                    _deliver(app, exchange, budget, waiting[start : start + MOST], tally)


def due_invoices(app: App, books: Books, budget: Budget) -> tuple[Due, ...]:
    """Return the visaed invoices that the finance software does not have yet, or has as they were before."""
    visaed = books.find(Invoice, siret=budget.siret, state=InvoiceState.SERVICE_FAIT)
    mandated = mandated_there(books, visaed)
    given = given_before(books, HandOverKind.INVOICE, (one.id for one in visaed))
    found = (
        Due(invoice=invoice, row=row, before=tuple(given.get(invoice.id, ())))
        for invoice, row in _rows(app, books, budget, visaed)
        if invoice.id not in mandated
    )
    return tuple(one for one in found if _is_new(one))


def _is_new(due: Due) -> bool:
    """Say whether the finance software has it otherwise, or was told to take it out."""
    last = due.before[-1] if due.before else None
    return last is None or last.said != said(due.row) or last.state in TO_REPEAT


def still_there(books: Books, invoices: Sequence[Invoice]) -> tuple[HandOver, ...]:
    """Return the last hand-over of each invoice that the finance software was given and no flow of its pays."""
    given = given_before(books, HandOverKind.INVOICE, (one.id for one in invoices))
    paid = mandated_there(books, [one for one in invoices if one.id in given])
    return tuple(found[-1] for key, found in given.items() if key not in paid)


def mandated_there(books: Books, invoices: Sequence[Invoice]) -> set[str]:
    """Return the invoices that a flow of the finance software pays already."""
    paired = books.find(Pairing, invoice_id=tuple(one.id for one in invoices), state=tuple(WITH_INVOICE))
    flows = books.find(EditorFlow, id=tuple({one.editor_flow for one in paired}), state=EditorFlowState.OPEN)
    alive = {one.id for one in flows}
    return {one.invoice_id for one in paired if one.editor_flow in alive}


def _rows(
    app: App, books: Books, budget: Budget, invoices: Sequence[Invoice]
) -> Iterator[tuple[Invoice, dict[str, Value]]]:
    keys = {one.id: folder_id(one.id, one.episode) for one in invoices}
    folders = {one.id: one for one in books.find(VisaFolder, id=tuple(keys.values()))}
    orders = books.find(Engagement, id=tuple({one.engagement_key for one in invoices if one.engagement_key}))
    labels = {one.id: one.label for one in orders}
    names = {person.id: person.name for person in books.find(Person)}
    for invoice in invoices:
        visaed = Visaed(
            invoice=invoice,
            budget=budget.code,
            about=labels.get(invoice.engagement_key, ""),
            folder=folders.get(keys[invoice.id]),
            names=names,
            days=app.policy.days_for(invoice),
            local=app.clock.local,
        )
        yield invoice, invoice_row(visaed)


def _deliver(app: App, exchange: Exchange, budget: Budget, waiting: Sequence[Due], tally: Tally) -> None:
    number, rules = next_delivery(app), app.policy.exchange
    ready = list(_staged(app, exchange, waiting, tally))
    if not ready:
        return
    rows = [_completed(due, found) for due, found in ready]
    written = write(rows, rules.columns, rules.form)
    day = f"{app.clock.today():%Y%m%d}"
    name = named(rules.delivery_name, {"budget": budget.code, "jour": day, "livraison": number})
    sheet = File(name=name, document=app.documents.put(written.data))
    stage(app, exchange, HandOverKind.INVOICE, [sheet])
    deliver(app, exchange, HandOverKind.INVOICE, number, [_thing(due, (*found, sheet)) for due, found in ready])
    for due, _ in ready:
        tally.done(due.invoice.id)
    if again := [due.invoice.id for due, _ in ready if due.before]:
        tally.note(
            f"{name} : {_few(again)}, remis de nouveau (colonne « remplace ») : qu'un seul mandat paie chaque facture."
        )
    _tell_replaced(name, written.replaced, tally)


def _staged(
    app: App, exchange: Exchange, waiting: Sequence[Due], tally: Tally
) -> Iterator[tuple[Due, tuple[File, ...]]]:
    """Yield the invoices whose files are ready; one that cannot be read keeps no other waiting, a dead share does."""
    for due in waiting:
        taken = {name for one in due.before for name in one.names}
        found = files(due.invoice, due.row, app.policy.exchange, taken)
        try:
            stage(app, exchange, HandOverKind.INVOICE, found)
        except (DocumentError, Refused) as error:
            tally.failed(f"Facture {due.invoice.id}", error)
        else:
            yield due, found


def _thing(due: Due, found: Sequence[File]) -> Thing:
    return Thing(key=due.invoice.id, said=said(due.row), rank=len(due.before) + 1, files=tuple(found))


def _completed(due: Due, found: Sequence[File]) -> dict[str, Value]:
    return due.row | {
        "fichier": "".join(one.name for one in found if one.main),
        "annexes": " ".join(one.name for one in found if not one.main),
        "remplace": due.before[-1].names[-1] if due.before else "",
    }


def _tell_replaced(name: str, replaced: Sequence[str], tally: Tally) -> None:
    if replaced:
        shown = _few([f"« {one} »" for one in replaced])
        tally.note(
            f"{name} : des signes ont été remplacés, retours à la ligne ou signes que l'encodage choisi n'a pas "
            f'({shown}). « encodage = "utf-8" » (section [echange]) les a tous, si le logiciel financier le lit.'
        )


def _few(words: Sequence[str]) -> str:
    return ", ".join(words[:SHOWN]) + (", …" if len(words) > SHOWN else "")
