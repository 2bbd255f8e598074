"""What needs somebody, most serious first, in sentences that end with what to do."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from dematfin.domain import labels
from dematfin.domain.figures import coherence
from dematfin.domain.figures.answer_alerts import of_answers
from dematfin.domain.figures.editor_alerts import of_editor_flows
from dematfin.domain.figures.flow_alerts import of_flows
from dematfin.domain.figures.handed_alerts import of_handed
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.link_alerts import of_links
from dematfin.domain.figures.paper_alerts import of_batches, of_captures
from dematfin.domain.figures.piece_alerts import of_pieces
from dematfin.domain.figures.remote_alerts import of_remotes
from dematfin.domain.figures.restored_alerts import of_restored
from dematfin.domain.figures.urgency import URGENT, remaining, urgency
from dematfin.domain.finding import Severity, blocking
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.exercice import out_of_time
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import CORRECTED_THERE, IMPORT
from dematfin.domain.mandat.together import superseded
from dematfin.domain.registers import StructureRules
from dematfin.domain.visa.folder import FolderState, VisaFolder

REMEDIES: Final = {
    MandatState.REFUSED_AT_GATE: "Corrigez (mandat corriger) puis reprenez le bordereau (bordereau reprendre).",
    MandatState.REJECTED: "Corrigez puis réémettez-le (mandat reemettre).",
    MandatState.ON_HOLD: "Répondez au comptable.",
}
FEW: Final = 3
"""Reasons that one line tells."""
DISAGREES: Final = frozenset({Stage.REJECTED, Stage.SUSPENDED, Stage.RECYCLED})


def alerts(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield the alerts of the day; `now` is in local time."""
    today = now.date()
    gaps = tuple(one for one in coherence.of_all(held, today) if one.severity is not Severity.INFO)
    stopped = {one.about for one in blocking(gaps)}
    yield from of_restored(held, now)
    yield from of_answers(held)
    yield from of_flows(held, now)
    yield from of_editor_flows(held, now)
    yield from of_handed(held, now)
    yield from (f"Facture {one.invoice_id} : {one.outcome}" for one in held.refused_intentions)
    refused, others = _told_apart(held, stopped | superseded(held.mandats))
    yield from _of_refused(refused)
    yield from _of_mandats(others)
    yield from filter(None, (out_of_time(one, today) for one in held.mandats))
    yield from of_pieces(held)
    yield from _of_what_came_in(held)
    yield from of_batches(held.batches)
    yield from of_captures(held.captures)
    yield from filter(None, (password_alert(rules, today) for rules in held.structures))
    yield from of_links(held.links, today)
    yield from _of_neighbours(held)
    yield from (f"{URGENT if one.severity is Severity.BLOCKING else ''}{one.sentence}" for one in gaps)
    yield from _of_late_visas(held.folders, today)
    yield from of_remotes(held.remotes, today)
    yield from _of_invoices(held.invoices)


def _told_apart(held: Holdings, stopped: Collection[str]) -> tuple[dict[str, list[Mandat]], list[Mandat]]:
    """Return the mandats of each bordereau that the gate refused, and the others; those of a flow that the TdT refused
    are told with it."""
    back = {flux.id for flux in held.flux if flux.state is FluxState.REFUSED_BY_TDT}
    with_flow = {sheet.id for sheet in held.bordereaux if sheet.flux in back}
    refused: dict[str, list[Mandat]] = {}
    others = []
    for mandat in held.mandats:
        if mandat.id in stopped or (mandat.state is MandatState.REFUSED_AT_GATE and mandat.bordereau in with_flow):
            continue
        if mandat.state is MandatState.REFUSED_AT_GATE:
            refused.setdefault(mandat.bordereau, []).append(mandat)
        else:
            others.append(mandat)
    return refused, others


def _of_refused(sheets: Mapping[str, Sequence[Mandat]]) -> Iterator[str]:
    """Say once what refused a bordereau, however many mandats it has."""
    for sheet, mandats in sheets.items():
        if len(mandats) == 1:
            yield from _of_mandats(mandats)
            continue
        own = [one for one in mandats if any(reason.domain is not None for reason in one.reasons)] or mandats
        why = list(dict.fromkeys(one.reason for one in own))
        more = " ; …" if len(why) > FEW else ""
        what = f"Bordereau {sheet} refusé au guichet, {len(mandats)} mandats : {' ; '.join(why[:FEW])}{more}"
        if mandats[0].editor:
            yield f"{what}. Voyez {own[0].id} (mandat voir), corrigez dans le logiciel financier, puis : {IMPORT}"
        else:
            yield f"{what}. Voyez {own[0].id} (mandat voir), corrigez, puis : dematfin bordereau reprendre {sheet}"


