"""Hand over to the finance software: visaed invoices, the journal of our mandats, the DGFiP's answers; each once."""

from dataclasses import replace
from itertools import groupby

from dematfin.domain.event import Subject
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.figures.handed_alerts import NOT_TO_PAY, gone
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import INVOICE
from dematfin.ports.app import App
from dematfin.steps.handed_answers import hand_answers
from dematfin.steps.handed_invoices import hand_invoices
from dematfin.steps.handed_journal import hand_journal
from dematfin.steps.handing import pursue
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.receipts import recall


def hand_over(app: App) -> Outcome:
    """Hand over whatever the finance software waits for; what a run that died had begun comes first."""
    tally = Tally("remise au logiciel financier")
    if app.exchange is None:
        tally.note("Rien n'est remis au logiciel financier : la configuration n'a pas de section [echange].")
        return tally.outcome()
    recall(app, app.exchange, tally)
    pursue(app, app.exchange, tally)
    with tally.item("Factures retirées depuis leur remise"):
        _tell_gone(app, tally)
    hand_invoices(app, app.exchange, tally)
    hand_journal(app, app.exchange, tally)
    hand_answers(app, app.exchange, tally)
    return tally.outcome()


def _tell_gone(app: App, tally: Tally) -> None:
    """Say once which invoices are not to be paid any more, that the finance software may be about to mandate."""
    with app.ledger.reading() as books:
        left = {one.id: one for one in books.find(Invoice, state=NOT_TO_PAY)}
        kind, done = HandOverKind.INVOICE, HandOverState.DONE
        given = books.find(HandOver, kind=kind, state=done, key=tuple(left))
    for key, records in groupby(sorted(given, key=lambda one: (one.key, one.delivery)), lambda one: one.key):
        found = tuple(records)
        tally.note(gone(found[-1], left[key], app.clock.local(app.clock.now())))
        with app.ledger.transaction() as books:
            for one in found:
                left_there = replace(one, state=HandOverState.GONE)
                books.save(left_there)
                motif = f"facture {INVOICE[left[key].state]}"
                books.record(app.event(Subject.HAND_OVER, one.id, one.state, left_there.state, motif))
