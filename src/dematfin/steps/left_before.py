"""Left before: a person has said that what was found did leave; what it pays is followed elsewhere from now on."""

from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE, InvoiceState
from dematfin.domain.restoration import Trace, TraceState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.episodes import withdraw_visa
from dematfin.steps.intentions import take_back


def has_left(app: App, books: Books, trace: Trace, reason: str) -> tuple[str, ...]:
    """Write down that something did leave; return the invoices that it pays, out of our hands now.

    One that has a mandat here keeps it: that mandat is in doubt, and a person looks into it.
    """
    books.save(trace.settled(TraceState.LEFT, app.by, app.clock.now(), reason))
    said = f"{trace.label} : parti avant la restauration, {reason}"
    books.record(app.event(Subject.RESTORATION, trace.restoration, trace.state, TraceState.LEFT, said, trace=trace.id))
    paid = [one for one in _paid(books, trace) if InvoiceState.ELSEWHERE in INVOICE_MACHINE.arrows[one.state]]
    for one in paid:
        withdraw_visa(app, books, one, said)
        take_back(books, one, said)
        books.save(one.moved(InvoiceState.ELSEWHERE))
        books.record(app.event(Subject.INVOICE, one.id, one.state, InvoiceState.ELSEWHERE, said))
    return tuple(one.id for one in paid)


def _paid(books: Books, trace: Trace) -> tuple[Invoice, ...]:
    files = {key for one in trace.mandats for key in one.files}
    sirens = {one.siren for one in trace.mandats if one.siren}
    near = (*books.find(Invoice, main_file=tuple(files)), *books.find(Invoice, supplier_siren=tuple(sirens)))
    return tuple({one.id: one for one in near if any(paid.pays(one) for paid in trace.mandats)}.values())