def _of_mandats(mandats: Iterable[Mandat]) -> Iterator[str]:
    for mandat in mandats:
        if mandat.state in REMEDIES:
            state = labels.MANDAT[mandat.state]
            since = (
                f" depuis le {mandat.held_on:%d/%m/%Y}"
                if mandat.held_on and mandat.state is MandatState.ON_HOLD
                else ""
            )
            if mandat.editor and mandat.state is MandatState.REJECTED and mandat.doubt_seen:
                continue
            yield f"Mandat {mandat.id} (n° {mandat.number}) {state}{since} : {mandat.reason}. {_remedy(mandat)}"
        elif mandat.set_aside and mandat.state is MandatState.PREPARED:
            remedy = "Réintégrez-le (bordereau reintegrer) ou abandonnez-le (mandat abandonner)."
            yield f"Mandat {mandat.id} (n° {mandat.number}) écarté : {mandat.set_aside}. {remedy}"


def _remedy(mandat: Mandat) -> str:
    if not mandat.editor or mandat.state is MandatState.ON_HOLD:
        return REMEDIES[mandat.state]
    if mandat.state is MandatState.REFUSED_AT_GATE:
        return f"{CORRECTED_THERE} ({IMPORT})"
    return (
        f"{CORRECTED_THERE} ({IMPORT}) S'il ne revient pas sous ce numéro : dematfin flux constater {mandat.id} --vu "
        '--motif "…"'
    )


def _of_what_came_in(held: Holdings) -> Iterator[str]:
    for reception in held.quarantined:
        yield f"Facture {reception.number} (Chorus Pro n° {reception.id}) en quarantaine : {reception.error}"
    for reception in held.watched:
        shown = f"statut « {reception.status} » inconnu, regardez-la dans Chorus Pro."
        yield f"Facture {reception.number} (Chorus Pro n° {reception.id}) : {shown}"


def password_alert(rules: StructureRules, today: date) -> str:
    """Say that the technical account of a structure is about to lapse, or an empty text (424 days, then 401)."""
    end = rules.password_expires_on
    if end is None or (loud := urgency(end, today)) is None:
        return ""
    what = f"{loud}Le mot de passe du compte technique Chorus Pro de {rules.name}"
    remedy = "Le gestionnaire principal le renouvelle dans Chorus Pro, puis mettez le secret à jour"
    if end < today:
        return f"{what} a expiré le {end:%d/%m/%Y} : rien n'est plus importé. {remedy}."
    return f"{what} expire le {end:%d/%m/%Y}, {remaining(end, today)}. {remedy} : sinon tout import s'arrêtera."


def _of_neighbours(held: Holdings) -> Iterator[str]:
    """What Chorus Pro shows, and what we know, differ."""
    yield from (f"Facture {one.invoice_id} : {one.outcome}" for one in held.given_up if one.mandat)
    for invoice in held.invoices:
        shown = stage(invoice.remote_status)
        if invoice.state is InvoiceState.TO_PAY and shown in DISAGREES:
            yield (
                f"Facture {invoice.id} : elle a un mandat ici et Chorus Pro la montre « "
                f"{said(invoice.remote_status)} ». "
                "Vérifiez qui l'a changée avant tout envoi."
            )
        elif shown is Stage.UNKNOWN and invoice.remote_status:
            yield f"Facture {invoice.id} : statut « {invoice.remote_status} » inconnu, regardez-la dans Chorus Pro."


def _of_late_visas(folders: Iterable[VisaFolder], today: date) -> Iterator[str]:
    for folder in folders:
        if folder.is_late(today):
            since = f"{folder.due_on:%d/%m/%Y}"
            where = " dans l'i-Parapheur" if folder.remote else ""
            yield (
                f"Facture {folder.invoice_id} : visa attendu de {folder.desk}{where} depuis le {since}. Relancez le "
                "service."
            )
        elif folder.state is FolderState.DRAFT:
            yield f"Facture {folder.invoice_id} : un bureau de son circuit n'a personne, aucun viseur ne la voit."


def _of_invoices(invoices: Iterable[Invoice]) -> Iterator[str]:
    for invoice in invoices:
        if invoice.state is InvoiceState.TO_CORRECT:
            held = blocking(invoice.findings)
            yield f"Facture {invoice.id} ({invoice.number}) : {held[0].sentence if held else 'à corriger.'}"
