"""An agent drops an import whose flow never left: the finance software will export it again, or never."""

from dataclasses import replace
from typing import Final

from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.labels import FLUX, MANDAT
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.day import LEASES
from dematfin.steps.intentions import recall
from dematfin.steps.pairing import import_named
from dematfin.steps.prepare import prepare

OURS: Final = frozenset({FluxState.BUILT, FluxState.SIGNED, FluxState.READY})
"""Nobody else has it."""


def drop(app: App, who: Person, import_id: str, motif: str) -> EditorFlow:
    """Drop an import; its bordereaux wait to be imported again, its invoices may be matched again.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater; RuleError: no motif, or its flow has left or is being signed elsewhere.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason = for_journal(f"Import {import_id.strip().upper()}", motif)
    with app.ledger.lease(LEASES[prepare], app.holder), app.ledger.transaction() as books:
        flow = import_named(books, import_id)
        dropped = replace(flow.moved(EditorFlowState.DROPPED), reason=reason)
        for flux in books.find(Flux, id=flow.flux) if flow.flux else ():
            _check_ours(flow, flux)
            _undo(app, books, flux, f"import {flow.id} abandonné : {reason}")
        books.save(dropped)
        books.record(app.event(Subject.EDITOR_FLOW, flow.id, flow.state, dropped.state, reason))
    return dropped


def _check_ours(flow: EditorFlow, flux: Flux) -> None:
    if flux.state in OURS:
        return
    why = (
        f"il est à la signature. Rappelez-le d'abord (dematfin bordereau rappeler {flux.bordereaux[0]})"
        if flux.state is FluxState.SIGNING
        else f"il est « {FLUX[flux.state]} ». Un import ne s'abandonne qu'avant l'envoi ; ce que la DGFiP en renvoie "
        "se corrige dans le logiciel financier, qui l'exporte de nouveau"
    )
    message = f"Import {flow.id} : son flux {flux.id} n'est plus à nous seuls, {why}."
    raise RuleError(message)


def _undo(app: App, books: Books, flux: Flux, why: str) -> None:
    mandats = books.find(Mandat, bordereau=flux.bordereaux)
    _check_unanswered(flux, mandats)
    gone = flux.moved(FluxState.DROPPED)
    books.save(gone)
    books.record(app.event(Subject.FLUX, flux.id, flux.state, gone.state, why))
    for sheet in books.find(Bordereau, id=flux.bordereaux):
        books.save(replace(sheet, refused=True))
        books.record(app.event(Subject.BORDEREAU, sheet.id, "figé", "à importer de nouveau", why))
    for one in mandats:
        back = one.moved(MandatState.PREPARED)
        books.save(back)
        books.record(app.event(Subject.MANDAT, one.id, one.state, back.state, why))
    for invoice in books.find(Invoice, id=tuple(key for one in mandats for key in one.invoice_ids)):
        recall(books, invoice, why)


def _check_unanswered(flux: Flux, mandats: tuple[Mandat, ...]) -> None:
    """A flow sent again may follow another one, believed refused, which arrived all the same."""
    if known := [one for one in mandats if one.state is not MandatState.IN_BORDEREAU]:
        message = (
            f"Flux {flux.id} : le comptable connaît déjà le mandat n° {known[0].number} ({MANDAT[known[0].state]}). "
            "Voyez avec lui, puis dites ce qu'il a (dematfin flux constater)."
        )
        raise RuleError(message)
