"""The journal of the mandats that dematfin makes: a file for each frozen bordereau, and another when it is remade."""

from dataclasses import dataclass

from dematfin.domain.exchange.file_names import named, ranked
from dematfin.domain.exchange.hand_over import File, HandOverKind
from dematfin.domain.exchange.journal_rows import journal_rows
from dematfin.domain.exchange.rows_file import write
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import Engagement
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange
from dematfin.ports.ledger import Between, Books
from dematfin.steps.handing import Thing, deliver, first_day, given_before, next_delivery, stage
from dematfin.steps.outcome import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class DueJournal:
    """A bordereau whose journal is to be handed over; `replaces`: the file that this one makes void."""

    bordereau: Bordereau
    rank: int
    replaces: str


def hand_journal(app: App, exchange: Exchange, tally: Tally) -> None:
    """Hand over the journal of each bordereau frozen since the first day, once for each flow that was built of it."""
    if not exchange.receives(HandOverKind.JOURNAL):
        return
    with tally.item("Journal des mandats"):
        since = Between(low=first_day(app, exchange, HandOverKind.JOURNAL))
        with app.ledger.reading() as books:
            waiting = due_journals(app, books, since)
        for due in waiting:
            with tally.item(f"Bordereau {due.bordereau.id}"):
                _deliver(app, exchange, due)
                tally.done(due.bordereau.id)


def due_journals(app: App, books: Books, since: Between) -> tuple[DueJournal, ...]:
    """Return the bordereaux of ours whose flow the journal has not told yet; a refused one waits to be remade."""
    sirets = tuple(budget.siret for budget in app.policy.budgets if not budget.editor)
    sheets = books.find(Bordereau, siret=sirets, editor=False, refused=False, emitted_on=since)
    frozen = [one for one in sheets if one.flux and one.mandats]
    given = given_before(books, HandOverKind.JOURNAL, (one.id for one in frozen))
    found = []
    for sheet in frozen:
        before = given.get(sheet.id, [])
        if not before or before[-1].said != sheet.flux:
            replaces = before[-1].names[-1] if before else ""
            found.append(DueJournal(bordereau=sheet, rank=len(before) + 1, replaces=replaces))
    return tuple(found)


def _deliver(app: App, exchange: Exchange, due: DueJournal) -> None:
    sheet, rules, number = due.bordereau, app.policy.exchange, next_delivery(app)
    budget = app.policy.budget(sheet.siret).code
    with app.ledger.reading() as books:
        mandats = sorted(books.find(Mandat, id=sheet.mandats), key=lambda one: one.number)
        rows = list(journal_rows(sheet, mandats, budget, _numbers(books, mandats), due.replaces))
    values = {"budget": budget, "bordereau": sheet.id, "exercice": str(sheet.exercice)}
    name = named(rules.journal_name, values | {"jour": f"{sheet.emitted_on:%Y%m%d}"})
    document = app.documents.put(write(rows, rules.journal_columns, rules.form).data)
    found = File(name=ranked(name, due.rank), document=document)
    stage(app, exchange, HandOverKind.JOURNAL, [found])
    thing = Thing(key=sheet.id, said=sheet.flux, rank=due.rank, files=(found,))
    deliver(app, exchange, HandOverKind.JOURNAL, number, [thing])


def _numbers(books: Books, mandats: list[Mandat]) -> dict[str, str]:
    """Return the numbers of invoices and engagements that mandats name, by their id."""
    invoices = books.find(Invoice, id=tuple({key for mandat in mandats for key in mandat.invoice_ids}))
    lines = {line.engagement for mandat in mandats for line in mandat.lines} | {one.engagement for one in mandats}
    orders = {one.id: one.number for one in books.find(Engagement, id=tuple(lines))}
    return orders | {one.id: one.number for one in invoices}
