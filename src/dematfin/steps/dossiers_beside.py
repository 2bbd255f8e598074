"""Dossiers of what is no invoice: flows with their answers, files of paper, hand-overs."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import UNDER_WAY, Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.paper.batch import LABELS, Batch, BatchState
from dematfin.domain.paper.capture import WAITING, Capture
from dematfin.domain.reception import Answer, AnswerState, Reception
from dematfin.domain.retention.classes import Kind
from dematfin.domain.retention.dossier import Dossier
from dematfin.ports.app import App
from dematfin.steps.scene_of_dossiers import End, Scene, end_of_mandats, last_of

FLOW, ANSWER, IMPORT, BATCH, HAND_OVER, RECEPTION = ("flux", "réponse", "import", "lot", "remise", "réception")
"""What the id of a dossier begins with."""


def of_flow(app: App, seen: Scene, flux: Flux) -> Dossier:
    """A flow with its signature, its answers, and the export that it was made of."""
    sheets = [seen.sheets[key] for key in flux.bordereaux if key in seen.sheets]
    mandats = [seen.mandats[key] for sheet in sheets for key in sheet.mandats if key in seen.mandats]
    if not flux.bordereaux:
        mandats = [one for key in flux.pieces for one in seen.naming.get(key, ())]
    answers = seen.answers.get(flux.id, [])
    source = seen.imports.get(flux.editor_flow)
    instants = (flux.sending_since, flux.sent_at, flux.refused_at, *(one.received_at for one in answers))
    days = [*(_day(app, at) for at in instants if at), *(date(one.exercice, 12, 31) for one in sheets)]
    end, why = _flow_end(seen, flux, mandats, days)
    return Dossier(
        id=f"{FLOW}:{flux.id}",
        kind=Kind.MANDATS,
        title=f"Flux {flux.id}, bordereau {', '.join(flux.bordereaux) or 'aucun (pièces seules)'}",
        first_on=min((one.emitted_on for one in sheets), default=min(days, default=date.max)),
        last_on=end or max(days, default=date.max),
        documents=each(
            (
                flux.unsigned,
                flux.signed,
                flux.signing_history,
                source.document if source else None,
                *(one.document for one in answers),
            )
        ),
        runs_from=end,
        waits=why,
        invoices=paid_by(mandats),
        facts=_flow_facts(flux, sheets, mandats),
    )


def _flow_facts(flux: Flux, sheets: Iterable[Bordereau], mandats: Iterable[Mandat]) -> dict[str, str]:
    return {
        "flux": flux.id,
        "bordereaux": ", ".join(flux.bordereaux),
        "mandats": ", ".join(f"{one.exercice}-{one.number}" for one in mandats),
        "montant_ttc": f"{sum(sheet.total for sheet in sheets)}",
        "budget": flux.siret,
    }


def _flow_end(seen: Scene, flux: Flux, mandats: list[Mandat], days: list[date]) -> End:
    """Return the last of what it orders; an invoice whose mandat was given up is to be mandated again, or refused."""
    if flux.state in UNDER_WAY:
        return None, f"flux {flux.id} {FLUX[flux.state]}"
    of_its_mandats = [end_of_mandats(mandats)] if mandats else []
    return last_of([*((day, "") for day in days), *of_its_mandats, *map(seen.alone, seen.paid_by(mandats))])


def of_answer(app: App, seen: Scene, answer: Answer) -> Dossier:
    """A retour tells of payments of its year: a hold on one of these holds it."""
    day = _day(app, answer.received_at)
    applied = answer.state is AnswerState.APPLIED
    told = [one for one in seen.mandats.values() if day.year in {one.exercice, one.paid_on.year if one.paid_on else 0}]
    return Dossier(
        id=f"{ANSWER}:{answer.id}",
        kind=Kind.MANDATS,
        title=f"{answer.kind.capitalize()} {answer.name}",
        first_on=day,
        last_on=day,
        documents=(answer.document,),
        runs_from=day if applied else None,
        waits="" if applied else f"réponse {answer.name} à traiter",
        invoices=paid_by(told),
    )


def of_import(app: App, one: EditorFlow) -> Dossier:
    """An export of the finance software of which no flow was made."""
    day = _day(app, one.imported_at)
    over = one.state is EditorFlowState.DROPPED
    return Dossier(
        id=f"{IMPORT}:{one.id}",
        kind=Kind.MANDATS,
        title=f"Export {one.name} du logiciel financier, abandonné",
        first_on=day,
        last_on=day,
        documents=(one.document,),
        runs_from=day if over else None,
        waits="" if over else f"import {one.id} à rapprocher",
    )


def of_batch(app: App, seen: Scene, batch: Batch) -> Dossier:
    """A file of paper with what it was cut into: over with the last of its invoices."""
    captures = seen.captures.get(batch.id, [])
    invoices = [seen.invoices[one.invoice_id] for one in captures if one.invoice_id in seen.invoices]
    days = [_day(app, at) for at in (batch.taken_at, *(one.made_at for one in captures))]
    waits = batch.state not in {BatchState.PUBLISHED, BatchState.DISCARDED} or any(c.state in WAITING for c in captures)
    own: End = (None, f"lot {batch.id} {LABELS[batch.state]} : à régler d'abord") if waits else (max(days), "")
    end, why = last_of([own, *(seen.end_of(one) for one in invoices)])
    return Dossier(
        id=f"{BATCH}:{batch.id}",
        kind=Kind.BATCHES if invoices else Kind.WASTE,
        title=f"Lot papier {batch.name}",
        first_on=days[0],
        last_on=end or max(days),
        documents=each(_pages(batch, captures)),
        runs_from=end,
        waits=why,
        invoices=frozenset(one.id for one in invoices),
    )


def _pages(batch: Batch, captures: Iterable[Capture]) -> Iterator[DocumentRef | None]:
    yield from (batch.original, batch.pdf, batch.manifest, *(one.document for one in batch.annexes))
    for one in captures:
        yield from (one.document, *(annex.document for annex in one.annexes))


def of_hand_over(app: App, one: HandOver) -> Dossier:
    """What was handed over to the finance software."""
    day = _day(app, one.done_at or one.staged_at)
    over = one.state is not HandOverState.STAGED
    return Dossier(
        id=f"{HAND_OVER}:{one.id}",
        kind=Kind.HAND_OVERS,
        title=f"Remise {one.id} ({one.delivery})",
        first_on=_day(app, one.staged_at),
        last_on=day,
        documents=each(one.documents),
        runs_from=day if over else None,
        waits="" if over else f"remise {one.id} pas encore en place",
        invoices=frozenset({one.key} if one.kind is HandOverKind.INVOICE else ()),
    )


def of_reception(one: Reception) -> Dossier:
    """An invoice of Chorus Pro that never became one here: somebody has to settle it."""
    return Dossier(
        id=f"{RECEPTION}:{one.id}",
        kind=Kind.INVOICES,
        title=f"Facture {one.number} de Chorus Pro, sans dossier ici",
        first_on=one.status_on or date.max,
        last_on=one.status_on or date.max,
        documents=each((one.raw,)),
        runs_from=None,
        waits=f"facture {one.number} de Chorus Pro jamais lue : à régler d'abord",
    )


def each(refs: Iterable[DocumentRef | None]) -> tuple[DocumentRef, ...]:
    """Return the documents that there are, each once."""
    return tuple(dict.fromkeys(ref for ref in refs if ref))


def paid_by(mandats: Iterable[Mandat]) -> frozenset[str]:
    """Return the invoices that some mandats pay."""
    return frozenset(key for one in mandats for key in one.invoice_ids)


def _day(app: App, at: datetime) -> date:
    return app.clock.local(at).date()
