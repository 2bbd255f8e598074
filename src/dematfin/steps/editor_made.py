"""What a completed import makes, in the transaction that has checked its plan: bordereaux, mandats, documents, flow."""

from collections.abc import Iterable
from dataclasses import replace

from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.editor.editor_flow import EditorFlowState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.money import french
from dematfin.domain.parties.waiver import marks, told
from dematfin.domain.tally.words import frozen
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.editor_again import free, let_go
from dematfin.steps.editor_plan import Plan, PlannedSheet
from dematfin.steps.liquidate import next_mandat_id
from dematfin.steps.pieces import IMPORT, MANDAT, kept_for
from dematfin.steps.signatures import Signed


def make(app: App, books: Books, plan: Plan, flux: Flux, signed: Signed | None) -> None:
    """Write down all that an import makes; whoever imported it has prepared it."""
    by = plan.flow.imported_by
    for leaving in plan.leaving:
        let_go(app, books, leaving, by)
    made = [one for sheet in plan.sheets for one in _freeze(app, books, plan, sheet, flux)]
    _order(app, books, plan, made)
    _carry(books, plan, flux)
    changed = (*(one.mandat for one in plan.leaving), *plan.before.values())
    free(app, books, _invoices(changed), f"le nouvel export {plan.flow.id} ne la paie plus")
    completed = replace(plan.flow.moved(EditorFlowState.COMPLETED), flux=flux.id)
    books.save(flux, completed)
    listed = ", ".join(flux.bordereaux)
    done = f"flux {flux.id}, bordereaux {listed}"
    books.record(app.event(Subject.EDITOR_FLOW, completed.id, plan.flow.state, completed.state, done))
    motif = f"import {completed.id}, bordereaux {listed}, {flux.unsigned.size} octets, {_how(signed)}"
    details = {"certificat": signed.certificate} | marks(signed.exceptions) if signed else {}
    books.save(*(signed.exceptions if signed else ()))
    books.record(app.event(Subject.FLUX, flux.id, "", flux.state, motif, sha256=flux.unsigned.sha256, **details))


def _how(signed: Signed | None) -> str:
    return f"arrivé signé par {signed.name}{told(signed.exceptions)}" if signed else "à signer"


def _freeze(app: App, books: Books, plan: Plan, sheet: PlannedSheet, flux: Flux) -> list[Mandat]:
    mandats = [one if one.id else replace(one, id=next_mandat_id(books, one.exercice)) for one in sheet.mandats]
    bordereau = replace(sheet.bordereau, mandats=tuple(one.id for one in mandats), flux=flux.id)
    if sheet.former:
        bordereau = replace(bordereau, sent_before=_sent_before(books, sheet.former))
    books.save(bordereau, *mandats)
    by, before = plan.flow.imported_by, "refusé" if sheet.former else ""
    motif = f"logiciel financier, mandats : {len(mandats)}, total : {french(bordereau.total)}"
    data = {"cumul": str(bordereau.cumul), "by": by}
    books.record(app.event(Subject.BORDEREAU, bordereau.id, before, "figé", motif, **data))
    for one in mandats:
        was = plan.before[one.id].state if one.id in plan.before else ""
        motif = f"mandat n° {one.number}, bordereau n° {bordereau.number}, du logiciel financier : {french(one.amount)}"
        books.record(app.event(Subject.MANDAT, one.id, was, one.state, motif, by=by, **frozen(one)))
    _rekey(books, plan, mandats, sheet.bordereau)
    return mandats


def _sent_before(books: Books, former: Bordereau) -> tuple[str, ...]:
    """Return the flows in which a bordereau came back: one that was dropped never left."""
    left = [one.id for one in books.find(Flux, id=former.flux) if one.state is not FluxState.DROPPED]
    return (*former.sent_before, *left)


def _rekey(books: Books, plan: Plan, mandats: Iterable[Mandat], sheet: Bordereau) -> None:
    """Documents that were given to a claim are now the mandat's, whatever export it comes by next."""
    ids: dict[MandatKey, str] = {(sheet.kind, sheet.exercice, sheet.number, one.number): one.id for one in mandats}
    now: dict[str, str] = {}
    for claim in (one.claim for one in plan.pairings):
        key = (claim.kind, claim.exercice, claim.bordereau, claim.mandat)
        if key in ids:
            now[kept_for(IMPORT, f"{plan.flow.id}:{claim.key}")] = kept_for(MANDAT, ids[key])
    books.save(*(replace(one, kept_for=now[one.kept_for]) for one in books.find(Piece, kept_for=tuple(now))))


def _order(app: App, books: Books, plan: Plan, made: Iterable[Mandat]) -> None:
    """Move the invoices that are paid now, whose journal names the mandats; what comes back is to pay already."""
    numbers: dict[str, list[str]] = {}
    for one in made:
        for key in one.invoice_ids:
            numbers.setdefault(key, []).append(f"n° {one.number} ({one.id})")
    to_pay, events = InvoiceState.TO_PAY, []
    for invoice in plan.invoices:
        motif = f"mandatée dans le logiciel financier : mandat {', '.join(numbers[invoice.id])}"
        events.append(app.event(Subject.INVOICE, invoice.id, invoice.state, to_pay, motif))
    books.save(*(one.moved(to_pay) for one in plan.invoices if one.state is not to_pay))
    books.record(*events)


def _carry(books: Books, plan: Plan, flux: Flux) -> None:
    """Seal what the flow carries; nothing was added to one that came signed."""
    if flux.state is FluxState.BUILT:
        carried = books.find(Piece, id=tuple(one.id for one in plan.carried))
        books.save(*(one.carried(flux.id) for one in carried))


def _invoices(mandats: Iterable[Mandat]) -> tuple[str, ...]:
    return tuple(key for one in mandats for key in one.invoice_ids)
