"""A second acquit of a flow that was answered: said again, it changes nothing; said otherwise, a person must look."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux
from dematfin.domain.mandat.second import differences
from dematfin.domain.mandat.verdict import FlowVerdict, Key, read_acquit
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.ports.app import App
from dematfin.ports.ledger import Books

SHOWN: Final = 5
"""Differences that a sentence tells."""


def second(app: App, books: Books, answer: Answer, flux: Flux, verdict: FlowVerdict) -> Answer:
    """Return the answer as it is to be kept; nothing else is changed by it."""
    found = _gaps(app, books, flux, verdict)
    if not found:
        return replace(answer, state=AnswerState.APPLIED)
    more = f" ; et {len(found) - SHOWN} autres" if len(found) > SHOWN else ""
    remark = (
        f"URGENT. Hélios a déjà répondu au flux {flux.id}, et dit maintenant autre chose : "
        f"{' ; '.join(found[:SHOWN])}{more}. Cette réponse est gardée et n'est pas appliquée. Ne reprenez ni ne "
        "renvoyez rien de ce flux avant d'avoir demandé au comptable laquelle vaut."
    )
    return replace(answer, state=AnswerState.DIFFERENT, remarks=(remark,))


def _gaps(app: App, books: Books, flux: Flux, verdict: FlowVerdict) -> tuple[str, ...]:
    """Return what it says otherwise than what was applied; where no acquit was, than what the flow came to."""
    kept = books.find(Answer, kind=AnswerKind.ACQUIT, flux=flux.id, state=AnswerState.APPLIED)
    sheets = {(one.exercice, one.number) for one in books.find(Bordereau, id=flux.bordereaux)}
    found = [differences(told, verdict) for told in (_read(app, one) for one in kept) if _is_clear(told, sheets)]
    if not found and verdict.summary is not flux.acquit:
        return (f"flux : {flux.acquit}, puis {verdict.summary}",)
    return min(found, key=len, default=())


def _is_clear(told: FlowVerdict, sheets: AbstractSet[Key]) -> bool:
    """Say whether it settled the flow by itself: where it did not, the comptable or a person did."""
    spoken = bool(told.whole) or sheets <= told.accepted | told.refused.keys()
    return spoken and told.summary is not AcquitSummary.UNCLEAR


def _read(app: App, answer: Answer) -> FlowVerdict:
    with app.documents.open(answer.document) as source:
        return read_acquit(app.reader.acquit(source.read()))
