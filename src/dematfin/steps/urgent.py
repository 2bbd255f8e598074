"""Urgent: what of the ledger may need a person at once, read without the years of what is paid and over."""

from typing import Final

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.invoice.chorus import AT_THE_COMPTABLE
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import TO_TELL, Answer
from dematfin.domain.registers import StructureRules
from dematfin.domain.restoration import Restored, Trace, TraceState
from dematfin.domain.unattended.run import Run
from dematfin.domain.unattended.trouble import Trouble, troubles
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books

S = MandatState
ALIVE: Final = tuple(state for state in MandatState if state not in {S.PAID, S.CANCELLED})
BACK: Final = frozenset({S.PREPARED, S.IN_BORDEREAU, S.REFUSED_AT_GATE, S.REJECTED})
"""Of which Chorus Pro shows nothing that is further, unless somebody else has mandated."""


def urgent(app: App) -> tuple[Trouble, ...]:
    """Return all that needs a person and should not wait until somebody looks."""
    with app.ledger.reading() as books:
        held, runs = _held(app, books), books.find(Run)
    return troubles(held, runs, app.clock.local(app.clock.now()), app.clock.local)


def _held(app: App, books: Books) -> Holdings:
    suspects, mandats = _suspects(books, books.find(Mandat, state=ALIVE))
    doubted = books.find(Mandat, state=(S.PAID, S.CANCELLED), doubt=Between(low=" "), doubt_seen="")
    return Holdings(
        days_for=app.policy.days_for,
        invoices=suspects,
        folders=books.find(VisaFolder, state=FolderState.DRAFT),
        mandats=tuple({one.id: one for one in (*mandats, *doubted)}.values()),
        bordereaux=books.find(Bordereau),
        flux=books.find(Flux),
        quarantined=(),
        watched=(),
        given_up=(),
        refused_intentions=(),
        structures=books.find(StructureRules),
        answers=books.find(Answer, state=TO_TELL),
        links=books.find(Link),
        restored=books.find(Restored, ended_at=None),
        traces=books.find(Trace, state=TraceState.FOUND),
        closures=app.policy.closures,
        patience=app.policy.patience,
        calendar=app.policy.deadline.calendar,
    )


def _suspects(books: Books, alive: tuple[Mandat, ...]) -> tuple[tuple[Invoice, ...], tuple[Mandat, ...]]:
    """Return the invoices that Chorus Pro shows further than their mandats, and the mandats that tell of them.

    One is enough to read every mandat: what was paid or cancelled of the same invoice has its say, and it is rare.
    """
    ids = tuple({key for one in alive if one.state in BACK for key in one.invoice_ids})
    found = tuple(one for one in books.find(Invoice, id=ids) if one.remote_status in AT_THE_COMPTABLE) if ids else ()
    return found, books.find(Mandat) if found else alive
