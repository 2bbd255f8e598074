"""Exports of the finance software that need somebody: left in the middle, or to be imported again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.delay.elapsed import age, worked
from dematfin.domain.editor.editor_flow import EditorFlowState
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.mandat.together import superseded

LYING: Final = timedelta(days=2)
"""Open days after which an import that is not completed is told."""


def of_editor_flows(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield what waits for a review, then what is to be exported again; `now` is in local time."""
    for one in held.editor_flows:
        if one.state is EditorFlowState.OPEN and worked(one.imported_at, now, held.calendar) >= LYING:
            yield (
                f"Import {one.id} ({one.name}) : arrivé depuis {age(one.imported_at, now)}, rien n'en part encore. "
                f"Voyez ce qu'il attend (dematfin bordereau revoir {one.id})."
            )
    yield from _to_export_again(held)


def _to_export_again(held: Holdings) -> Iterator[str]:
    """Yield the bordereaux whose file will never leave, then the mandats that are in none of them any more."""
    dropped = {flux.id for flux in held.flux if flux.state is FluxState.DROPPED}
    listed = {one.bordereau for one in held.mandats if one.state is not MandatState.CANCELLED}
    sheets = {one.id for one in held.bordereaux if one.editor and one.flux in dropped and one.id in listed}
    for sheet in held.bordereaux:
        if sheet.id in sheets:
            before = "Demandez d'abord au comptable s'il l'a déjà, par un flux précédent. " * bool(sheet.sent_before)
            yield (
                f"Bordereau {sheet.id} : son flux {sheet.flux} est retiré, il n'est jamais parti. {before}Exportez-le "
                f"de nouveau du logiciel financier, puis importez-le ({IMPORT})."
            )
    replaced = superseded(held.mandats)
    for one in held.mandats:
        waits = one.editor and one.state is MandatState.PREPARED and one.bordereau not in sheets
        if waits and one.id not in replaced:
            yield (
                f"Mandat {one.id} (n° {one.number}) : il attend un nouvel export du logiciel financier ; puis, "
                f"importez-le ({IMPORT})."
            )
