"""Hand over to the finance software: visaed invoices, the journal of our mandats, the DGFiP's answers; each once."""

from dataclasses import replace
from itertools import groupby
from typing import Final

from dematfin.domain.editor.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.labels import INVOICE
from dematfin.ports.app import App
from dematfin.steps.handed_answers import hand_answers
from dematfin.steps.handed_invoices import hand_invoices
from dematfin.steps.handed_journal import hand_journal
from dematfin.steps.handing import pursue
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.receipts import recall

NOT_TO_PAY: Final = (InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.SENT_BACK)
"""One that is followed elsewhere may well be so because it was mandated there."""


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
        state, day = INVOICE[left[key].state], app.clock.local(found[-1].done_at or found[-1].staged_at)
        sentence = f"Facture {key} : {state} depuis sa remise au logiciel financier le {day:%d/%m/%Y}"
        tally.note(f"{sentence} ({found[-1].names[-1]}). Qu'elle n'y soit pas mandatée : retirez-la là-bas.")
        with app.ledger.transaction() as books:
            for one in found:
                gone = replace(one, state=HandOverState.GONE)
                books.save(gone)
                books.record(app.event(Subject.HAND_OVER, one.id, one.state, gone.state, f"facture {state}"))
