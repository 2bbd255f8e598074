"""Acquits: what the entry gate of Hélios makes of each bordereau and document of a flow, in one transaction, once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.labels import FLUX, MANDAT
from dematfin.domain.mandat.answers import Acquit, Anomaly
from dematfin.domain.mandat.attempt import AttemptState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.foreign import foreign
from dematfin.domain.mandat.mandat import UNANSWERED, Mandat, MandatState
from dematfin.domain.mandat.said import gate_reasons, sentence
from dematfin.domain.mandat.twins import UNTOLD, SheetVerdict, are_there, key_of, numbers_of, of_sheets
from dematfin.domain.mandat.verdict import FlowVerdict, read_acquit
from dematfin.domain.reception import Answer, AnswerState
from dematfin.domain.tally.words import why
from dematfin.errors import InvalidPes
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import DGFIP, has_left, hear_again, take_arrived
from dematfin.steps.attempts import end_open
from dematfin.steps.outcome import Tally
from dematfin.steps.piece_answers import judge_pieces
from dematfin.steps.second_acquit import second

COMES_BACK: Final = UNANSWERED | {MandatState.REFUSED_AT_GATE}
"""Of which the comptable has said nothing: the refusal of its bordereau brings such a mandat back."""
TAKEN: Final = "ERREUR_DOUBLON_BORDEREAU"
"""NumAnoAck of a bordereau that Hélios has already: it came by another flow."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One acquit on the way to its flow; the flow is as it was before."""

    app: App
    books: Books
    flux: Flux
    verdict: FlowVerdict
    sheets: Mapping[str, SheetVerdict]
    tally: Tally


def apply_acquit(app: App, answer: Answer, acquit: Acquit, tally: Tally) -> tuple[str, ...]:
    """Apply one acquit to the flow that it answers; return what a person should know of it.

    Raises:
        InvalidPes: it answers another flow.
    """
    if acquit.nomfic != answer.flux:
        message = f"L'acquit reçu pour le flux {answer.flux} répond à « {acquit.nomfic} » : il n'est pas appliqué."
        raise InvalidPes(message)
    with app.ledger.transaction() as books:
        if is_applied(books, answer):
            return ()
        flux, verdict = books.get(Flux, answer.flux), read_acquit(acquit)
        case = _Case(app, books, flux, verdict, _by_sheet(books, flux, verdict), tally)
        if case.flux.state is FluxState.ACKNOWLEDGED and case.flux.acquit is not AcquitSummary.UNCLEAR:
            settled = second(app, books, answer, case.flux, case.verdict)
        else:
            settled = _first(case, answer, acquit)
        books.save(settled)
    return settled.remarks


def _by_sheet(books: Books, flux: Flux, verdict: FlowVerdict) -> dict[str, SheetVerdict]:
    sheets = books.find(Bordereau, id=flux.bordereaux)
    mandats = books.find(Mandat, bordereau=flux.bordereaux) if are_there(sheets) else ()
    return of_sheets(verdict, sheets, numbers_of(mandats))


def is_applied(books: Books, answer: Answer) -> bool:
    """Say whether another run has applied it since it was listed: by now it may have been corrected and sent again."""
    return books.get(Answer, answer.id).state is not AnswerState.STORED


def _first(case: _Case, answer: Answer, acquit: Acquit) -> Answer:
    sheets = case.books.find(Bordereau, id=case.flux.bordereaux)
    policy, siret = case.app.policy, case.flux.siret
    budget = policy.budget(siret) if policy.owns(siret) else None
    remarks = (*acquit.remarks, *foreign(acquit, case.verdict, budget, {key_of(sheet) for sheet in sheets}))
    accepted = [sheet for sheet in sheets if case.sheets[sheet.id].accepted]
    if twice := [other for sheet in accepted if (other := has_left(case.books, sheet, case.flux))]:
        return replace(answer, state=AnswerState.DIFFERENT, remarks=(*remarks, _both(case.flux, twice)))
    _acknowledge(case, answer, sheets)
    for sheet in sheets:
        remarks += tuple(_judge(case, sheet))
    judge_pieces(case.app, case.books, case.flux, case.verdict, case.tally)
    return replace(answer, state=AnswerState.APPLIED, remarks=remarks)


def _acknowledge(case: _Case, answer: Answer, sheets: Iterable[Bordereau]) -> None:
    flux, verdict = case.flux, case.verdict
    summary = _summary(case, sheets)
    message = _sentence(verdict.whole) or _sentence(_all_anomalies(verdict))
    case.books.save(replace(flux, state=FluxState.ACKNOWLEDGED, acquit=summary, message=message))
    end_open(case.app, case.books, flux, AttemptState.ARRIVED, "Hélios l'a acquitté")
    motif = f"acquit Hélios : {summary}. {message}".strip()
    first = next((one.code for one in (*verdict.whole, *_all_anomalies(verdict)) if one.code), "")
    data = {"by": DGFIP, "acquit": summary, "document": answer.document.sha256} | ({"code": first} if first else {})
    case.books.record(case.app.event(Subject.FLUX, flux.id, flux.state, FluxState.ACKNOWLEDGED, motif, **data))


