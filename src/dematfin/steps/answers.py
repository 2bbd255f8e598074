"""Answers: what a stored acquit or retour changes, in one transaction, once."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat.answers import Acquit, Anomaly, PieceState, Retour, RetourPiece
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.foreign import foreign
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import UNANSWERED, Mandat, MandatState
from dematfin.domain.mandat.observations import observed
from dematfin.domain.mandat.reissue import rejected
from dematfin.domain.mandat.verdict import FlowVerdict, MandatVerdict, read_acquit, read_retour
from dematfin.domain.money import french
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError, InvalidPes
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.outcome import Tally
from dematfin.steps.piece_answers import judge_pieces
from dematfin.steps.reductions import living_reductions, settle_origin

DGFIP: Final = "dgfip"
OUR_KINDS: Final = {"": BordereauKind.ORDINARY} | {str(kind): kind for kind in BordereauKind}
"""TypBord of what we emit, each kind numbered apart; a retour that tells none speaks of ordinary ones."""


def apply(app: App, answer: Answer, tally: Tally) -> None:
    """Read a stored answer and apply it; one that cannot be read goes to quarantine, its bytes kept."""
    try:
        with app.documents.open(answer.document) as source:
            data = source.read()
        if answer.kind is AnswerKind.ACQUIT:
            remarks = _apply_acquit(app, answer, app.reader.acquit(data), tally)
        else:
            remarks = _apply_retour(app, answer, app.reader.retour(data), tally)
    except DocumentError as error:
        with app.ledger.transaction() as books:
            books.save(replace(answer, state=AnswerState.QUARANTINED, remarks=(str(error),)))
        raise
    for remark in remarks:
        tally.note(f"{answer.name} : {remark}")


def _apply_acquit(app: App, answer: Answer, acquit: Acquit, tally: Tally) -> tuple[str, ...]:
    if acquit.nomfic != answer.flux:
        message = f"L'acquit reçu pour le flux {answer.flux} répond à « {acquit.nomfic} » : il n'est pas appliqué."
        raise InvalidPes(message)
    verdict = read_acquit(acquit)
    with app.ledger.transaction() as books:
        if _already_applied(books, answer):
            return ()
        flux = books.get(Flux, answer.flux)
        message = _sentence(verdict.whole) or _sentence(_all_anomalies(verdict))
        books.save(replace(flux, state=FluxState.ACKNOWLEDGED, acquit=verdict.summary, message=message))
        motif = f"acquit Hélios : {verdict.summary}. {message}".strip()
        books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.ACKNOWLEDGED, motif, by=DGFIP))
        sheets = books.find(Bordereau, id=flux.bordereaux)
        for bordereau in sheets:
            if bordereau.flux == flux.id:
                _judge_bordereau(app, books, bordereau, verdict, tally)
        judge_pieces(app, books, flux, verdict, tally)
        carried = {(sheet.exercice, sheet.number) for sheet in sheets}
        budget = app.policy.budget(flux.siret) if app.policy.owns(flux.siret) else None
        remarks = (*acquit.remarks, *foreign(acquit, verdict, budget, carried))
        books.save(replace(answer, state=AnswerState.APPLIED, remarks=remarks))
    return remarks


def _already_applied(books: Books, answer: Answer) -> bool:
    """Say whether another run has applied it since it was listed: by now it may have been corrected and sent again."""
    return books.get(Answer, answer.id).state is not AnswerState.STORED


def _judge_bordereau(app: App, books: Books, bordereau: Bordereau, verdict: FlowVerdict, tally: Tally) -> None:
    key = (bordereau.exercice, bordereau.number)
    anomalies = verdict.whole or verdict.refused.get(key, ())
    if verdict.whole or key in verdict.refused:
        books.save(replace(bordereau, refused=True))
        reason = _sentence(anomalies) or "refusé par Hélios sans explication"
        books.record(app.event(Subject.BORDEREAU, bordereau.id, "transmis", "refusé", reason, by=DGFIP))
        _refuse_mandats(app, books, bordereau, anomalies, tally)
    elif key not in verdict.accepted:
        tally.note(f"Bordereau {bordereau.id} : l'acquit ne dit rien de lui. Voyez avec le comptable.")
    else:
        books.record(app.event(Subject.BORDEREAU, bordereau.id, "transmis", "accepté", "accepté par Hélios", by=DGFIP))


def _refuse_mandats(app: App, books: Books, bordereau: Bordereau, anomalies: Iterable[Anomaly], tally: Tally) -> None:
    """An anomaly on one line refuses the whole bordereau: all its mandats come back, with their own reasons.

    One of which the comptable has already spoken arrived by another way: it must not be sent again.
    """
    for mandat in books.find(Mandat, bordereau=bordereau.id):
        if mandat.state not in UNANSWERED:
            tally.note(
                f"Mandat {mandat.id} : Hélios refuse son bordereau {bordereau.id}, mais le comptable le connaît déjà "
                f"sous le n° {mandat.number} ({MANDAT[mandat.state]}). Il n'est pas à reprendre : voyez avec lui."
            )
            continue
        own = [anomaly for anomaly in anomalies if anomaly.piece in {0, mandat.number}]
        reason = _sentence(own) or "son bordereau est refusé à cause d'un autre mandat"
        books.save(replace(mandat, state=MandatState.REFUSED_AT_GATE, reason=reason))
        books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, MandatState.REFUSED_AT_GATE, reason, by=DGFIP))


def _apply_retour(app: App, answer: Answer, retour: Retour, tally: Tally) -> tuple[str, ...]:
    with app.ledger.transaction() as books:
        if _already_applied(books, answer):
            return ()
        for piece in retour.pieces:
            concerned = tuple(_in_bordereau(books, retour, piece))
            for mandat in concerned:
                _judge_mandat(app, books, mandat, piece, tally)
            if not concerned:
                for remark in _stray(books, retour, piece, answer.name):
                    tally.note(remark)
        books.save(replace(answer, state=AnswerState.APPLIED, remarks=retour.remarks))
    return retour.remarks


def _in_bordereau(books: Books, retour: Retour, piece: RetourPiece) -> Iterator[Mandat]:
    """Keep the mandat that a retour speaks of: one that was issued again has left the bordereau of its rejection."""
    for sheet in _sheets(books, retour, piece):
        yield from books.find(Mandat, bordereau=sheet.id, number=piece.number)


def _sheets(books: Books, retour: Retour, piece: RetourPiece) -> tuple[Bordereau, ...]:
    """Return our bordereau of that kind and number; other kinds (TypBord 04) are the comptable's."""
    found = books.find(Bordereau, siret=retour.siret, exercice=piece.exercice, number=piece.bordereau)
    return tuple(one for one in found if one.kind is OUR_KINDS.get(piece.bordereau_kind))