def _summary(case: _Case, sheets: Iterable[Bordereau]) -> AcquitSummary:
    """Twins may be one refused and one accepted, under one name."""
    told = [case.sheets[sheet.id] for sheet in sheets]
    if any(one == UNTOLD for one in told):
        return AcquitSummary.UNCLEAR
    partly = case.verdict.summary is AcquitSummary.REFUSED and any(one.accepted for one in told)
    return AcquitSummary.PARTLY if partly else case.verdict.summary


def _judge(case: _Case, sheet: Bordereau) -> Iterator[str]:
    """Apply what an acquit says of one bordereau; yield what stays to be seen to."""
    told = case.sheets[sheet.id]
    if told.refused:
        yield from _refused(case, sheet, told.refused)
    elif not told.accepted:
        case.tally.note(f"Bordereau {sheet.id} : l'acquit ne dit rien de clair de lui. Voyez avec le comptable.")
    elif sheet.flux == case.flux.id and case.flux.state in {FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED}:
        _record(case, sheet, "accepté", "accepté par Hélios")
    else:
        yield from take_arrived(case.app, case.books, sheet, case.flux, case.tally)


def _refused(case: _Case, sheet: Bordereau, anomalies: Sequence[Anomaly]) -> Iterator[str]:
    """Give a refused bordereau back, unless it was replaced already, or an earlier flow of ours had brought it."""
    if sheet.flux != case.flux.id:
        return
    reason = _sentence(anomalies) or "refusé par Hélios sans explication"
    if former := _brought_by(case.books, sheet, anomalies):
        _record(case, sheet, "refusé", f"{reason} : il y était déjà, par notre flux {former.id}")
        case.books.save(replace(former, state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.ACCEPTED))
        yield from take_arrived(case.app, case.books, sheet, former, case.tally)
        return
    known = _known(case.books, sheet)
    case.books.save(replace(sheet, refused=len(known) < len(sheet.mandats)))
    _record(case, sheet, "refusé", reason)
    _refuse_mandats(case, sheet, anomalies)
    if known:
        yield _known_all_the_same(sheet, known)
    hear_again(case.books, (sheet,))


def _brought_by(books: Books, sheet: Bordereau, anomalies: Sequence[Anomaly]) -> Flux | None:
    """Return the earlier flow of a bordereau that Hélios says to have; its gate refused none of those."""
    if not anomalies or any(anomaly.code != TAKEN for anomaly in anomalies):
        return None
    former = {flux.id: flux for flux in books.find(Flux, id=sheet.sent_before, state=FluxState.REFUSED_BY_TDT)}
    return next((former[key] for key in reversed(sheet.sent_before) if key in former), None)


def _refuse_mandats(case: _Case, sheet: Bordereau, anomalies: Sequence[Anomaly]) -> None:
    """An anomaly on one line refuses the whole bordereau: all its mandats come back, with their own reasons."""
    back, events = [], []
    for mandat in case.books.find(Mandat, bordereau=sheet.id, state=COMES_BACK):
        reasons = gate_reasons(anomalies, mandat)
        after = replace(mandat, state=MandatState.REFUSED_AT_GATE, reason=sentence(reasons), reasons=reasons)
        back.append(after)
        data = {"by": DGFIP} | why(after)
        events.append(case.app.event(Subject.MANDAT, mandat.id, mandat.state, after.state, after.reason, **data))
    case.books.save(*back)
    case.books.record(*events)


def _known(books: Books, sheet: Bordereau) -> tuple[Mandat, ...]:
    """Return the mandats of which the comptable has spoken already: they arrived by another way."""
    held = books.find(Mandat, bordereau=sheet.id)
    return tuple(one for one in held if one.state not in COMES_BACK | {MandatState.PREPARED})


def _known_all_the_same(sheet: Bordereau, known: Sequence[Mandat]) -> str:
    listed = ", ".join(f"{one.id}, n° {one.number} ({MANDAT[one.state]})" for one in known)
    return (
        f"Hélios refuse le bordereau {sheet.id}, mais le comptable en connaît déjà {listed}. Ne les reprenez ni ne les "
        "renvoyez : voyez avec lui."
    )


def _record(case: _Case, sheet: Bordereau, after: str, motif: str) -> None:
    case.books.record(case.app.event(Subject.BORDEREAU, sheet.id, "transmis", after, motif, by=DGFIP))


def _both(flux: Flux, others: Iterable[Flux]) -> str:
    sent = ", ".join(f"{other.id} ({FLUX[other.state]})" for other in others)
    return (
        f"URGENT. Hélios accepte le flux {flux.id}, que l'on croyait refusé, alors que son bordereau est reparti dans "
        f"le flux {sent} : il peut y être deux fois. Rien n'est changé ni renvoyé ici. Appelez le comptable pour qu'il "
        "n'en prenne qu'un en charge."
    )


def _all_anomalies(verdict: FlowVerdict) -> tuple[Anomaly, ...]:
    found = (*verdict.refused.values(), *verdict.pieces_refused.values())
    return tuple(anomaly for anomalies in found for anomaly in anomalies)


def _sentence(anomalies: Iterable[Anomaly]) -> str:
    return " ; ".join(dict.fromkeys(anomaly.text or anomaly.code for anomaly in anomalies))