def _stray(books: Books, retour: Retour, piece: RetourPiece, name: str) -> Iterator[str]:
    """Say what a retour tells of a mandat that is no longer, or never was, in that bordereau."""
    sheets = _sheets(books, retour, piece)
    listed = books.find(Mandat, id=tuple(key for sheet in sheets for key in sheet.mandats))
    former = [mandat for mandat in listed if piece.number in (mandat.number, *mandat.burnt)]
    if not former:
        yield (f"Retour {name} : le mandat n° {piece.number} du bordereau n° {piece.bordereau} n'est pas des nôtres.")
    elif piece.state is not PieceState.REJECTED or _last_payment(piece):
        for mandat in former:
            yield (
                f"Mandat {mandat.id} : émis de nouveau après un rejet, mais le comptable ne le dit plus rejeté dans "
                f"son ancien bordereau n° {piece.bordereau}, sous le n° {piece.number}. Ne le signez ni ne le "
                "transmettez avant d'avoir vu avec lui : il serait payé deux fois."
            )


def _judge_mandat(app: App, books: Books, mandat: Mandat, piece: RetourPiece, tally: Tally) -> None:
    verdict = read_retour(mandat, piece)
    if verdict.odd:
        tally.note(f"Mandat {mandat.id} : soldé sans paiement au fournisseur. Voyez avec le comptable.")
    if verdict.state is None and verdict.paid == mandat.paid:
        return
    if piece.amount and piece.amount != mandat.amount:
        tally.note(
            f"Mandat {mandat.id} : le comptable connaît sous son n° {mandat.number} un mandat de "
            f"{french(piece.amount)}, le nôtre est de {french(mandat.amount)}. Vérifiez avec lui que c'est le même."
        )
    reason = _reason(piece)
    after = _after(mandat, verdict, piece, reason)
    books.save(after)
    motif = reason or _payment(verdict, piece)
    books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, after.state, motif, by=DGFIP))
    settle_origin(app, books, after, tally)
    if after.state is MandatState.REJECTED and (reduced := living_reductions(books, after)):
        tally.note(
            f"Mandat {mandat.id} : le comptable le rejette, alors qu'il est réduit par {', '.join(reduced)}. Si la "
            "réduction n'est pas partie, annulez-la ou écartez-la ; sinon voyez avec lui avant de réémettre."
        )


def _after(mandat: Mandat, verdict: MandatVerdict, piece: RetourPiece, reason: str) -> Mandat:
    state = verdict.state or mandat.state
    if state is MandatState.REJECTED:
        return rejected(mandat, reason, keeps_number=verdict.keeps_number)
    held = reason if state is MandatState.ON_HOLD else ""
    return replace(mandat, state=state, paid=verdict.paid, paid_on=_paid_on(mandat, verdict, piece), reason=held)


def _paid_on(mandat: Mandat, verdict: MandatVerdict, piece: RetourPiece) -> date | None:
    """Return the day of the money; what was paid before its mandat left that day, whenever the accounts note it."""
    if mandat.paid_before is not None:
        return mandat.paid_before if verdict.state is MandatState.PAID else mandat.paid_on
    return _last_payment(piece) or mandat.paid_on


def _last_payment(piece: RetourPiece) -> date | None:
    days = [payment.paid_on for payment in piece.payments if payment.real and payment.paid_on]
    return max(days) if days else None


def _payment(verdict: MandatVerdict, piece: RetourPiece) -> str:
    day = _last_payment(piece)
    return f"{french(verdict.paid)} versés le {day:%d/%m/%Y}" if day else "pris en charge par le comptable"


def _reason(piece: RetourPiece) -> str:
    words = [observed(code).why for code in piece.reasons]
    return " ; ".join(word for word in (*words, piece.comment) if word)


def _all_anomalies(verdict: FlowVerdict) -> tuple[Anomaly, ...]:
    found = (*verdict.refused.values(), *verdict.pieces_refused.values())
    return tuple(anomaly for anomalies in found for anomaly in anomalies)


def _sentence(anomalies: Iterable[Anomaly]) -> str:
    texts = dict.fromkeys((anomaly.text or anomaly.code) for anomaly in anomalies)
    return " ; ".join(texts)
